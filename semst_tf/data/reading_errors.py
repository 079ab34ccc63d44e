"""Errors of reading, as TensorFlow hands them on."""

import builtins
import contextlib
import re

from semst_tf.data.image_files import UnreadableImageError

_PYTHON_ERROR = re.compile(r"\b(\w+Error): ([^\n]*)")


@contextlib.contextmanager
def plain_reading_errors():
    """Gives errors of reading images within `tf.data` their own names.

    TensorFlow makes errors of its own kinds of them, which hold many lines
    of text. Other errors pass.

    Raises:
        UnreadableImageError: If an image could not be read; it says which.

    Example:

    >>> with plain_reading_errors():
    ...     model.fit(data)
    """
    try:
        yield
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise UnreadableImageError(
            f"An image could not be read while training. Received: {reason}"
        ) from error


def _reason(error):
    """What Python said before TensorFlow took over, if it was on reading."""
    if not type(error).__module__.startswith("tensorflow."):
        return None
    for name, text in _PYTHON_ERROR.findall(str(error)):
        kind = getattr(builtins, name, None)
        if name == UnreadableImageError.__name__ or (
            isinstance(kind, type) and issubclass(kind, (OSError, ValueError))
        ):
            return text
    return None
