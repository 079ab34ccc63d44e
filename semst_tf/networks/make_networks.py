"""From a configuration to its networks."""

from semst_tf.networks.discriminators import DISCRIMINATORS
from semst_tf.networks.generators import GENERATORS
from semst_tf.networks.given_networks import copy_of_generator
from semst_tf.networks.multi_scale_generator import MultiScaleGenerator
from semst_tf.networks.networks import Networks
from semst_tf.networks.patch_projector import PatchProjector


def make_networks(config, dtype=None, generator=None, discriminator=None):
    """Makes the networks that a configuration asks for, with fresh weights.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        dtype: `keras.DTypePolicy`, str or `None`.
        generator: Keras model to use, as `config_of_generator` takes it, or
            `None`.
        discriminator: Keras model to use as the first discriminator, or
            `None`.

    Returns:
        `Networks`.

    Example:

    >>> networks = make_networks(semst_tf.preset_config("tiny"))
    >>> networks.generator.count_params()
    """
    generator = generator or make_generator(config, dtype)
    discriminators = _discriminators(config, dtype, discriminator)
    return Networks(generator, discriminators, _projector(config, generator))


def make_generator(
    config, dtype=None, name="generator", strength=1.0, guided_radius=None
):
    """Makes the generator of a configuration.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        dtype: `keras.DTypePolicy`, str or `None`.
        name: str. Name of the network. Defaults to `"generator"`.
        strength: float. Blend strength of a residual generator. Defaults to
            `1.0`, that of training.
        guided_radius: int or `None`. Of its guided filter. Defaults to
            `None`, no filter, as in training.

    Returns:
        The network of `generator.kind`, or `MultiScaleGenerator` for two
        scales.
    """
    scales = config.multi_scale
    base = _single_scale_generator(
        config,
        dtype,
        f"{name}_base" if scales.fusion else name,
        strength,
        guided_radius,
    )
    if not scales.fusion:
        return base
    return MultiScaleGenerator(
        base,
        ratio=scales.ratio,
        fusion=scales.fusion,
        seed=config.seed + 5,
        name=name,
        dtype=dtype,
    )


def make_average_generator(config, generator, dtype=None, given=False):
    """Makes the generator that holds the moving average of the weights.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        generator: Generator that is trained; its weights are copied.
        dtype: `keras.DTypePolicy`, str or `None`.
        given: bool. Whether the generator is a user's, and not one that
            `make_generator` made. Defaults to `False`.

    Returns:
        A generator that is not trainable, with the blend strength and the
        guided filter of the configuration; `None` if it keeps no average.
    """
    if not config.training.ema_decay:
        return None
    if given:
        average = copy_of_generator(generator)
    else:
        average = make_generator(
            config,
            dtype,
            "average_generator",
            config.generator.strength,
            config.generator.guided_radius,
        )
    average.set_weights(generator.get_weights())
    average.trainable = False
    return average


def _single_scale_generator(config, dtype, name, strength, guided_radius):
    options = config.generator
    return GENERATORS[options.kind](
        filters=options.filters,
        blocks=options.blocks,
        input_channels=options.input_channels,
        output_channels=options.output_channels,
        residual=options.residual,
        residual_output=options.residual_output,
        guided_radius=guided_radius,
        strength=strength,
        seed=config.seed,
        palette=options.palette,
        name=name,
        dtype=dtype,
    )


def _discriminators(config, dtype, given=None):
    levels = {"": 1}
    if config.multi_scale.fusion:
        levels["context_"] = 4
    kinds = config.discriminator.kind.split("+")
    networks = {}
    for level, seed in levels.items():
        for place, kind in enumerate(kinds):
            # The first has the plain name, which the metrics take.
            prefix = f"{kind}_" if place else ""
            name = f"{level}{prefix}discriminator"
            if given is not None and name == "discriminator":
                networks[name] = given
                continue
            networks[name] = DISCRIMINATORS[kind](
                config, name, config.seed + seed + 10 * place, dtype
            )
    return networks


def _projector(config, generator):
    contrasts = config.contrastive.weight > 0
    if not contrasts and not config.semantic_relation_weight:
        return None
    return PatchProjector(
        feature_channels=generator.feature_channels,
        units=config.contrastive.units,
        seed=config.seed + 2,
        name="projector",
        dtype=generator.dtype_policy,
    )
