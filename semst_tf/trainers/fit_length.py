"""How long a `fit` trains, and whether the schedules agree."""

import sys
import warnings

import keras

_ENDLESS = -1  # `tf.data.INFINITE_CARDINALITY`
_UNKNOWN = -2  # `tf.data.UNKNOWN_CARDINALITY`


def check_fit_length(data, config, done, options):
    """Looks at the length of a `fit` before it begins.

    Args:
        data: What `fit` trains on: a dataset, an iterable, or arrays.
        config: `SemSTConfig` whose `training.steps` the schedules refer to.
        done: int. Steps that were taken before.
        options: Dict of the arguments of `fit`.

    Raises:
        ValueError: If the data has no end and nothing ends the epochs.
    """
    steps = options.get("steps_per_epoch")
    check_iterator(data, steps, "steps_per_epoch")
    check_end(data, steps, "steps_per_epoch")
    if steps is None:
        steps = _batches(data, options.get("batch_size"))
    if not steps or steps < 0 or steps >= sys.maxsize:
        return  # Not known, or ended by a callback.
    epochs = options.get("epochs", 1) - options.get("initial_epoch", 0)
    end = done + steps * max(epochs, 0)
    made_for = config.training.steps
    shorter = end < 0.9 * made_for and done == 0
    if shorter or end > made_for:
        consequence = (
            "the learning rate does not fall and alignment terms may not "
            "reach their weight"
            if shorter
            else "the learning rate is 0 behind it"
        )
        warnings.warn(
            f"This training ends at step {end}, and its schedules are made "
            f"for {made_for}: {consequence}. Set `training.steps` to the "
            "steps that you train.",
            stacklevel=4,
        )


def check_end(data, steps, name):
    """Refuses data without an end where nothing else ends the reading.

    Args:
        data: What is read: a dataset, an iterable, or arrays.
        steps: int or `None`. Batches to read.
        name: str. What the argument of `steps` is called.

    Raises:
        ValueError: If both have no end.

    Warns:
        UserWarning: If a dataset does not know how many batches it has.
    """
    if steps is not None:
        return
    count = _batches(data)
    if count == _ENDLESS:
        raise ValueError(
            "This data has no end, and reading it would have none: give "
            f"`{name}`, or `passes` to `unpaired_images`. "
            f"Received: {name}=None"
        )
    if count == _UNKNOWN:
        warnings.warn(
            "This dataset does not know how many batches it has, and is read "
            f"until it ends: give `{name}` if it may have no end.",
            stacklevel=4,
        )


def check_iterator(data, steps, name):
    """Refuses an iterator of Python where its end would end an epoch.

    Args:
        data: What is read: a dataset, an iterable, or arrays.
        steps: int or `None`. Batches to read.
        name: str. What the argument of `steps` is called.

    Raises:
        ValueError: If the number of batches cannot be known.
    """
    if steps is None and hasattr(data, "__next__"):
        raise ValueError(
            "A Python generator does not say whether it ends, and reading "
            f"one that does not would have no end: give `{name}`. "
            f"Received: {name}=None"
        )


def _batches(data, batch_size=None):
    """Batches of an epoch: a number, -1 for no end, -2 or `None` if unknown."""
    if isinstance(data, keras.utils.PyDataset):
        count = data.num_batches
        return _ENDLESS if count is None else count
    if hasattr(data, "cardinality"):
        return int(data.cardinality())
    arrays = keras.tree.flatten(data)
    counts = {len(array) for array in arrays if hasattr(array, "shape")}
    if arrays and len(counts) == 1:
        return -(-counts.pop() // (batch_size or 32))
    return None
