"""The preset that fits two domains, from how far apart they are."""

from semst_tf.config.preset_configs import preset_config
from semst_tf.data.georeference import nodata_value
from semst_tf.data.target_palette import flat_share
from semst_tf.training.domain_distance import FAR
from semst_tf.training.domain_distance import domain_distance
from semst_tf.training.domain_distance import middle_crops
from semst_tf.training.open_domains import open_domains

NEAR_PRESET = "semst"
MATCHED_PRESET = "semst_matched"
FAR_PRESET = "semst_distant"
PALETTE_PRESET = "semst_palette"
FLAT = 0.3
"""Share of flat colours from which on a target is one of them.

Of thirteen sets of images, maps and two kinds of label maps lie above (at
least 0.43), photographs (at most 0.15) and rendered images (0.26) below.
"""


def suggest_preset(source, target, config=None):
    """Names the preset that begins where two domains let it begin.

    Domains that look alike are compared by crops that show like things
    (`semst_matched`), or, where these cannot be found, translated from the
    input on (`semst`). Between domains that are far apart, a translation
    begins at the mean colour of the target (`semst_distant`), or is made of
    its colours where it has few and flat ones, as maps have (`semst_palette`).

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
    'semst_palette'
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
    if distance < FAR:
        return near_preset(*images, config)
    return far_preset(images[1], config.data.crop_height_width)


def near_preset(source, target, config):
    """Names the preset for domains that look alike.

    Args:
        source: `ImageCollection`.
        target: `ImageCollection`.
        config: `SemSTConfig` that says how crops are drawn.

    Returns:
        str. `"semst_matched"`; or `"semst"` where the target has fewer images
        than a crop has neighbours, images have empty pixels (nodata), or
        fields of the configuration do not go with matched crops and a start
        at the target.
    """
    matched = preset_config(MATCHED_PRESET)
    try:
        config.replace(
            {
                "data.matching": matched.data.matching,
                "generator.residual_output": matched.generator.residual_output,
                "generator.target_start": matched.generator.target_start,
            }
        )
    except ValueError:
        return NEAR_PRESET
    if len(target) < matched.data.matching_neighbours:
        return NEAR_PRESET
    if _has_empty_pixels(source) or _has_empty_pixels(target):
        return NEAR_PRESET
    return MATCHED_PRESET


def _has_empty_pixels(images):
    """Whether files say so; images of one domain come from one source."""
    try:
        header = images.header(0)
    except (OSError, ValueError):
        return True  # The check of the images says what is wrong with it.
    return nodata_value(header.georeference) is not None


def far_preset(target, crop_size=None):
    """Names the preset for a target that is far from its source.

    Args:
        target: `ImageCollection`.
        crop_size: See `domain_distance`.

    Returns:
        str. `"semst_palette"` or `"semst_distant"`.
    """
    palette = preset_config(PALETTE_PRESET).generator.palette
    try:
        share = flat_share(middle_crops(target, crop_size), palette)
    except ValueError:
        return FAR_PRESET  # Fewer colours than the preset mixes.
    return PALETTE_PRESET if share >= FLAT else FAR_PRESET
