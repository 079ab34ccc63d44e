"""Translations in which a part of the input stays what it is."""

import numpy as np

from semst_tf.data.keep_masks import KEPT


def with_kept(translation, image, mask):
    """Puts what is kept of an image into its translation.

    Args:
        translation: Array `(height, width, channels)`.
        image: Array of the same shape and type, that was translated.
        mask: uint8 array `(height, width, 1)`, as `KeepMasks.load` gives it.

    Returns:
        Array of the shape and type of the translation: the very values of the
        image where the mask is 255, those of the translation where it is 0.

    Raises:
        ValueError: If shapes or types differ.
    """
    if (
        translation.shape != image.shape
        or translation.dtype != image.dtype
        or mask.shape[:2] != image.shape[:2]
    ):
        raise ValueError(
            "What is kept of an image has the size, the channels and the type "
            "of its translation. Received: an image of shape "
            f"{image.shape} and {image.dtype}, a translation of "
            f"{translation.shape} and {translation.dtype}, a mask of "
            f"{mask.shape}"
        )
    share = mask.astype("float64") / KEPT
    mixed = share * image + (1.0 - share) * translation
    if translation.dtype.kind in "iu":
        mixed = np.rint(mixed)
    mixed = mixed.astype(translation.dtype)
    # Exactly, in whatever precision.
    return np.where(
        mask == KEPT, image, np.where(mask == 0, translation, mixed)
    )


def all_with_kept(translations, images, masks):
    """Does so for a list; `None` for the masks keeps nothing.

    Args:
        translations: List of arrays.
        images: List of the images that were translated.
        masks: List of masks, or `None`.

    Returns:
        List of arrays.
    """
    if masks is None:
        return translations
    return [
        with_kept(*parts)
        for parts in zip(translations, images, masks, strict=True)
    ]
