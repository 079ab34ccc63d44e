"""Two halves of a data set in which classes occur unequally often."""

import numpy as np


def mismatched_split(shares, rich, poor):
    """Divides images into halves with different class statistics.

    Images are ordered by how much more of class `rich` and less of class
    `poor` they show than the average image, both in standard deviations.
    The first half is where `rich` is frequent, the second where `poor` is. A
    translator from the one to the other that follows the statistics of the
    target turns the one class into the other.

    Args:
        shares: Array `(images, classes)`, the share of the labelled pixels
            of an image that each class has.
        rich: int. The class that is frequent in the first half.
        poor: int. The class that is frequent in the second half.

    Returns:
        Two sorted int arrays of the places of images. Of an odd number, the
        image in the middle is in neither. Equal shares give equal halves.

    Raises:
        ValueError: If there are fewer than two images, or one of the
            classes occurs equally often in all of them.

    Reference:
        semst_tf design, for the purpose of the splits of SRUNIT (Jia et al.
        2021).
    """
    shares = np.asarray(shares, "float64")
    if len(shares) < 2:
        raise ValueError(
            f"A split needs at least two images. Received: {len(shares)}"
        )
    excess = _standardised(shares[:, rich]) - _standardised(shares[:, poor])
    order = np.argsort(-excess, kind="stable")
    half = len(shares) // 2
    return np.sort(order[:half]), np.sort(order[len(shares) - half :])


def _standardised(share):
    deviation = share.std()
    if deviation == 0:
        raise ValueError(
            "The classes of a split must occur unequally often. "
            f"Received: a share of {share[0]:.3f} in every image"
        )
    return (share - share.mean()) / deviation
