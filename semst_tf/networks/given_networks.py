"""Networks that a user brings: what they must offer, and their copies."""

_OFFERED = (
    "input_channels",
    "output_channels",
    "feature_names",
    "feature_channels",
    "features",
    "trace",
    "single_scale",
)


def config_of_generator(config, generator):
    """Returns a configuration that agrees with a generator.

    Channels, the residual output and its strength are the network's; a start
    at the mean colour of the target needs its `start_at`.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        generator: Keras model.

    Returns:
        A `SemSTConfig`.

    Raises:
        ValueError: If the generator lacks what `SemST` asks for, or the
            configuration is one of two scales.
    """
    missing = [name for name in _OFFERED if not hasattr(generator, name)]
    if missing:
        raise ValueError(
            "A generator offers named features beside its translations; wrap "
            "a functional Keras model in `semst_tf.networks.KerasGenerator("
            f"model, features=[...])`. Received: {type(generator).__name__} "
            f"without {', '.join(missing)}"
        )
    if config.multi_scale.fusion:
        raise ValueError(
            "Two scales are made of the built-in generator; set "
            "`multi_scale.fusion` to none to bring your own. "
            f"Received: multi_scale.fusion={config.multi_scale.fusion!r}"
        )
    residual = bool(getattr(generator, "residual", False))
    palette = getattr(generator, "palette", None)
    start = config.generator.target_start and hasattr(generator, "start_at")
    return config.replace(
        {
            "generator.input_channels": generator.input_channels,
            "generator.output_channels": generator.output_channels,
            "generator.residual": residual,
            "generator.residual_output": getattr(
                generator, "residual_output", "shift"
            ),
            "generator.guided_radius": getattr(
                generator, "guided_radius", None
            ),
            "generator.strength": getattr(generator, "strength", 1.0),
            "generator.palette": palette,
            "generator.target_start": start
            and not residual
            and palette is None,
        }
    )


def check_discriminator(config, discriminator):
    """Raises unless a discriminator scores images of the target.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        discriminator: Keras model.

    Raises:
        ValueError: If the shape of its scores is known and is none.
    """
    classes = getattr(discriminator, "label_classes", None)
    if classes != config.label_classes:
        raise ValueError(
            "Config field `discriminator.labels` says whether a discriminator "
            "takes labels, and `data.label_classes` of how many classes: both "
            "must be those of its `label_classes`. "
            f"Received: {classes}, for {config.label_classes}"
        )
    if getattr(discriminator, "feature_names", None):
        return  # It reads features, and says itself what is missing.
    channels = config.generator.output_channels
    shape = (None, None, None, channels)
    inputs = getattr(discriminator, "inputs", None)
    if inputs:
        if inputs[0].shape[-1] not in (None, channels):
            raise ValueError(
                f"The discriminator scores images of {channels} channels, as "
                "`generator.output_channels` says. "
                f"Received: inputs of shape {tuple(inputs[0].shape)}"
            )
        shape = (None, *inputs[0].shape[1:])
    scores = tuple(discriminator.compute_output_shape(shape))
    if len(scores) != 4 or scores[-1] != 1:
        raise ValueError(
            "A discriminator gives scores (batch, rows, columns, 1). "
            f"Received: scores of shape {scores}"
        )


def copy_of_generator(generator):
    """Makes a second generator, for the moving average of the first.

    Args:
        generator: Keras model.

    Returns:
        A model of the same class, with weights of its own.

    Raises:
        ValueError: If the generator cannot be made from its configuration.
    """
    try:
        return type(generator).from_config(generator.get_config())
    except (NotImplementedError, TypeError) as error:
        raise ValueError(
            "A moving average needs a copy of the generator: give it a "
            "`get_config`, or set `training.ema_decay` to none. "
            f"Received: {type(generator).__name__}"
        ) from error
