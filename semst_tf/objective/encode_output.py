"""Features of translations."""

from semst_tf.layers.match_channels import match_channels


def encode_output(generator, output):
    """Encodes translations with the encoder of source images.

    Args:
        generator: Network with `features` and `input_channels`.
        output: Tensor `(batch, height, width, output_channels)`.

    Returns:
        Dict from name to features, as `features` of the generator gives them.
    """
    return generator.features(match_channels(output, generator.input_channels))
