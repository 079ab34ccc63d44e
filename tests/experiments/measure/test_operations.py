import pytest
import tensorflow as tf
from benchmarks.operations import count_operations
from benchmarks.operations import matrix_rate


def test_matrix_product_counts_multiplications_and_additions():
    counted = count_operations(tf.matmul, tf.ones((3, 5)), tf.ones((5, 7)))
    assert counted == 2 * 3 * 5 * 7


def test_convolution_and_its_gradients_are_counted():
    images, kernel = tf.ones((2, 8, 8, 3)), tf.ones((3, 3, 3, 4))

    def gradients(images, kernel):
        with tf.GradientTape() as tape:
            tape.watch([images, kernel])
            outputs = tf.nn.conv2d(images, kernel, 1, "SAME")
        return tape.gradient(outputs, [images, kernel])

    forward = 2 * 2 * 8 * 8 * 9 * 3 * 4
    counted = count_operations(
        lambda x, k: tf.nn.conv2d(x, k, 1, "SAME"), images, kernel
    )
    assert counted == forward
    # The gradient of a convolution does not need its result.
    assert 2 * forward <= count_operations(gradients, images, kernel)
    assert count_operations(gradients, images, kernel) < 3.1 * forward


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_rates_of_the_machine_are_positive_numbers(dtype):
    assert min(matrix_rate(dtype, size=128, repetitions=1)) > 0
