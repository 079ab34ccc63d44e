"""Features of translations."""

from semst_tf.layers import match_channels


def encode_output(generator, output):
    """Encodes translations with the encoder of source pictures.

    Args:
        generator: Network with `encode` and `input_channels`.
        output: Tensor `(batch, height, width, output_channels)`.

    Returns:
        List of features, as `encode` gives them.
    """
    return generator.encode(match_channels(output, generator.input_channels))
