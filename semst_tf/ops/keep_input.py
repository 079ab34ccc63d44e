"""Translations in which a part of the input stays what it is."""

from keras import ops


def keep_input(output, source, keep):
    """Returns translations with a part of their input in its place.

    Args:
        output: Translations `(batch, height, width, channels)`.
        source: Images that were translated, of the same shape.
        keep: Tensor `(batch, height, width, 1)` in [0, 1], 1 where the input
            is kept exactly; `None` to keep nothing.

    Returns:
        Float32 tensor `(batch, height, width, channels)`, through which no
        gradient flows where `keep` is 1; `output` itself for `None`.
    """
    if keep is None:
        return output
    keep, source, output = (
        ops.cast(tensor, "float32") for tensor in (keep, source, output)
    )
    # A product with 0 would keep what is not finite.
    mixed = keep * source + (1.0 - keep) * output
    return ops.where(keep >= 1.0, source, mixed)
