"""Which stored values stand for black and white in a translation."""

import dataclasses

import numpy as np

from semst_tf.data.value_range import fits_dtype
from semst_tf.data.value_range import from_unit_range
from semst_tf.data.value_range import to_unit_range


@dataclasses.dataclass(frozen=True)
class TranslationRanges:
    """How images of one dtype go into a translator and come out of it.

    Args:
        dtype: str. Of the images; that of their translations too.
        source: Pair `(low, high)`, or `None` for the range of the dtype.
        target: The same for translations.
        clip: bool. Whether values outside `source` become its ends; without
            it they are an error.
    """

    dtype: str
    source: tuple | None
    target: tuple | None
    clip: bool

    @property
    def may_refuse(self):
        """Whether it takes the pixels to know that an image fits."""
        return self.source is not None and not self.clip

    def to_unit(self, images):
        """Maps stored values to [-1, 1]; `ValueError` for what is outside."""
        return to_unit_range(images, self.source, self.clip)

    def from_unit(self, translated):
        """Maps [-1, 1] to stored values of the target domain."""
        return from_unit_range(translated, self.dtype, self.target)


def translation_ranges(translator, dtype, value_range=None):
    """Returns the ranges for images of a dtype.

    A stated range holds for inputs and outputs, and refuses values outside.
    Without one the ranges that the model was trained with
    (`data.value_range`, `data.target_value_range`) hold, and clip as in
    training; translations are written in the range of the target domain
    where the dtype can hold it. Without these, `uint8` and `uint16` have the
    range of their type and floating point lies in [-1, 1].

    Args:
        translator: As for `translate`. What it was trained with are its
            attributes `value_range` and `target_value_range`.
        dtype: Of the images.
        value_range: Pair of black and white values, or `None`.

    Returns:
        `TranslationRanges`.

    Raises:
        ValueError: If `value_range` is not a pair of increasing numbers.
    """
    dtype = np.dtype(dtype)
    if value_range is not None:
        return TranslationRanges(dtype.name, value_range, value_range, False)
    own = (-1.0, 1.0) if dtype.kind == "f" else None
    source = getattr(translator, "value_range", None)
    target = getattr(translator, "target_value_range", None)
    if target is None or not fits_dtype(dtype, target):
        has_range = dtype.name in ("uint8", "uint16")
        target = own if has_range or source is None else source
    if source is None:
        return TranslationRanges(dtype.name, own, target, False)
    return TranslationRanges(dtype.name, tuple(source), target, True)


def scored_translation(translator, translation):
    """Returns a translation in a range that scores know.

    Args:
        translator: As for `translate`.
        translation: Array, as `translate` returns it.

    Returns:
        The array itself, which is in the range of its type or in [-1, 1]; of
        a translator with value ranges, float32 in [-1, 1].
    """
    ranges = translation_ranges(translator, translation.dtype)
    if ranges.target in (None, (-1.0, 1.0)):
        return translation
    return to_unit_range(translation, ranges.target, clip=True)
