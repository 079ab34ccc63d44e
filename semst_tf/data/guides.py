"""What a batch may bring beside source and target images."""

PAIRED = ("paired_source", "paired_target")
"""Images of which the translation is known, and their translations."""

KEEP = "keep"
"""Soft masks of what is kept of source images, 1 where nothing changes."""

GUIDES = (*PAIRED, KEEP)
"""Names of everything that a batch may bring beside its images."""


def order_of(name):
    """Returns which of three orders a guide goes by.

    Args:
        name: str. One of `GUIDES`.

    Returns:
        int: 0 where there is one for each source image, 1 for each target
        image, 2 for each pair.
    """
    return 2 if name in PAIRED else 0
