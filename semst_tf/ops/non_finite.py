"""What numbers that are not finite lead to."""

import math

from keras import ops

from semst_tf.ops.current_step import current_step


class NonFiniteError(ValueError):
    """Training has led to a NaN or an infinity."""


def non_finite_weights(model):
    """Names the weights of a model that are not all finite.

    Args:
        model: `keras.Model`.

    Returns:
        List of str.
    """
    weights = [w for w in model.weights if "float" in str(w.dtype)]
    # One number for each, fetched at once, is quicker than one by one.
    finite = ops.stack([ops.all(ops.isfinite(weight)) for weight in weights])
    return [
        weight.path
        for weight, good in zip(weights, ops.convert_to_numpy(finite))
        if not good
    ]


def refuse_non_finite_weights(model):
    """Raises `NonFiniteError` if a model has weights that are not finite."""
    names = non_finite_weights(model)
    if names:
        step = current_step(model)
        raise NonFiniteError(
            "The weights are not finite and were not saved; the last "
            f"checkpoint is as it was. Received: step={step}, {names[0]} and "
            f"{len(names) - 1} more"
        )


def non_finite_terms(logs):
    """Returns the entries of Keras logs that are NaN or infinite."""
    values = {name: float(value) for name, value in (logs or {}).items()}
    return {n: value for n, value in values.items() if not math.isfinite(value)}
