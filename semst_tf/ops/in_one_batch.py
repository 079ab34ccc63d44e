"""One run of a network for several batches."""

import keras
from keras import ops


def in_one_batch(function, batches):
    """Applies a function to several batches, together where sizes agree.

    Nothing in the networks mixes the images of a batch, so that the results
    are those of one call each, at the price of one.

    Args:
        function: Maps a tensor `(batch, ...)`, or a nest of such tensors, to
            a nest of such tensors.
        batches: List of what the function takes.

    Returns:
        List of what the function gives for each batch.
    """
    alike = {}
    for index, batch in enumerate(batches):
        sizes = _sizes(batch)
        # Sizes that are only known when the graph runs may differ then.
        unknown = any(None in size for size in sizes)
        alike.setdefault(index if unknown else sizes, []).append(index)
    results = [None] * len(batches)
    for indices in alike.values():
        together = function(_joined([batches[index] for index in indices]))
        start = 0
        for index in indices:
            first = keras.tree.flatten(batches[index])[0]
            stop = start + ops.shape(first)[0]
            results[index] = _rows(together, start, stop)
            start = stop
    return results


def _sizes(nest):
    return tuple(tuple(x.shape[1:]) for x in keras.tree.flatten(nest))


def _joined(nests):
    if len(nests) == 1:
        return nests[0]
    return keras.tree.map_structure(
        lambda *tensors: ops.concatenate(tensors, axis=0), *nests
    )


def _rows(nest, start, stop):
    return keras.tree.map_structure(lambda tensor: tensor[start:stop], nest)
