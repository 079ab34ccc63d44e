"""Frozen networks by name."""

import functools

import keras

from semst_tf.pretrained.efficientnet_lite0 import EfficientNetLite0
from semst_tf.pretrained.keras_features import KerasFeatures
from semst_tf.pretrained.segmenter import load_segmenter

_APPLICATION = "keras:"


def frozen_network(name, dtype="float32"):
    """Returns a frozen network; the same object for the same arguments.

    Call it outside compiled functions: weights are read, and the statistics
    of features measured where they are not known.

    Args:
        name: str. `"efficientnet_lite0"`, which ships; `"espnetv2"`, the
            encoder of the Cityscapes segmenter, which ships, as it is; or
            `"keras:EfficientNetV2B0"` and other classes of
            `keras.applications`, trained on ImageNet, whose weights Keras
            downloads on first use and whose features are standardised on the
            sample photographs that ship.
        dtype: str. What the network computes in. Defaults to `"float32"`.

    Returns:
        `FrozenNetwork`.

    Raises:
        ValueError: If there is no such network, or it cannot be downloaded.

    Example:

    >>> network = semst_tf.pretrained.frozen_network("efficientnet_lite0")
    >>> network.features(images, ["stride_16"])["stride_16"]
    """
    return _frozen_network(name, dtype)


def split_feature_name(name):
    """Splits the full name of a feature into network and feature.

    Args:
        name: str. Such as `"efficientnet_lite0/stride_8"`.

    Returns:
        Pair of str, `("efficientnet_lite0", "stride_8")`.

    Raises:
        ValueError: If it is no full name.
    """
    network, slash, feature = name.rpartition("/")
    if not slash or not network or not feature:
        raise ValueError(
            "A feature is named by its network and its own name, such as "
            f"'efficientnet_lite0/stride_8'. Received: {name!r}"
        )
    return network, feature


def feature_channels(name):
    """Returns the channels of a feature by its full name.

    Args:
        name: str. Such as `"efficientnet_lite0/stride_8"`.

    Returns:
        int.

    Raises:
        ValueError: If there is no such network or feature.
    """
    network, feature = split_feature_name(name)
    network = frozen_network(network)
    network.check_names([feature])
    return network.channels[feature]


@functools.cache
def _frozen_network(name, dtype):
    if name.startswith(_APPLICATION):
        application = name.removeprefix(_APPLICATION)
        return keras_application(application, dtype)
    if name not in FROZEN_NETWORKS:
        raise ValueError(
            f"A frozen network is one of {', '.join(FROZEN_NETWORKS)}, or "
            f"'keras:' and a class of keras.applications. Received: {name!r}"
        )
    return FROZEN_NETWORKS[name](dtype)


def keras_application(name, dtype="float32", weights="imagenet"):
    """Returns a network of `keras.applications` as a frozen one.

    Args:
        name: str. Class of `keras.applications`.
        dtype: str. What it computes in. Defaults to `"float32"`.
        weights: As for the class. Defaults to `"imagenet"`.

    Returns:
        `KerasFeatures` with one feature a stride.

    Raises:
        ValueError: If there is no such class, or it cannot be downloaded.
    """
    make, preprocess = _application(name)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(
        dtype if dtype == "float32" else f"mixed_{dtype}"
    )
    try:
        model = make(
            include_top=False, weights=weights, input_shape=(None, None, 3)
        )
    except Exception as error:  # Keras raises bare ones without a network.
        raise ValueError(
            f"keras.applications.{name} could not be made; its weights are "
            f"downloaded when it is first used: {error} Received: "
            f"'keras:{name}'"
        ) from error
    finally:
        keras.config.set_dtype_policy(policy)
    return KerasFeatures(
        model,
        preprocess=lambda images: preprocess((images + 1.0) * 127.5),
        multiple=32,
    )


def _application(name):
    """The class, and the function that prepares images in [0, 255] for it."""
    for module in vars(keras.applications).values():
        preprocess = getattr(module, "preprocess_input", None)
        make = getattr(module, name, None)
        if preprocess is not None and callable(make) and name[:1].isupper():
            return make, preprocess
    raise ValueError(
        "keras.applications has no network of this name. "
        f"Received: 'keras:{name}'"
    )


def _espnetv2(dtype):
    if dtype != "float32":
        raise ValueError(
            f"'espnetv2' computes in float32. Received: dtype={dtype!r}"
        )
    layers = {
        "stride_2": "base_net.level1.act",
        "stride_4": "base_net.level2_0.act",
        "stride_8": "base_net.level3.2.module_act",
        "stride_16": "base_net.level4.6.module_act",
    }
    return KerasFeatures(
        load_segmenter(), layers, calibration=False, multiple=16
    )


FROZEN_NETWORKS = {
    "efficientnet_lite0": lambda dtype: EfficientNetLite0(dtype=dtype),
    "espnetv2": _espnetv2,
}
"""Makers of the networks that ship, by name."""
