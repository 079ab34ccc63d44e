"""The checkpoints of a run directory: where a training goes on."""

import filecmp
import shutil
import sys

from semst_tf.storage.atomic_files import remove_unfinished
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.checkpoint_files import Position
from semst_tf.storage.checkpoint_files import check_checkpoint
from semst_tf.storage.checkpoint_files import checkpoint_paths
from semst_tf.storage.checkpoint_files import restore_checkpoint
from semst_tf.storage.drop_summaries import drop_summaries


def restore_newest(model, workdir, strategy):
    """Loads the newest checkpoint that is whole, if there is any.

    Args:
        model: Compiled `SemST`.
        workdir: Path of the run directory, which need not exist.
        strategy: Distribution strategy of the training.

    Returns:
        `semst_tf.storage.checkpoint_files.Position`.

    Raises:
        ValueError: If there are checkpoints and none can be read, or the
            newest that can is of another model.
    """
    checkpoints = checkpoint_paths(workdir / "checkpoints")
    finished = workdir / "model.keras"
    candidates = checkpoints[::-1] + [finished] * finished.exists()
    damage = []
    for path in candidates:
        try:
            check_checkpoint(path)
        except ValueError as error:
            damage.append(str(error))
            continue
        for message in damage:
            print(
                f"warning: {message}; using {path.name} instead",
                file=sys.stderr,
            )
        with strategy.scope():
            return restore_checkpoint(model, path)
    if damage:
        raise ValueError(
            f"{workdir} holds a training of which nothing can be "
            f"read; nothing was changed. Received: {'; '.join(damage)}"
        )
    return Position(step=0, batches=0, metrics=[])


def take_back_after(position, workdir):
    """Takes back what was written after the place to go on from.

    Args:
        position: `Position`, as `restore_newest` returns it.
        workdir: Path of the run directory. Created if it is missing.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    checkpoints = workdir / "checkpoints"
    for folder in (workdir, checkpoints, workdir / "samples"):
        remove_unfinished(folder)
    for path in checkpoint_paths(checkpoints):
        if path.stem > f"step_{position.step:08d}":
            # Damaged, and in the way of those to come.
            path.rename(path.with_suffix(".damaged"))
    drop_summaries(workdir / "tensorboard", after=position.step)


def copy_last_checkpoint(workdir):
    """Makes `model.keras` a copy of the last checkpoint.

    Args:
        workdir: Path of the run directory.
    """
    path = workdir / "model.keras"
    checkpoints = checkpoint_paths(workdir / "checkpoints")
    if not checkpoints:
        return  # Nothing but the finished model was kept.
    last = checkpoints[-1]
    if not path.exists() or not filecmp.cmp(last, path, shallow=False):
        with replacing(path) as unfinished:
            shutil.copyfile(last, unfinished)
