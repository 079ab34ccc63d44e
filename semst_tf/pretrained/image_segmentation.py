"""Asks a segmenter about many images."""

import numpy as np
from keras import ops

from semst_tf.data.resize import resize_image
from semst_tf.layers.pad_to_multiple import PadToMultiple
from semst_tf.pretrained.as_colour import as_colour
from semst_tf.pretrained.unit_images import unit_images


def segment_images(
    segmenter, images, num_classes=19, size=None, multiple=16, batch_size=4
):
    """Returns the class of every pixel of every image.

    Args:
        segmenter: Keras model that maps RGB `(batch, height, width, 3)` in
            [-1, 1] to `(batch, height, width, maps)`.
        images: Iterable of arrays `(height, width, channels)`, uint8, uint16
            or float in [-1, 1], colour or grey. Sizes may differ.
        num_classes: int. The first maps, among which the largest wins; more
            maps (the background of `load_segmenter`) are left out. Defaults to
            `19`.
        size: `(height, width)` to which images are resized before (bicubic,
            anti-aliased), or `None` for their own size. Use
            `SEGMENTER_SIZE` with the segmenter that ships.
        multiple: int. Height and width are padded to a multiple of it by
            mirroring, and the padding is cut off again. Defaults to `16`.
        batch_size: int. Images segmented at once. Defaults to `4`.

    Yields:
        int32 array `(height, width)` for every image, in order.

    Raises:
        ValueError: If an image is neither grey nor colour, or the range of
            its values is not known.
    """
    pad = PadToMultiple(multiple, dtype="float32")
    batch = []
    for image in images:
        image = _prepare(np.asarray(image), size)
        if batch and image.shape != batch[0].shape:
            yield from _segment(segmenter, pad, batch, num_classes)
            batch = []
        batch.append(image)
        if len(batch) == batch_size:
            yield from _segment(segmenter, pad, batch, num_classes)
            batch = []
    if batch:
        yield from _segment(segmenter, pad, batch, num_classes)


def _prepare(image, size):
    if image.ndim != 3:
        raise ValueError(
            "An image to segment is (height, width, channels). "
            f"Received: shape={image.shape}"
        )
    image = as_colour(image)
    if size is not None:
        image = resize_image(image, size)
    return unit_images(image)


def _segment(segmenter, pad, batch, num_classes):
    height, width = batch[0].shape[:2]
    padded = ops.convert_to_numpy(pad(np.stack(batch)))
    maps = segmenter.predict_on_batch(padded)
    maps = maps[:, :height, :width, :num_classes]
    return np.argmax(maps, axis=-1).astype("int32")
