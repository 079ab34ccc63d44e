"""Gradients on whichever Keras backend the tests run."""

import keras
import numpy as np


def gradient(function, x):
    """Gradient of a scalar function of one tensor, as a NumPy array."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _tensorflow_gradient(function, x)
    if backend == "jax":
        import jax

        return np.asarray(jax.grad(function)(jax.numpy.asarray(x)))
    return _torch_gradient(function, x)


def _tensorflow_gradient(function, x):
    import tensorflow as tf

    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x)
    return tape.gradient(value, x, unconnected_gradients="zero").numpy()


def _torch_gradient(function, x):
    import torch

    x = torch.tensor(np.asarray(x), requires_grad=True)
    value = function(x)
    if not value.requires_grad:
        return np.zeros_like(x.detach().numpy())
    (result,) = torch.autograd.grad(value, x, allow_unused=True)
    return np.zeros(x.shape) if result is None else result.numpy()
