"""Computing again on the way back instead of keeping."""

import contextlib
import contextvars

_ACTIVE = contextvars.ContextVar("rematerialising", default=False)


@contextlib.contextmanager
def rematerialise(active=True):
    """Within it, residual blocks keep nothing for their gradients.

    Their insides are computed a second time when the gradients are taken.
    That is a matter of training, not of the network: what is saved and
    exported is the same.

    Args:
        active: bool. Defaults to `True`.

    Example:

    >>> with rematerialise(), tf.GradientTape() as tape:
    ...     loss = keras.ops.mean(generator(images))
    """
    token = _ACTIVE.set(active)
    try:
        yield
    finally:
        _ACTIVE.reset(token)


def rematerialising():
    """Whether the caller is within `rematerialise`."""
    return _ACTIVE.get()
