"""What a batch may bring beside source and target images."""

PAIRED = ("paired_source", "paired_target")
"""Images of which the translation is known, and their translations."""

KEEP = "keep"
"""Soft masks of what is kept of source images, 1 where nothing changes."""

LABELS = ("source_labels", "target_labels")
"""The class of every pixel of source and of target images, 255 for none."""

VALID = ("source_valid", "target_valid")
"""Where source and target images hold data, 1; 0 where pixels are empty."""

GUIDES = (*PAIRED, KEEP, *LABELS, *VALID)
"""Names of everything that a batch may bring beside its images."""


def order_of(name):
    """Returns which of three orders a guide goes by.

    Args:
        name: str. One of `GUIDES`.

    Returns:
        int: 0 where there is one for each source image, 1 for each target
        image, 2 for each pair.
    """
    if name in PAIRED:
        return 2
    return int(name in (LABELS[1], VALID[1]))
