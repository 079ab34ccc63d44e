"""One run of a network for several batches."""

import keras
from keras import ops


def in_one_batch(function, batches):
    """Applies a function to several batches, together where sizes agree.

    Nothing in the networks mixes the pictures of a batch, so that the results
    are those of one call each, at the price of one.

    Args:
        function: Maps a tensor `(batch, ...)` to a nest of such tensors.
        batches: List of tensors `(batch, height, width, channels)`.

    Returns:
        List of what the function gives for each batch.
    """
    alike = {}
    for index, batch in enumerate(batches):
        alike.setdefault(tuple(batch.shape[1:]), []).append(index)
    results = [None] * len(batches)
    for indices in alike.values():
        together = function(
            ops.concatenate([batches[index] for index in indices], axis=0)
        )
        start = 0
        for index in indices:
            stop = start + ops.shape(batches[index])[0]
            results[index] = _rows(together, start, stop)
            start = stop
    return results


def _rows(nest, start, stop):
    return keras.tree.map_structure(lambda tensor: tensor[start:stop], nest)
