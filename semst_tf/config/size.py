"""Sizes of images as configurations write them."""

import numbers
import re


class Size:
    """Type of fields that are the size of an image.

    A value is an int, the side of a square, or text, height x width:
    `"128x256"`. Both fit JSON and the command line.
    """

    words = "a positive int or height x width"

    @staticmethod
    def read(value):
        """Returns a size in the one way it is stored.

        Args:
            value: int, text such as `"128"` or `"128x256"`, or a pair of ints
                (height, width).

        Returns:
            int for a square, else text; `None` if the value is no size.
        """
        if isinstance(value, str):
            if not re.fullmatch(r"\d+(x\d+)?", value):
                return None
            value = [int(side) for side in value.split("x")]
        elif not isinstance(value, (tuple, list)):
            value = [value]
        elif len(value) != 2:
            return None
        if not all(_is_side(side) for side in value):
            return None
        height, width = int(value[0]), int(value[-1])
        return height if height == width else f"{height}x{width}"

    @staticmethod
    def height_width(value):
        """Returns a size as a tuple of two ints."""
        sides = [int(side) for side in str(value).split("x")]
        return sides[0], sides[-1]


def _is_side(side):
    whole = isinstance(side, numbers.Integral) and not isinstance(side, bool)
    return whole and side > 0
