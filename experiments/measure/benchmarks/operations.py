"""Floating-point operations: of a graph, and how many the machine manages."""

import contextlib
import io

import tensorflow as tf

from benchmarks.timing import time_repeatedly
from semst_tf.layers.conv2d import direct_convolutions


def count_operations(function, *arguments):
    """Counts the floating-point operations of a call, from its graph.

    A multiplication and an addition count as two, and a convolution as it is
    defined, also where it is computed with fewer. Operations that TensorFlow
    has no count for are left out; convolutions and matrix products, forward
    and backward, have one.

    Args:
        function: Function of tensors.
        *arguments: Tensors, or nests of tensors, of fully known shapes.

    Returns:
        int.
    """
    specs = tf.nest.map_structure(tf.TensorSpec.from_tensor, arguments)
    with direct_convolutions():
        graph = tf.function(function).get_concrete_function(*specs).graph
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    with contextlib.redirect_stdout(io.StringIO()):
        counted = tf.compat.v1.profiler.profile(
            graph, options=options, cmd="scope"
        )
    return counted.total_float_ops


def matrix_rate(dtype="float32", size=2048, repetitions=5):
    """Measures what the machine makes of a large matrix product.

    The yardstick for everything else: nothing that is made of convolutions,
    taken as they are defined, runs faster.

    Args:
        dtype: str. Of the matrices. Defaults to `"float32"`.
        size: int. Rows and columns. Defaults to `2048`.
        repetitions: int. The fastest one counts. Defaults to `5`.

    Returns:
        Pair of floating-point operations an elapsed second, and a second of
        processor time.
    """
    matrix = tf.cast(tf.random.stateless_normal((size, size), (0, 0)), dtype)
    product = tf.function(lambda m: tf.linalg.matmul(m, m))
    timing = time_repeatedly(
        lambda: product(matrix)[0, 0].numpy(), repetitions, warm_up=2
    )
    operations = 2 * size**3
    return operations / min(timing.wall), operations / min(timing.processor)
