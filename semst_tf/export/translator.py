"""The network that an export takes out of a model."""

import hashlib

import keras
import numpy as np


def translator_of(model):
    """Returns the translating network of a model, in float32.

    A network of another precision policy is rebuilt from its configuration
    with the same weights: its variables are float32 anyway, and exported
    half-precision arithmetic would differ from machine to machine.

    Args:
        model: `SemST` (its averaged generator, if it keeps one), or a Keras
            model that maps `(batch, height, width, input_channels)` in
            [-1, 1] to translations of the same size and has the attribute
            `input_channels`.

    Returns:
        Keras model that computes in float32.

    Raises:
        ValueError: If it is no translator.
    """
    network = getattr(model, "translator", model)
    if not isinstance(network, keras.Model) or not hasattr(
        network, "input_channels"
    ):
        raise ValueError(
            "Only a SemST or a network that translates, such as a "
            f"ResNetGenerator, can be exported. Received: {model!r}"
        )
    if _policies(network) == {"float32"}:
        return network
    copy = type(network).from_config(_in_float32(network.get_config()))
    copy.set_weights(network.get_weights())
    return copy


def output_channels_of(network):
    """Returns the number of channels that a network translates to."""
    shape = (None, None, None, network.input_channels)
    return network.compute_output_shape(shape)[-1]


def weights_hash(network):
    """Returns a SHA-256 of the weights that survives renaming of layers.

    Args:
        network: Keras model.

    Returns:
        str. 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for weight in network.get_weights():
        weight = np.ascontiguousarray(weight, dtype="<f4")
        digest.update(repr(weight.shape).encode())
        digest.update(weight.tobytes())
    return digest.hexdigest()


def _policies(network):
    return {
        layer.dtype_policy.compute_dtype for layer in network._flatten_layers()
    }


def _in_float32(config):
    """Replaces the precision policy wherever a nested config names one."""
    if isinstance(config, dict):
        return {
            key: "float32" if key == "dtype" else _in_float32(value)
            for key, value in config.items()
        }
    if isinstance(config, (list, tuple)):
        return [_in_float32(value) for value in config]
    return config
