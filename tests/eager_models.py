"""Whether Keras models run eagerly that were not asked to."""

import keras

_asked = keras.Model.run_eagerly


def models_run_eagerly(eagerly):
    """Says how `fit`, `evaluate` and `predict` run from now on.

    Args:
        eagerly: bool. Whether all models run eagerly, but for those with
            `jit_compile=True`. With `False`, as their `compile` said.
    """
    keras.Model.run_eagerly = _unless_jitted if eagerly else _asked


def _run_eagerly(model):
    return _asked.fget(model) or not model.jit_compile


_unless_jitted = property(_run_eagerly, _asked.fset)
