"""How far apart source and target images are, before any training."""

import numpy as np

from semst_tf.pretrained.image_descriptions import describe_images

FEATURE = "efficientnet_lite0/stride_8"
FAR = 0.17
"""Distance from which on domains are far apart.

Of eight pairs of domains, synthetic and real streets, day and night, two
cities, clean and vintage photographs lie below (at most 0.09); aerial
photographs and maps, label colours and photographs, above (at least 0.26).
"""

_IMAGES = 24
_LONGEST = 128


def domain_distance(source, target, crop_size=None):
    """Returns how far apart two domains are, by frozen features.

    Features of EfficientNet-Lite0 at stride 8 are averaged over the middle of
    images spread over each domain; the distance is the mean over channels of
    the squared difference of these averages. Training and validation images
    of one domain are about 0.001 apart.

    Args:
        source: `ImageCollection` of source images.
        target: `ImageCollection` of target images.
        crop_size: `(height, width)` that is read of each image, at most
            128 x 128, or `None` for that.

    Returns:
        float.

    Example:

    >>> domain_distance(ImageCollection("aerial"), ImageCollection("maps"))
    0.26

    Reference:
        semst_tf design.
    """
    describe = describe_images(FEATURE)
    one, other = (
        np.mean(
            [describe(crop)[0] for crop in middle_crops(images, crop_size)],
            axis=0,
        )
        for images in (source, target)
    )
    return float(np.mean(np.square(one - other)))


def middle_crops(images, crop_size=None):
    """Yields the middle of images that are spread over a domain.

    Args:
        images: `ImageCollection`.
        crop_size: See `domain_distance`.

    Yields:
        Up to 24 float32 arrays `(1, height, width, channels)` in [-1, 1].
    """
    count = min(_IMAGES, len(images))
    for index in np.linspace(0, len(images) - 1, count).astype(int):
        image = images.load(int(index))
        sides = crop_size or (_LONGEST, _LONGEST)
        place = tuple(
            _middle(size, min(side, _LONGEST))
            for size, side in zip(image.shape, sides)
        )
        yield images.to_unit_range(image[place])[None]


def _middle(size, side):
    start = max(0, (size - side) // 2)
    return slice(start, start + side)
