"""What an export knows of the stored values that stand for black and white."""

import warnings

from semst_tf.data.value_range import parse_value_range

NAMES = ("value_range", "target_value_range")
"""Facts beside an export: of source images, and of translations."""


def ranges_of(network):
    """Returns the value ranges that a translator was trained with.

    Args:
        network: Keras model; its attributes `value_range` and
            `target_value_range`, if any.

    Returns:
        Dict of `NAMES` to pairs `[low, high]` or `None`, as JSON holds them.
    """
    ranges = {name: getattr(network, name, None) for name in NAMES}
    return {name: pair and list(pair) for name, pair in ranges.items()}


def ranges_in_words(network):
    """Returns a sentence on ranges that are not in a graph.

    Args:
        network: As for `ranges_of`.

    Returns:
        str, or `None` where the range is that of the type of the pixels.
    """
    ranges = ranges_of(network)
    source, target = (ranges[name] for name in NAMES)
    if source is None and target is None:
        return None
    return (
        "The file takes and gives [-1, 1], in which it was trained from "
        f"{_words(source)} to {_words(target or source)}: scale and clip "
        "outside of it"
    )


def check_ranges(network, facts, path):
    """Raises if an export was made for other value ranges.

    Args:
        network: As for `ranges_of`.
        facts: Dict of what the export wrote beside itself. Exports of older
            versions say nothing of ranges, and nothing is checked.
        path: Path of the export, for the message.

    Raises:
        ValueError: If they differ.
    """
    for name, pair in ranges_of(network).items():
        if name not in facts:
            continue
        if parse_value_range(facts[name]) != parse_value_range(pair):
            raise ValueError(
                f"This was exported with another `data.{name}`: "
                f"{_words(facts[name])}, and the model has {_words(pair)}. "
                f"Received: {path}"
            )


def warn_of_ranges(network):
    """Warns where whoever runs an export must know the value ranges."""
    words = ranges_in_words(network)
    if words is not None:
        warnings.warn(f"{words}.", stacklevel=3)


def _words(pair):
    if pair is None:
        return "the range of the type"
    low, high = pair
    return f"{low:g}..{high:g}"
