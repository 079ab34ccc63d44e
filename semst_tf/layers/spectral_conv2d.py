"""A convolution that cannot amplify: its largest singular value is 1."""

import keras
import numpy as np
from keras import ops

SETTLING = 50
"""Power iterations before the first step."""


@keras.saving.register_keras_serializable(package="semst_tf")
class SpectralConv2D(keras.layers.Layer):
    """Convolution whose kernel is divided by its largest singular value.

    The kernel is read as a matrix of `height * width * inputs` rows and
    `filters` columns. Its singular value is followed by power iteration: the
    vector that it needs is a non-trainable weight, moved in calls with
    `training=True` only, so that a loaded checkpoint goes on where it was and
    validation changes nothing. It follows from the kernel alone: replicas,
    which see other images, hold the same vector.

    Args:
        filters: int. Channels of the output.
        kernel_size: int. Side of the kernel.
        strides: int. Defaults to `1`.
        padding: `"same"` or `"valid"`. Defaults to `"same"`.
        use_bias: bool. Defaults to `True`.
        power_iterations: int. Steps of the iteration in a training call.
            Defaults to `2`.
        seed: int or `None`. Of the kernel and of the first vector.
        **kwargs: Arguments of `keras.layers.Layer`. Computes in float32
            whatever the precision policy is, unless `dtype` is given.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`.
        training: bool. Whether the vector moves. Defaults to `False`.

    Returns:
        Tensor `(batch, new_height, new_width, filters)`.

    Raises:
        ValueError: If a number is not positive.

    Reference:
        Spectral normalization for GANs, Miyato et al. 2018.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="same",
        use_bias=True,
        power_iterations=2,
        seed=None,
        **kwargs,
    ):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        numbers = {
            "filters": filters,
            "kernel_size": kernel_size,
            "strides": strides,
            "power_iterations": power_iterations,
        }
        for name, number in numbers.items():
            if not isinstance(number, int) or number < 1:
                raise ValueError(
                    f"`{name}` must be a positive integer. "
                    f"Received: {name}={number!r}"
                )
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.use_bias = use_bias
        self.power_iterations = power_iterations
        self.seed = seed

    def build(self, input_shape):
        size = self.kernel_size
        self.kernel = self.add_weight(
            shape=(size, size, input_shape[-1], self.filters),
            initializer=keras.initializers.HeNormal(seed=self.seed),
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.filters,), initializer="zeros", name="bias"
            )
        # Each replica moves its own copy, which needs no exchange and works
        # inside loops; all copies are equal, so that any of them is right.
        # `add_weight` cannot ask for that.
        self.singular_vector = keras.Variable(
            self._first_vector,
            shape=(1, self.filters),
            dtype="float32",
            trainable=False,
            autocast=False,
            synchronization="on_read",
            aggregation="only_first_replica",
            name="singular_vector",
        )
        self.built = True

    def _first_vector(self, shape, dtype):
        vector = np.random.RandomState(self.seed).standard_normal(shape)
        # Settled on the first kernel, so that parts of a batch, which move it
        # one after the other, find the value that the whole batch finds.
        matrix = ops.convert_to_numpy(self.kernel).reshape(-1, self.filters)
        for _ in range(SETTLING):
            vector = vector @ matrix.T @ matrix
            vector /= np.linalg.norm(vector)
        return ops.convert_to_tensor(vector, dtype)

    def call(self, inputs, training=False):
        kernel = ops.convert_to_tensor(self.kernel)
        kernel = kernel / ops.cast(
            self._singular_value(kernel, training), kernel.dtype
        )
        outputs = ops.conv(
            inputs, kernel, strides=self.strides, padding=self.padding
        )
        return outputs + self.bias if self.use_bias else outputs

    def _singular_value(self, kernel, training):
        matrix = ops.reshape(ops.cast(kernel, "float32"), (-1, self.filters))
        fixed = ops.stop_gradient(matrix)
        right = ops.convert_to_tensor(self.singular_vector)
        left = _unit(ops.matmul(right, ops.transpose(fixed)))
        if training:
            for _ in range(self.power_iterations):
                right = _unit(ops.matmul(left, fixed))
                left = _unit(ops.matmul(right, ops.transpose(fixed)))
            self.singular_vector.assign(right)
        # The vectors are held fixed, so that the slope of the value is the
        # product of both, which is its exact slope where they are exact.
        value = ops.sum(ops.matmul(left, matrix) * right)
        return ops.maximum(value, 1e-6)

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        if self.padding == "valid":
            sides = [s and s - self.kernel_size + 1 for s in sides]
        sides = [s and -(-s // self.strides) for s in sides]
        return (batch, *sides, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "use_bias": self.use_bias,
            "power_iterations": self.power_iterations,
            "seed": self.seed,
        }


def _unit(vector):
    squares = ops.sum(ops.square(vector))
    return vector * ops.rsqrt(ops.maximum(squares, 1e-12))
