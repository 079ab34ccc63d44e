"""Settings of optimizers that a training of two networks would lose."""

_ELSEWHERE = {
    "gradient_accumulation_steps": "training.accumulation",
    "use_ema": "training.ema_decay",
}
"""Arguments of Keras' optimizers, and the field that does the same."""


def check_optimizers(optimizer, discriminator_optimizer):
    """Raises for what optimizers would do apart from the step.

    Keras writes an optimizer's averages into the weights by their order in
    the model, which is not that of the two losses; and it counts the steps of
    accumulated gradients, while averages and random numbers go on.

    Args:
        optimizer: `keras.optimizers.Optimizer`, a name, or `None`.
        discriminator_optimizer: The same.

    Raises:
        ValueError: If one is both, or has such a setting; it names the field
            instead.
    """
    if optimizer is not None and optimizer is discriminator_optimizer:
        raise ValueError(
            "An optimizer that is to train all networks is given as "
            "`optimizer` alone. Received: the same one as "
            "`discriminator_optimizer`"
        )
    for given in (optimizer, discriminator_optimizer):
        inner = getattr(given, "inner_optimizer", given)
        for argument, field in _ELSEWHERE.items():
            value = getattr(inner, argument, None)
            if value:
                raise ValueError(
                    f"The config field `{field}` does what `{argument}` of an "
                    f"optimizer would. Received: {argument}={value!r}"
                )
