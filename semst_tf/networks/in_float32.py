"""A network that computes in float32, whatever it was trained in."""

from semst_tf.ops.private_api import flat_layers


def in_float32(network):
    """Returns a network that translates in single precision.

    A network of another precision policy is rebuilt from its configuration
    with the same weights, which are float32 anyway.

    Args:
        network: Keras model with a complete `get_config`.

    Returns:
        The network itself if it computes in float32, else a copy.
    """
    policies = {
        layer.dtype_policy.compute_dtype for layer in flat_layers(network)
    }
    if policies == {"float32"}:
        return network
    copy = type(network).from_config(_renamed(network.get_config()))
    copy.set_weights(network.get_weights())
    return copy


def _renamed(config):
    """Replaces the precision policy wherever a nested config names one."""
    if isinstance(config, dict):
        return {
            key: "float32" if key == "dtype" else _renamed(value)
            for key, value in config.items()
        }
    if isinstance(config, (list, tuple)):
        return [_renamed(value) for value in config]
    return config
