"""Ranges of stored pixel values as configurations write them."""

from semst_tf.data.value_range import parse_value_range


class ValueRange:
    """Type of fields that say what stands for black and for white.

    A value is a tuple of two floats; a list, as JSON has it, and text such as
    `"-1000,2060"` are read as one.
    """

    words = "an increasing pair of finite numbers"

    @staticmethod
    def read(value):
        """Returns a range in the one way it is stored; `None` if it is none."""
        try:
            return parse_value_range(value)
        except ValueError:
            return None
