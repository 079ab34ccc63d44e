"""Translations for looking and scoring: in tiles where memory is short."""

import numpy as np

from semst_tf.inference.translate import fits_whole


def translate_within_memory(model, images, batch_size=1):
    """Translates a list of images; in one piece those that fit into memory.

    An image that `mode="whole"` would find no memory for is translated with
    `mode="tiled"`, and so is one that the device refuses when it is tried.

    Args:
        model: `SemST`, or anything with its `translate`.
        images: List of arrays `(height, width, channels)`, of any sizes.
        batch_size: int. Consecutive images of one shape that are translated
            at once, where they fit. Defaults to `1`.

    Returns:
        List of arrays, in the order of the images.
    """
    translations = []
    for group in _equal_shapes(images, batch_size):
        translations += _translate_group(model, group)
    return translations


def _translate_group(model, group):
    translator = getattr(model, "translator", model)
    if fits_whole(translator, group[0].shape, batch=len(group)):
        try:
            return _in_one_piece(model, group)
        except Exception as error:
            if not _is_out_of_memory(error):
                raise
    if len(group) > 1:
        return [_translate_group(model, [image])[0] for image in group]
    return model.translate(group, mode="tiled")


def _in_one_piece(model, group):
    if len(group) == 1:
        return model.translate(group)
    return list(model.translate(np.stack(group), batch_size=len(group)))


def _is_out_of_memory(error):
    # Of TensorFlow, JAX and PyTorch, none of which may be imported here.
    names = ("ResourceExhaustedError", "OutOfMemoryError")
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ in names
        or "RESOURCE_EXHAUSTED" in str(error)
    )


def _equal_shapes(images, batch_size):
    """Yields lists of consecutive images of one shape and type."""
    group = []
    for image in images:
        alike = group and (image.shape, image.dtype) == (
            group[0].shape,
            group[0].dtype,
        )
        if group and (not alike or len(group) == batch_size):
            yield group
            group = []
        group.append(image)
    if group:
        yield group
