"""What a student is trained with."""

from semst_tf.config.preset_configs import preset_config

STUDENT_FIELDS = {
    # The teacher's translations are learnt at full strength.
    "generator.strength": 1.0,
    "paired.weight": 10.0,
    "paired.feature_weight": 1.0,
    "paired.real_share": 0.5,
    # A little, so that the student is as sharp as its teacher.
    "adversarial.weight": 0.1,
    # The teacher keeps the scene; its student need not find out how.
    "contrastive.weight": 0.0,
    "contrastive.identity": False,
    "semantic_relation_weight": 0.0,
    "structure.weight": 0.0,
    "texture.weight": 0.0,
    "tone.weight": 0.0,
    "semantics.weight": 0.0,
}
"""Fields that are different from those of the preset."""


def student_config(preset="fast", overrides=None):
    """Makes the configuration of a student.

    Reconstruction of the teacher's images in pixels and in frozen features,
    and an adversarial term whose discriminator takes the teacher's images and
    those of the target for real, half of each.

    Args:
        preset: str. One of `semst_tf.presets()`. Defaults to `"fast"`.
        overrides: Dict of fields to change, as `SemSTConfig.replace` takes
            it, or `None`.

    Returns:
        A `SemSTConfig`.

    Raises:
        ValueError: If the preset or a field does not exist, or a value does
            not fit.

    Example:

    >>> student_config("faster").paired.weight
    10.0

    Reference:
        semst_tf design; terms after REGEN and HyPER-GAN.
    """
    return preset_config(preset).replace(
        {**STUDENT_FIELDS, **(overrides or {})}
    )
