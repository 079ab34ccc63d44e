import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.pretrained.efficientnet_lite0 import EfficientNetLite0
from semst_tf.pretrained.frozen_networks import frozen_network
from semst_tf.pretrained.frozen_networks import keras_application
from semst_tf.pretrained.frozen_networks import split_feature_name
from semst_tf.pretrained.segmenter import load_segmenter


def images(height=48, width=64):
    shape = (1, height, width, 3)
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")


def test_a_name_gives_the_same_network_again():
    network = frozen_network("efficientnet_lite0")
    assert isinstance(network, EfficientNetLite0)
    assert frozen_network("efficientnet_lite0") is network
    half = frozen_network("efficientnet_lite0", dtype="bfloat16")
    assert half.dtype == "bfloat16"


def test_the_segmenter_s_encoder_is_that_of_the_segmenter():
    network, segmenter = frozen_network("espnetv2"), load_segmenter()
    assert network.strides == {f"stride_{2**i}": 2**i for i in range(1, 5)}
    assert list(network.channels.values()) == [32, 128, 256, 512]
    encoder = keras.Model(
        segmenter.inputs,
        segmenter.get_layer("base_net.level3.2.module_act").output,
    )
    found = network.features(images(), ["stride_8"])["stride_8"]
    np.testing.assert_allclose(
        ops.convert_to_numpy(found),
        ops.convert_to_numpy(encoder(images())),
        atol=1e-4,
    )
    odd = network.features(images(50, 63), ["stride_4"])["stride_4"]
    assert tuple(odd.shape) == (1, 13, 16, 128)


def test_features_do_not_depend_on_the_type_of_the_images():
    network = frozen_network("efficientnet_lite0")
    stored = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), "uint8")
    found = [
        network.features(ops.convert_to_tensor(same), ["stride_2"])["stride_2"]
        for same in (
            (stored / 127.5 - 1).astype("float32"),
            stored,
            stored.astype("uint16") * 257,
        )
    ]
    for other in found[1:]:
        np.testing.assert_allclose(
            ops.convert_to_numpy(other),
            ops.convert_to_numpy(found[0]),
            atol=1e-3,
        )
    with pytest.raises(ValueError, match="value_range"):
        network.features(stored.astype("int16"))


def test_networks_of_keras_are_read_at_every_stride():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = keras_application("MobileNetV2", weights=None)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert network.strides == {f"stride_{2**i}": 2**i for i in range(1, 6)}
    found = network.features(images(33, 40))
    assert found["stride_8"].shape == (1, 5, 5, network.channels["stride_8"])
    for maps in found.values():
        assert keras.backend.standardize_dtype(maps.dtype) == "float32"
        assert np.isfinite(ops.convert_to_numpy(maps)).all()


def test_full_names_are_split_at_the_last_slash():
    assert split_feature_name("efficientnet_lite0/stride_8") == (
        "efficientnet_lite0",
        "stride_8",
    )
    assert split_feature_name("keras:A/b/c") == ("keras:A/b", "c")
    for name in ("stride_8", "/stride_8", "network/"):
        with pytest.raises(ValueError, match="Received: "):
            split_feature_name(name)


@pytest.mark.parametrize("name", ["vgg", "keras:Nothing", "keras:vgg16"])
def test_unknown_networks_are_refused(name):
    with pytest.raises(ValueError, match=f"Received: '{name}'"):
        frozen_network(name)


def test_a_network_that_cannot_be_downloaded_says_so(monkeypatch):
    def make(**_):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.applications.mobilenet_v2, "MobileNetV2", make)
    with pytest.raises(ValueError, match="downloaded.*URL fetch failure"):
        keras_application("MobileNetV2")
