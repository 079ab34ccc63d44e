"""What values a configuration may have."""

from semst_tf.config.choices import CONTRASTIVE_LOSSES
from semst_tf.config.choices import ESTIMATORS
from semst_tf.config.choices import FUSIONS
from semst_tf.config.choices import NORMALIZATIONS
from semst_tf.config.choices import STRUCTURE_DESCRIPTORS
from semst_tf.config.choices import TEXTURE_DESCRIPTORS
from semst_tf.config.choices import TONE_DESCRIPTORS


def check_config(config):
    """Refuses values that could only fail later, or train nonsense.

    Args:
        config: `SemSTConfig`.

    Raises:
        ValueError: If a value does not fit.
    """
    _check_choices(config)
    numbers = {
        "generator.filters": config.generator.filters,
        "generator.blocks": config.generator.blocks,
        "generator.input_channels": config.generator.input_channels,
        "generator.output_channels": config.generator.output_channels,
        "discriminator.filters": config.discriminator.filters,
        "discriminator.layers": config.discriminator.layers,
        "contrastive.temperature": config.contrastive.temperature,
        "contrastive.patches": config.contrastive.patches,
        "contrastive.units": config.contrastive.units,
        "contrastive.gamma_start": config.contrastive.gamma_start,
        "contrastive.gamma_end": config.contrastive.gamma_end,
        "optimizer.learning_rate": config.optimizer.learning_rate,
        "optimizer.steps": config.optimizer.steps,
        "optimizer.accumulation": config.optimizer.accumulation,
        "data.crop_size": config.data.crop_size,
        "data.batch_size": config.data.batch_size,
        "multi_scale.ratio": config.multi_scale.ratio,
        "multi_scale.detail_size": config.multi_scale.detail_size,
    }
    for group in ("structure", "texture", "tone"):
        alignment = getattr(config, group)
        numbers[f"{group}.temperature"] = alignment.temperature
        numbers[f"{group}.patches"] = alignment.patches
    for name, number in numbers.items():
        if not 0 < number < float("inf"):
            raise ValueError(
                f"Config field `{name}` must be positive and finite. "
                f"Received: {number}"
            )
    _check_intervals(config)
    if config.data.batch_size % config.optimizer.accumulation:
        raise ValueError(
            "Config field `optimizer.accumulation` must divide "
            f"`data.batch_size`, which is {config.data.batch_size}. "
            f"Received: {config.optimizer.accumulation}"
        )
    _check_strength(config)
    _check_start(config)
    if config.multi_scale.fusion:
        _check_scales(config)


def _check_strength(config):
    """Refuses to go a part of the way where there is no way, or no average."""
    generator = config.generator
    possible = generator.residual and config.optimizer.ema_decay > 0
    if generator.strength < 1 and not possible:
        raise ValueError(
            "Config field `generator.strength` below 1 needs "
            "`generator.residual` and `optimizer.ema_decay`. "
            f"Received: {generator.strength}"
        )


def _check_start(config):
    """Refuses to begin at the target and at the input at once."""
    if config.generator.target_start and config.generator.residual:
        raise ValueError(
            "Config field `generator.target_start` is for a generator that "
            "is not `generator.residual`, which begins at its input. "
            f"Received: {config.generator.target_start}"
        )


def _check_scales(config):
    """Refuses crops whose parts do not lie on the grid of the encoder."""
    scales, crop = config.multi_scale, config.data.crop_size
    grid = 4 * scales.ratio
    for name, size in (
        ("data.crop_size", crop),
        ("multi_scale.detail_size", scales.detail_size),
    ):
        if size % grid or size > crop:
            raise ValueError(
                f"Config field `{name}` must be a multiple of {grid}, which "
                "is 4 times `multi_scale.ratio`, and the detail not larger "
                f"than the crop. Received: {size}"
            )
    if config.contrastive.flip_equivariance:
        raise ValueError(
            "Config field `contrastive.flip_equivariance` is for a single "
            "scale; `multi_scale.fusion` must be empty with it. "
            f"Received: {scales.fusion!r}"
        )


def _check_choices(config):
    choices = {
        "contrastive.loss": (config.contrastive.loss, CONTRASTIVE_LOSSES),
        "discriminator.normalization": (
            config.discriminator.normalization,
            NORMALIZATIONS,
        ),
    }
    for group, descriptors in (
        ("structure", STRUCTURE_DESCRIPTORS),
        ("texture", TEXTURE_DESCRIPTORS),
        ("tone", TONE_DESCRIPTORS),
    ):
        alignment = getattr(config, group)
        choices[f"{group}.descriptor"] = (alignment.descriptor, descriptors)
        choices[f"{group}.estimator"] = (alignment.estimator, ESTIMATORS)
        choices[f"{group}.critic"] = (alignment.critic, ("fixed", "learned"))
    if config.multi_scale.fusion:
        choices["multi_scale.fusion"] = (config.multi_scale.fusion, FUSIONS)
    for name, (value, allowed) in choices.items():
        if value not in allowed:
            raise ValueError(
                f"Config field `{name}` must be one of {', '.join(allowed)}. "
                f"Received: {value!r}"
            )


def _check_intervals(config):
    at_least_zero = {
        "seed": config.seed,
        "discriminator.weight": config.discriminator.weight,
        "contrastive.weight": config.contrastive.weight,
        "semantic_relation_weight": config.semantic_relation_weight,
        "structure.weight": config.structure.weight,
        "texture.weight": config.texture.weight,
        "tone.weight": config.tone.weight,
        "multi_scale.context_weight": config.multi_scale.context_weight,
        "multi_scale.detail_weight": config.multi_scale.detail_weight,
    }
    shares = {
        "generator.strength": config.generator.strength,
        "optimizer.decay": config.optimizer.decay,
        "structure.ramp": config.structure.ramp,
        "texture.ramp": config.texture.ramp,
        "tone.ramp": config.tone.ramp,
    }
    decays = {
        "optimizer.beta_1": config.optimizer.beta_1,
        "optimizer.beta_2": config.optimizer.beta_2,
        "optimizer.ema_decay": config.optimizer.ema_decay,
    }
    for fields, fits, interval in (
        (at_least_zero, lambda x: 0 <= x < float("inf"), "0 or more"),
        (shares, lambda x: 0 <= x <= 1, "from 0 to 1"),
        (decays, lambda x: 0 <= x < 1, "from 0 to below 1"),
    ):
        for name, number in fields.items():
            if not fits(number):
                raise ValueError(
                    f"Config field `{name}` must be {interval}. "
                    f"Received: {number}"
                )
