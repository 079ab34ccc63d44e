import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers.spectral_conv2d import SpectralConv2D


def images(height=7, width=9, channels=3, count=2):
    random = np.random.default_rng(0)
    shape = (count, height, width, channels)
    return random.uniform(-1, 1, shape).astype("float32")


def layer(filters=5, kernel_size=3, **arguments):
    return SpectralConv2D(filters, kernel_size, seed=0, **arguments)


def singular_value(spectral):
    kernel = ops.convert_to_numpy(spectral.kernel)
    return np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]))[1][0]


@pytest.mark.backend_neutral
@pytest.mark.parametrize("kernel_size", [1, 3])
def test_it_convolves_with_a_kernel_of_singular_value_one(kernel_size):
    spectral, inputs = layer(kernel_size=kernel_size), images()
    for _ in range(30):
        spectral(inputs, training=True)
    plain = keras.layers.Conv2D(5, kernel_size, padding="same")
    plain.build(inputs.shape)
    value = singular_value(spectral)
    plain.set_weights([spectral.get_weights()[0] / value, np.zeros(5)])
    np.testing.assert_allclose(
        ops.convert_to_numpy(spectral(inputs)),
        ops.convert_to_numpy(plain(inputs)),
        atol=1e-4,
    )


@pytest.mark.backend_neutral
def test_only_training_moves_the_vector():
    spectral = layer()
    spectral(images())
    before = ops.convert_to_numpy(spectral.singular_vector).copy()
    # The vector of the first kernel is settled; this is another one.
    kernel = np.random.default_rng(1).normal(size=spectral.kernel.shape)
    spectral.kernel.assign(kernel)
    spectral(images(), training=False)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(spectral.singular_vector), before
    )
    spectral(images(), training=True)
    moved = ops.convert_to_numpy(spectral.singular_vector)
    assert np.abs(moved - before).max() > 1e-3
    assert np.linalg.norm(moved) == pytest.approx(1, abs=1e-5)


@pytest.mark.backend_neutral
def test_the_vector_is_saved_and_not_trained():
    spectral = layer()
    spectral(images(), training=True)
    assert len(spectral.trainable_weights) == 2
    assert len(spectral.non_trainable_weights) == 1
    copy = SpectralConv2D.from_config(spectral.get_config())
    copy.build(images().shape)
    copy.set_weights(spectral.get_weights())
    for _ in range(2):
        np.testing.assert_array_equal(
            ops.convert_to_numpy(spectral(images(), training=True)),
            ops.convert_to_numpy(copy(images(), training=True)),
        )


@pytest.mark.backend_neutral
def test_a_kernel_of_zeros_stays_finite():
    spectral = layer()
    spectral.build(images().shape)
    spectral.kernel.assign(ops.zeros_like(spectral.kernel))
    outputs = ops.convert_to_numpy(spectral(images(), training=True))
    np.testing.assert_array_equal(outputs, 0)


@pytest.mark.parametrize("name", ["filters", "kernel_size", "strides"])
def test_numbers_that_are_not_positive_are_refused(name):
    with pytest.raises(ValueError, match=f"Received: {name}=0"):
        SpectralConv2D(**{"filters": 1, "kernel_size": 1, name: 0})


def test_kernel_gradient_is_that_of_the_divided_kernel():
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients with TensorFlow")
    spectral, inputs = layer(), images()
    for _ in range(100):
        spectral(inputs, training=True)
    # A larger kernel divided by its own size is the same kernel.
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(spectral(inputs)))
    gradient = tape.gradient(loss, spectral.kernel.value)
    along = float(tf.reduce_sum(gradient * spectral.kernel.value))
    assert abs(along) < 1e-3 * float(tf.norm(gradient))


def test_two_replicas_move_the_vector_like_one_even_in_loops():
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("replicas need TensorFlow")
    strategy = tf.distribute.MirroredStrategy(["cpu:0", "cpu:1"])
    alone = layer()
    alone.build((None, None, None, 3))
    with strategy.scope():
        shared = layer()
        shared.build((None, None, None, 3))
    for old, new in zip(alone.get_weights(), shared.get_weights()):
        np.testing.assert_array_equal(old, new)

    @tf.function
    def steps(inputs):
        def both():
            return tf.while_loop(
                lambda step: step < 2,
                lambda step: (
                    step
                    + tf.cast(
                        shared(inputs, training=True)[0, 0, 0, 0] < 9, "int32"
                    ),
                ),
                (tf.constant(0),),
            )[0]

        return strategy.experimental_local_results(strategy.run(both))

    steps(images())
    for _ in range(2):
        alone(images(), training=True)
    np.testing.assert_allclose(
        shared.get_weights()[-1], alone.get_weights()[-1], atol=1e-6
    )
    for copy in strategy.experimental_local_results(
        shared.singular_vector.value
    ):
        np.testing.assert_allclose(
            copy.numpy(), alone.get_weights()[-1], atol=1e-6
        )
    # What a resumed training does: weights are set from outside.
    shared.set_weights(layer_weights := alone.get_weights())
    np.testing.assert_array_equal(shared.get_weights()[-1], layer_weights[-1])
