"""One convolution of the generator in both ways, as a workload."""

import numpy as np
import tensorflow as tf

from benchmarks.workload import Workload
from semst_tf.layers.winograd_convolution import winograd_convolution

WAYS = ("direct", "winograd")


def convolution(way, size, channels, filters, backward=False):
    """Convolves one random image, 3 x 3, without padding.

    Args:
        way: str. `"direct"`, TensorFlow's own, or `"winograd"`.
        size: int. Height and width of the output.
        channels: int. Channels of the input.
        filters: int. Channels of the output.
        backward: bool. Also take both gradients. Defaults to `False`.

    Returns:
        `Workload`. Its details hold `error`, how far outputs are from float64
        (root of the mean square, against that of the outputs).

    Raises:
        ValueError: If there is no such way.
    """
    if way not in WAYS:
        raise ValueError(
            f"The way must be one of {', '.join(WAYS)}. Received: {way!r}"
        )
    random = np.random.default_rng(0)
    shape = (1, size + 2, size + 2, channels)
    images = tf.nn.relu(random.normal(size=shape).astype("float32"))
    kernel = random.normal(0, 0.02, (3, 3, channels, filters))
    kernel = tf.constant(kernel, tf.float32)
    convolve = winograd_convolution if way == "winograd" else _direct

    @tf.function
    def run(images, kernel):
        with tf.GradientTape() as tape:
            tape.watch((images, kernel))
            outputs = convolve(images, kernel)
            # Its gradient is an image and not one number everywhere.
            loss = tf.reduce_sum(tf.square(outputs))
        if not backward:
            return outputs[0, 0, 0, 0]
        gradients = tape.gradient(loss, (images, kernel))
        return sum(tf.reshape(gradient, [-1])[0] for gradient in gradients)

    def error():
        exact = _direct(tf.cast(images, tf.float64), tf.cast(kernel, "float64"))
        difference = tf.cast(convolve(images, kernel), tf.float64) - exact
        mean = tf.reduce_mean(difference**2) / tf.reduce_mean(exact**2)
        return {"error": float(mean**0.5)}

    return Workload(lambda: run(images, kernel).numpy(), 1, details=error)


def _direct(images, kernel):
    return tf.nn.conv2d(images, kernel, 1, "VALID")
