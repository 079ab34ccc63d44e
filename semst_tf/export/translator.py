"""The network that an export takes out of a model."""

import keras

from semst_tf.networks.in_float32 import in_float32


def translator_of(model):
    """Returns the translating network of a model, in float32.

    Exported half-precision arithmetic would differ from machine to machine.

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
    copy = in_float32(network)
    for name in ("value_range", "target_value_range", "slice_plane"):
        setattr(copy, name, getattr(network, name, None))
    return copy


def output_channels_of(network):
    """Returns the number of channels that a network translates to."""
    shape = (None, None, None, network.input_channels)
    return network.compute_output_shape(shape)[-1]
