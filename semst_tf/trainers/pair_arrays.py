"""Arrays of source and target images that Keras cannot pair by itself."""

from semst_tf.data.unpack_batch import unpack_batch
from semst_tf.data.unpack_batch import unpack_guides
from semst_tf.data.unpaired_arrays import UnpairedArrays


def pair_arrays(data, batch_size, shuffle, seed):
    """Pairs arrays of unequal lengths at random; returns other data as it is.

    Args:
        data: What `fit` takes, arrays in a dict or pair among it.
        batch_size: int or `None`. Defaults to `32`.
        shuffle: bool or `None`. `True` also pairs arrays of equal lengths at
            random; `None` shuffles what is paired at random.
        seed: Tuple of int, of the pairing.

    Returns:
        `UnpairedArrays`, or `data`.
    """
    unpaired = _unpaired(data, shuffle)
    if unpaired is None:
        return data
    return UnpairedArrays(
        *unpaired,
        batch_size=batch_size or 32,
        shuffle=shuffle is not False,
        seed=seed,
        guides=unpack_guides(data),
    )


def _unpaired(data, shuffle):
    """Two arrays that Keras cannot pair, or is not to; else `None`."""
    if not isinstance(data, (dict, tuple, list)):
        return None
    pair = unpack_batch(data)
    arrays = [*pair, *unpack_guides(data).values()]
    if not all(len(getattr(images, "shape", ())) for images in arrays):
        return None
    lengths = {len(images) for images in arrays}
    return pair if shuffle or len(lengths) > 1 else None
