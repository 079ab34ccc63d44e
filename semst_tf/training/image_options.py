"""How a training reads the images of both domains."""

CACHE_BYTES = 2**29
"""Memory for the decoded images of each domain."""


def image_options(config):
    """Returns how `ImageCollection` is to read the images of a training.

    Args:
        config: `SemSTConfig`.

    Returns:
        Dict from `"source"` and `"target"` to dicts of arguments.
    """
    data, generator = config.data, config.generator
    resizes = {
        "source": data.resize,
        "target": data.target_resize or data.resize,
    }
    channels = {
        "source": generator.input_channels,
        "target": generator.output_channels,
    }
    ranges = {"source": data.value_range, "target": data.target_value_range}
    return {
        domain: {
            "resize": resizes[domain] or None,
            "resize_filter": data.resize_filter,
            "channels": channels[domain],
            "value_range": ranges[domain],
            "cache_bytes": CACHE_BYTES,
            "slice_plane": data.slice_plane,
            "slide_level": data.slide_level,
        }
        for domain in resizes
    }
