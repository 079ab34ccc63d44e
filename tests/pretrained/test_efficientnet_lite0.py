import pathlib

import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.pretrained.efficientnet_lite0 import EfficientNetLite0

pytestmark = pytest.mark.backend_neutral

REFERENCE = (
    pathlib.Path(__file__).parents[3]
    / "shared"
    / "weights"
    / "efficientnet_lite0"
    / "reference_features.npz"
)


@pytest.fixture(scope="module")
def network():
    return EfficientNetLite0()


def images(height, width, channels=3, count=1, seed=0):
    random = np.random.default_rng(seed)
    shape = (count, height, width, channels)
    return random.uniform(-1, 1, shape).astype("float32")


@pytest.mark.skipif(not REFERENCE.exists(), reason="reference is not here")
def test_blocks_are_those_of_the_public_network():
    reference = np.load(REFERENCE)
    raw = EfficientNetLite0(standardize=False)
    names = {
        "block_7": "stride16_block7",
        "stride_2": "stride2_block0",
        "stride_4": "stride4_block2",
        "stride_8": "stride8_block4",
        "stride_16": "stride16_block10",
        "stride_32": "stride32_block15",
    }
    found = raw.features(reference["images"], names)
    assert list(found) == list(names)
    for name, expected in names.items():
        expected = reference[expected]
        values = ops.convert_to_numpy(found[name])
        # What rounding the kernels to float16 costs, over 16 blocks.
        error = np.abs(values - expected).mean() / np.abs(expected).mean()
        assert values.shape == expected.shape
        assert error < 4e-3, name


def test_channels_and_strides_are_as_announced(network):
    found = network.features(images(67, 45), network.channels)
    assert set(found) == set(network.channels) == set(network.strides)
    for name, maps in found.items():
        stride = network.strides[name]
        size = (-(-67 // stride), -(-45 // stride))
        assert tuple(maps.shape) == (1, *size, network.channels[name])
    assert network.names == (
        "stride_2",
        "stride_4",
        "stride_8",
        "stride_16",
        "stride_32",
    )


def test_features_are_of_about_unit_size_on_smooth_images(network):
    coarse = images(6, 6, count=4)
    smooth = ops.image.resize(coarse, (96, 96), interpolation="bicubic")
    for name, maps in network.features(smooth).items():
        size = float(ops.sqrt(ops.mean(ops.square(maps))))
        assert 0.3 < size < 3, (name, size)


def test_grey_images_are_repeated(network):
    grey = images(20, 24, channels=1)
    repeated = np.repeat(grey, 3, axis=-1)
    one = network.features(grey, ["stride_4"])["stride_4"]
    three = network.features(repeated, ["stride_4"])["stride_4"]
    np.testing.assert_allclose(
        ops.convert_to_numpy(one), ops.convert_to_numpy(three), atol=1e-5
    )


@pytest.mark.parametrize("size", [(1, 1), (2, 33)])
@pytest.mark.parametrize("channels", [2, 5])
def test_tiny_images_of_any_channels_have_features(network, size, channels):
    found = network.features(images(*size, channels))
    for maps in found.values():
        assert np.isfinite(ops.convert_to_numpy(maps)).all()


def test_unknown_names_and_shapes_are_refused(network):
    with pytest.raises(ValueError, match="stride_2.*Received: 'stride_3'"):
        network.features(images(8, 8), ["stride_3"])
    with pytest.raises(ValueError, match="Received: shape="):
        network.features(images(8, 8)[0])


def test_no_more_blocks_than_needed_are_computed(monkeypatch):
    network, seen = EfficientNetLite0(), []
    block = network._block
    monkeypatch.setattr(
        network, "_block", lambda *args: seen.append(1) or block(*args)
    )
    network.features(images(16, 16), ["stride_8", "stride_2"])
    assert len(seen) == 5


def test_half_precision_by_choice_returns_float32_close_by(network):
    half = EfficientNetLite0(dtype="bfloat16")
    one = half.features(images(32, 32), ["stride_8"])["stride_8"]
    other = network.features(images(32, 32), ["stride_8"])["stride_8"]
    assert keras.backend.standardize_dtype(one.dtype) == "float32"
    one, other = ops.convert_to_numpy(one), ops.convert_to_numpy(other)
    assert 0 < np.abs(one - other).mean() < 0.1 * np.abs(other).mean()


def test_a_model_that_keeps_it_owns_none_of_its_weights(tmp_path, network):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.frozen = network
    model.build((None, 3))
    assert len(model.weights) == 2
    model.save_weights(tmp_path / "model.weights.h5")
    assert (tmp_path / "model.weights.h5").stat().st_size < 100_000


def test_config_restores_the_network():
    network = EfficientNetLite0(standardize=False, dtype="bfloat16")
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(network)
    )
    assert isinstance(copy, EfficientNetLite0)
    assert copy.get_config() == network.get_config()
