"""What `compile` takes of what Keras' models take."""

import keras

_TAKEN = (
    "run_eagerly",
    "steps_per_execution",
    "jit_compile",
    "auto_scale_loss",
)


def check_compile(cls, arguments):
    """Raises for losses and metrics of a person, which would not count.

    Args:
        cls: Class of the model, `SemST` or one of a person.
        arguments: Dict of the arguments of `compile`, without optimizers.

    Raises:
        ValueError: If there are any.
    """
    overridden = cls.compute_metrics
    if overridden is not keras.Model.compute_metrics:
        raise ValueError(
            "`compute_metrics` of a SemST is never called: its metrics "
            "are the terms that it minimises. Override `compute_loss`, or "
            "`train_step` and `test_step`. "
            f"Received: {overridden.__qualname__}"
        )
    unknown = set(arguments) - set(_TAKEN)
    if unknown:
        raise ValueError(
            "The losses and metrics of a SemST come from its "
            "configuration. `compile` takes optimizers and how to run. "
            f"Received: {', '.join(sorted(unknown))}"
        )
