"""How much of two crops that are trained on together shows the same classes."""

import numpy as np

from semst_tf.pretrained.image_segmentation import segment_images
from semst_tf.pretrained.segmenter import SEGMENTER_SIZE
from semst_tf.pretrained.segmenter import load_segmenter


def crop_agreement(sampler, pairs=200, segmenter=None, num_classes=19):
    """Returns how alike source and target crops are in their classes.

    The classes are those that a segmenter sees in the whole images. Of each
    pair of crops the shares of the classes are compared.

    Args:
        sampler: `UnpairedSampler`.
        pairs: int. First examples that are looked at. Defaults to `200`.
        segmenter: Keras model as of `segment_images`, or `None` for the
            Cityscapes segmenter that ships.
        num_classes: int. Defaults to `19`.

    Returns:
        float from 0 to 1: the intersection of the two histograms of classes,
        the mean over pairs.

    Example:

    >>> crop_agreement(UnpairedSampler(source, target, crop_size=128))

    Reference:
        semst_tf design.
    """
    segmenter = segmenter or load_segmenter()
    known = {}

    def shares(domain, index):
        collection = getattr(sampler, domain)
        number = sampler.image_index(domain, index)
        if (domain, number) not in known:
            image = collection.to_unit_range(collection.load(number))
            (classes,) = segment_images(
                segmenter, [image], num_classes, SEGMENTER_SIZE
            )
            known[domain, number] = _resized(classes, image.shape[:2])
        classes = known[domain, number]
        if sampler.crop_size is not None:
            top, left = sampler.corner(domain, index)
            height, width = sampler.crop_size
            classes = classes[top : top + height, left : left + width]
        counts = np.bincount(classes.ravel(), minlength=num_classes)
        return counts / classes.size

    agreements = [
        np.minimum(shares("source", index), shares("target", index)).sum()
        for index in range(pairs)
    ]
    return float(np.mean(agreements))


def _resized(classes, size):
    """Nearest classes, as bytes, for all images are kept."""
    rows, columns = (
        np.arange(count) * stored // count
        for count, stored in zip(size, classes.shape, strict=True)
    )
    return classes[np.ix_(rows, columns)].astype("uint8")
