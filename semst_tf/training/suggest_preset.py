"""The preset that fits two domains, from how far apart they are."""

from semst_tf.config.preset_configs import preset_config
from semst_tf.training.domain_distance import FAR
from semst_tf.training.domain_distance import domain_distance
from semst_tf.training.open_domains import open_domains

NEAR_PRESET = "semst"
FAR_PRESET = "semst_distant"


def suggest_preset(source, target, config=None):
    """Names the preset that begins where two domains let it begin.

    Domains that look alike are translated from the input on (`semst`).
    Between domains that are far apart, such as aerial photographs and maps, a
    translation begins at the mean colour of the target (`semst_distant`).

    Args:
        source: Source images, as `ImageCollection` takes them.
        target: Target images.
        config: `SemSTConfig` that says how images are read, or `None` for
            that of `semst`.

    Returns:
        str. Name of a preset. It is `semst` where images cannot be read; the
        check of the images, before a training, says what is wrong with them.

    Raises:
        OSError: If a folder is missing.
        ValueError: If there are no images.

    Example:

    >>> preset = suggest_preset("maps/train@left", "maps/train@right")
    >>> preset
    'semst_distant'
    >>> model = semst_tf.SemST.from_preset(preset)

    Reference:
        semst_tf design.
    """
    config = config or preset_config(NEAR_PRESET)
    images = open_domains(config, source, target)
    try:
        distance = domain_distance(*images, config.data.crop_height_width)
    except (OSError, ValueError):
        return NEAR_PRESET
    return FAR_PRESET if distance >= FAR else NEAR_PRESET
