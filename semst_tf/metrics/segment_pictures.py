"""Asks a segmenter about many pictures."""

import numpy as np
from keras import ops

from semst_tf.data.resize import resize_image
from semst_tf.layers.pad_to_multiple import PadToMultiple


def segment_pictures(
    judge, pictures, num_classes=19, size=None, multiple=16, batch_size=4
):
    """Returns the class of every pixel of every picture.

    Args:
        judge: Keras model that maps RGB `(batch, height, width, 3)` in
            [-1, 1] to `(batch, height, width, maps)`.
        pictures: Iterable of arrays `(height, width, 3)`, uint8 or float32 in
            [-1, 1]. Sizes may differ.
        num_classes: int. The first maps, among which the largest wins; more
            maps (the background of `load_judge`) are left out. Defaults to
            `19`.
        size: `(height, width)` to which pictures are resized before (bicubic,
            anti-aliased), or `None` for their own size. Use `JUDGE_SIZE` with
            the judge that ships.
        multiple: int. Height and width are padded to a multiple of it by
            mirroring, and the padding is cut off again. Defaults to `16`.
        batch_size: int. Pictures judged at once. Defaults to `4`.

    Yields:
        int32 array `(height, width)` for every picture, in order.

    Raises:
        ValueError: If a picture is neither uint8 nor float with three
            channels.
    """
    pad = PadToMultiple(multiple, dtype="float32")
    batch = []
    for picture in pictures:
        picture = _prepare(np.asarray(picture), size)
        if batch and picture.shape != batch[0].shape:
            yield from _segment(judge, pad, batch, num_classes)
            batch = []
        batch.append(picture)
        if len(batch) == batch_size:
            yield from _segment(judge, pad, batch, num_classes)
            batch = []
    if batch:
        yield from _segment(judge, pad, batch, num_classes)


def _prepare(picture, size):
    is_known = picture.dtype == np.uint8 or picture.dtype.kind == "f"
    if picture.ndim != 3 or picture.shape[-1] != 3 or not is_known:
        raise ValueError(
            "A judged picture is (height, width, 3), uint8 or floating point "
            "in [-1, 1]. "
            f"Received: shape={picture.shape}, dtype={picture.dtype}"
        )
    if picture.dtype != np.uint8:
        picture = picture.astype("float32")
    if size is not None:
        picture = resize_image(picture, size)
    if picture.dtype == np.uint8:
        picture = picture.astype("float32") / 127.5 - 1.0
    return picture


def _segment(judge, pad, batch, num_classes):
    height, width = batch[0].shape[:2]
    padded = ops.convert_to_numpy(pad(np.stack(batch)))
    maps = judge.predict_on_batch(padded)
    maps = maps[:, :height, :width, :num_classes]
    return np.argmax(maps, axis=-1).astype("int32")
