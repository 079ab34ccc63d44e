import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.networks import MultiScaleGenerator
from semst_tf.networks import ResNetGenerator

pytestmark = pytest.mark.backend_neutral


def generator(fusion="attention", ratio=2, channels=(3, 3), **kwargs):
    base = ResNetGenerator(
        filters=4,
        blocks=1,
        input_channels=channels[0],
        output_channels=channels[1],
        seed=0,
        **kwargs,
    )
    return MultiScaleGenerator(base, ratio, fusion, seed=1, **kwargs)


def random_images(height, width, channels=3, count=1):
    random = np.random.default_rng(0)
    shape = (count, height, width, channels)
    return random.uniform(-1, 1, shape).astype("float32")


@pytest.mark.parametrize("size", [(32, 48), (33, 47), (1, 40), (5, 5)])
@pytest.mark.parametrize("ratio", [2, 4])
def test_any_size_keeps_its_size_and_range(size, ratio):
    outputs = ops.convert_to_numpy(generator(ratio=ratio)(random_images(*size)))
    assert outputs.shape == (1, *size, 3)
    assert np.abs(outputs).max() <= 1.0 + 1e-6


@pytest.mark.parametrize("channels", [(1, 3), (4, 2)])
def test_any_number_of_channels(channels):
    outputs = generator(channels=channels)(random_images(16, 16, channels[0]))
    assert outputs.shape == (1, 16, 16, channels[1])


def test_detail_alone_is_the_base_generator():
    network = generator("detail")
    images = random_images(32, 32)
    np.testing.assert_allclose(network(images), network.base(images), atol=1e-6)


def test_context_alone_is_the_base_generator_on_means_of_blocks():
    network = generator("context")
    images = random_images(32, 48)
    context = images.reshape(1, 16, 2, 24, 2, 3).mean((2, 4))
    expected = ops.image.resize(
        network.base(context), (32, 48), interpolation="bilinear"
    )
    np.testing.assert_allclose(network(images), expected, atol=1e-5)


def test_attention_has_the_size_of_the_context_and_starts_with_detail():
    attention = ops.convert_to_numpy(
        generator().attention(random_images(32, 50))
    )
    # 50 is padded to 56, a multiple of 8.
    assert attention.shape == (1, 16, 28, 1)
    assert 0.6 < attention.mean() < 0.85
    assert attention.min() >= 0 and attention.max() <= 1


def test_without_attention_network_there_are_no_weights_for_it():
    assert len(generator("fixed").weights) == len(generator().base.weights)
    constant = generator("fixed").attention(random_images(16, 16))
    np.testing.assert_array_equal(constant, 0.5)


def test_half_precision_gives_images_in_full_precision():
    outputs = generator(dtype="mixed_bfloat16")(random_images(32, 32))
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"


def test_impossible_ratio_is_named():
    with pytest.raises(ValueError, match="Received: ratio=0"):
        generator(ratio=0)


@pytest.mark.parametrize("fusion", ["context", "detail", "laplacian"])
def test_another_fusion_shares_the_weights(fusion):
    network, images = generator(), random_images(32, 32)
    other = network.fused_by(fusion)
    network.base.set_weights([w + 0.01 for w in network.base.get_weights()])
    expected = generator(fusion)
    expected.base.set_weights(network.base.get_weights())
    np.testing.assert_allclose(other(images), expected(images), atol=1e-6)


def test_a_fusion_without_its_attention_is_refused():
    with pytest.raises(ValueError, match="Received: fusion='attention'"):
        generator("fixed").fused_by("attention")
