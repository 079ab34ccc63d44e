"""Complete models, saved while training."""

import pathlib
import re

import keras

from semst_tf.files import replacing

_NAME = re.compile(r"step_(\d+)\.keras")


class Checkpoints(keras.callbacks.Callback):
    """Saves the whole model, optimizer included, every so many steps.

    A file is written under another name and then renamed, so that there is
    never half a checkpoint under the name of a whole one.

    Args:
        folder: Path. Created if it is missing.
        every: int. Steps between two checkpoints.
        keep: int. Newest checkpoints that are kept. Defaults to `2`.

    Example:

    >>> model.fit(data, callbacks=[Checkpoints("run/checkpoints", every=500)])
    """

    def __init__(self, folder, every, keep=2):
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.every = every
        self.keep = keep

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.optimizer.iterations)
        if step % self.every == 0:
            self.save(step)

    def save(self, step):
        """Saves the model as the checkpoint of a step."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"step_{step:08d}.keras"
        with replacing(path) as unfinished:
            self.model.save(unfinished)
        for old in checkpoint_paths(self.folder)[: -self.keep]:
            old.unlink()


def checkpoint_paths(folder):
    """Lists the checkpoints of a folder, oldest first.

    Args:
        folder: Path, which need not exist.

    Returns:
        List of `pathlib.Path`.
    """
    folder = pathlib.Path(folder)
    paths = folder.glob("step_*.keras") if folder.is_dir() else ()
    return sorted(path for path in paths if _NAME.fullmatch(path.name))
