"""Files that hold a complete model and where its training stands."""

import json
import pathlib
import re
import typing
import warnings
import zipfile

from semst_tf.ops.current_step import current_step

_NAME = re.compile(r"step_(\d+)\.keras")
_POSITION = "position.json"


class Position(typing.NamedTuple):
    """Where a training stands.

    `step` counts updates of the weights; `batches` counts what was read of
    the data, which is more where `mixed_float16` left out updates that did
    not fit its range. `metrics` are the values of the metrics' variables,
    which Keras does not save with a model.
    """

    step: int
    batches: int
    metrics: list


def checkpoint_paths(folder):
    """Lists the checkpoints of a folder, oldest first.

    Args:
        folder: Path, which need not exist.

    Returns:
        List of `pathlib.Path`.
    """
    folder = pathlib.Path(folder)
    paths = folder.glob("step_*.keras") if folder.is_dir() else ()
    return sorted(
        (path for path in paths if _NAME.fullmatch(path.name)), key=step_of
    )


def check_checkpoint(path):
    """Reads a checkpoint through and compares its check sums.

    Args:
        path: Path of the file.

    Raises:
        ValueError: If the file is not a whole checkpoint.
        OSError: If it cannot be read at all.
    """
    try:
        check_whole(path)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ValueError(
            f"This checkpoint is damaged ({error}). Received: {path}"
        ) from error


def restore_checkpoint(model, path):
    """Gives a compiled model the weights and the state of a checkpoint.

    Nothing but numbers is read from the file: the model is what the caller
    made it.

    Args:
        model: Compiled `keras.Model` of the same variables.
        path: Path of a checkpoint, or of any `.keras` file of the model.

    Returns:
        `Position`.

    Raises:
        ValueError: If the file is damaged, or is of other variables.
    """
    check_checkpoint(path)
    try:
        with warnings.catch_warnings():
            # Keras goes on without the optimizer's state, and only warns.
            warnings.filterwarnings("error", message="Skipping variable")
            model.load_weights(path)
    except (ValueError, KeyError, UserWarning) as error:
        raise ValueError(
            "This checkpoint is of another model: networks or precision "
            f"differ. Received: {path}"
        ) from error
    step = current_step(model)
    with zipfile.ZipFile(path) as archive:
        if _POSITION not in archive.namelist():
            return Position(step, step, metrics=[])
        return Position(**json.loads(archive.read(_POSITION)))


def step_of(path):
    """Returns the step that the name of a checkpoint says."""
    return int(_NAME.fullmatch(path.name)[1])


def add_position(path, position):
    """Writes where a training stands into its checkpoint."""
    # Inside, so that it cannot be separated from the weights.
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(_POSITION, json.dumps(position._asdict()))


def check_whole(path):
    """Raises `zipfile.BadZipFile` unless every check sum is right."""
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged:
        raise zipfile.BadZipFile(f"wrong check sum of {damaged}")
