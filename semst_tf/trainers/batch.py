"""What a batch must be to be trained on, in words where it is not."""

import itertools
import warnings

import keras
import numpy as np
from keras import ops

from semst_tf.data.guides import KEEP
from semst_tf.data.guides import LABELS
from semst_tf.data.guides import PAIRED
from semst_tf.data.guides import VALID
from semst_tf.data.label_spaces import IGNORE
from semst_tf.data.unpack_batch import source_images
from semst_tf.data.unpack_batch import unpack_batch
from semst_tf.data.unpack_batch import unpack_guides
from semst_tf.data.value_range import seems_zero_to_one

_WHY = {
    **dict.fromkeys(PAIRED, "`paired.weight` is the weight of their term"),
    KEEP: "`data.keep` names what must not change",
    **dict.fromkeys(LABELS, "`discriminator.labels` compares class by class"),
    **dict.fromkeys(VALID, "`data.minimum_valid` allows empty pixels"),
}
_OPTIONAL = (KEEP,)
"""Guides that say by themselves what to do."""

LIMIT = 1.25
"""Largest absolute value of images in [-1, 1]; resampling overshoots."""


def check_images(images, channels, field, what="Images"):
    """Raises unless a tensor holds a batch of images; reads no values.

    Args:
        images: Tensor or array, also a symbolic one.
        channels: int. Channels that it must have.
        field: str. Field of the configuration that says how many.
        what: str. Begins the sentences. Defaults to `"Images"`.

    Raises:
        ValueError: If type, rank or channels do not fit.
    """
    if not hasattr(images, "shape"):
        raise ValueError(
            f"{what} must be an array or a tensor; images of equal size in a "
            "list become one by `np.stack(images)`. "
            f"Received: {type(images).__name__}"
        )
    shape = tuple(images.shape)
    dtype = keras.backend.standardize_dtype(images.dtype)
    received = f"Received: shape={shape}, dtype={dtype}"
    if not dtype.startswith(("float", "bfloat")):
        raise ValueError(
            f"{what} must be floating point in [-1, 1], for instance "
            "`images / 127.5 - 1` of uint8; `SemST.translate` and "
            f"`semst_tf.data` convert integers. {received}"
        )
    if len(shape) == 3:
        raise ValueError(
            f"{what} must come in batches (batch, height, width, channels): "
            "batch the dataset by `data.batch_size`, or add an axis to one "
            f"image. {received}"
        )
    if len(shape) != 4:
        raise ValueError(
            f"{what} must have the axes (batch, height, width, channels); a "
            f"grey image has one channel. {received}"
        )
    if shape[3] is not None and shape[3] != channels:
        raise ValueError(
            f"{what} must have {channels} channels, as the config field "
            f"`{field}` says; change one of them. {received}"
        )


def check_batch(source, target, model):
    """Raises unless a model can train on a batch; reads no values.

    Args:
        source: Source images, tensor or array, also a symbolic one.
        target: Target images.
        model: `semst_tf.SemST`.

    Raises:
        ValueError: If type, rank, channels, counts or sizes do not fit.
    """
    config = model.config
    for images, what, side in (
        (source, "Source images", "input"),
        (target, "Target images", "output"),
    ):
        field = f"generator.{side}_channels"
        channels = getattr(config.generator, f"{side}_channels")
        check_images(images, channels, field, what)
    shapes = [tuple(images.shape) for images in (source, target)]
    received = f"Received: source.shape={shapes[0]}, target.shape={shapes[1]}"
    counts = {shape[0] for shape in shapes} - {None}
    if len(counts) > 1:
        raise ValueError(
            "A batch holds as many source as target images; arrays of "
            "unequal lengths are paired by `fit`, datasets by zipping them "
            f"before `batch(data.batch_size)`. {received}"
        )
    smallest = getattr(model.discriminator, "minimum_size", 1)
    sides = [side for shape in shapes for side in shape[1:3] if side]
    if sides and min(sides) < smallest:
        raise ValueError(
            f"Images must be at least {smallest} x {smallest} pixels for this "
            "discriminator; use a larger `data.crop_size` or fewer "
            f"`discriminator.layers`. {received}"
        )


def check_guides(guides, source, target, model):
    """Raises unless a batch brings what a model needs; reads no values.

    Args:
        guides: Dict of what it brings beside its images.
        source: Source images of the batch.
        target: Target images of the batch.
        model: `semst_tf.SemST`.

    Raises:
        ValueError: If something is missing, would not be used, or does not
            fit.
    """
    needed = model.objective.guides
    for name in needed:
        if name not in guides:
            raise ValueError(
                f"This configuration trains with {name!r} in every batch: "
                f"{_WHY[name]}. Received: a batch without it"
            )
    for name, values in guides.items():
        if name not in needed and name not in _OPTIONAL:
            raise ValueError(
                f"{name!r} would not be used: {_WHY[name]}. Received: a "
                "configuration without it"
            )
        count, given = source.shape[0], values.shape[0]
        if None not in (count, given) and count != given:
            raise ValueError(
                f"A batch holds as many {name!r} as source images. Received: "
                f"{given} and {count}"
            )
    if "paired_source" in guides:
        _check_pairs(guides, model)
    if KEEP in guides:
        _check_keep(guides[KEEP], source, model)
    for name, images in zip(LABELS, (source, target)):
        if name in guides:
            _check_labels(guides[name], name, images)
    if VALID[0] in guides:
        _check_valid(guides, source, target)


def _check_classes(labels, name, classes):
    found = np.unique(np.asarray(ops.convert_to_numpy(labels)))
    unknown = found[((found >= classes) & (found != IGNORE)) | (found < 0)]
    if len(unknown):
        raise ValueError(
            f"Classes of {name!r} are numbers below {classes}, or {IGNORE} for "
            f"none. Received: {unknown[:5].tolist()}"
        )


def _check_labels(labels, name, images):
    dtype = keras.backend.standardize_dtype(labels.dtype)
    shapes = tuple(images.shape[:3]), tuple(labels.shape)
    unlike = len(shapes[1]) != 3 or any(
        None not in pair and pair[0] != pair[1] for pair in zip(*shapes)
    )
    if unlike or not dtype.startswith(("int", "uint")):
        raise ValueError(
            f"{name!r} are integers (batch, height, width), one a pixel of "
            f"the images. Received: shape={shapes[1]}, dtype={dtype}, for "
            f"images of {shapes[0]}"
        )


def _check_keep(keep, source, model):
    check_images(keep, 1, "one channel", f"Masks of {KEEP!r}")
    config = model.config.generator
    channels = (config.input_channels, config.output_channels)
    shapes = tuple(source.shape), tuple(keep.shape)
    sizes = zip(shapes[0][1:3], shapes[1][1:3])
    if channels[0] != channels[1] or any(
        None not in pair and pair[0] != pair[1] for pair in sizes
    ):
        raise ValueError(
            "What is kept of source images has their height and width, and "
            "translations as many channels as they. Received: masks of shape "
            f"{shapes[1]}, source images of {shapes[0]}, translations of "
            f"{channels[1]} channels"
        )


def _check_valid(guides, source, target):
    shapes = {tuple(images.shape[:3]) for images in (source, target)}
    for name in VALID:
        check_images(guides[name], 1, "one channel", f"Masks of {name!r}")
        shapes.add(tuple(guides[name].shape[:3]))
    first, *others = shapes
    if any(
        None not in pair and pair[0] != pair[1]
        for other in others
        for pair in zip(first, other)
    ):
        raise ValueError(
            "Source and target images and where they hold data are of one "
            "size, `data.crop_size`. Received: (batch, height, width) "
            f"{sorted(shapes, key=str)}"
        )


def _check_pairs(guides, model):
    config = model.config.generator
    channels = (config.input_channels, config.output_channels)
    sides = ("input", "output")
    shapes = []
    for name, count, side in zip(PAIRED, channels, sides):
        field = f"generator.{side}_channels"
        check_images(guides[name], count, field, f"Images of {name!r}")
        shapes.append(tuple(guides[name].shape))
    for one, other in zip(shapes[0][1:3], shapes[1][1:3]):
        if None not in (one, other) and one != other:
            raise ValueError(
                "The images of a pair show the same, pixel by pixel, and are "
                f"of one size. Received: {shapes[0]} and {shapes[1]}"
            )


def check_values(images, what="Images"):
    """Raises unless the values of images lie in [-1, 1]; reads them.

    Args:
        images: Array or tensor.
        what: str. Begins the sentences. Defaults to `"Images"`.

    Raises:
        ValueError: If a value is not finite, or beyond the range by more
            than resampling explains.
    """
    # No copy in another type: arrays of a whole training are large.
    values = np.asarray(ops.convert_to_numpy(images))
    if not values.size:
        raise ValueError(f"{what} must not be empty. Received: no pixels")
    low, high = float(values.min()), float(values.max())
    received = f"Received: values from {low:g} to {high:g}"
    if not np.isfinite([low, high]).all():
        raise ValueError(f"{what} must be finite numbers. {received}")
    if max(-low, high) > LIMIT:
        raise ValueError(
            f"{what} must be in [-1, 1], for instance `images / 127.5 - 1` "
            "of [0, 255]; `semst_tf.data.unpaired_images` scales files by "
            f"itself. {received}"
        )
    if seems_zero_to_one(low, high):
        warnings.warn(
            f"{what} lie in [0, 1] and not in [-1, 1]. If that is their scale, "
            "train on `2 * images - 1`; if the images are only bright, "
            f"nothing is wrong. {received}",
            stacklevel=4,
        )


def is_concrete(images):
    """Whether values can be read now: neither symbolic nor being traced."""
    # Tensors of a graph have no `numpy`, and JAX's none that is read free.
    return isinstance(images, np.ndarray) or hasattr(images, "numpy")


def check_first_batch(batch, model, data=None):
    """Raises unless a model can train on a batch; reads its values.

    Args:
        batch: A batch as `unpack_batch` takes it.
        model: `semst_tf.SemST`.
        data: What the batch was taken from. If that is NumPy arrays in
            memory, all values of them are read. Defaults to `None`.

    Raises:
        ValueError: If anything does not fit.
    """
    source, target = unpack_batch(batch)
    guides = unpack_guides(batch)
    check_batch(source, target, model)
    check_guides(guides, source, target, model)
    if _in_memory(data):
        source, target = unpack_batch(data)
    check_values(source, "Source images")
    check_values(target, "Target images")
    for name in PAIRED:
        if name in guides:
            check_values(guides[name], f"Images of {name!r}")
    for name in LABELS:
        if name in guides:
            _check_classes(guides[name], name, model.config.label_classes)


def check_first_images(batch, model, data=None):
    """Raises unless a model can translate a batch; reads its values.

    Args:
        batch: A batch as `source_images` takes it.
        model: `semst_tf.SemST`.
        data: As of `check_first_batch`.

    Raises:
        ValueError: If anything does not fit.
    """
    images = source_images(batch)
    field = "generator.input_channels"
    check_images(images, model.config.generator.input_channels, field)
    check_values(source_images(data) if _in_memory(data) else images)


def first_batch(data, batch_size=None):
    """Reads the first batch of what `fit` takes, and leaves it unread.

    Args:
        data: Arrays in any structure, `tf.data.Dataset`,
            `keras.utils.PyDataset` or a generator.
        batch_size: int or `None`. Images of arrays to take. Defaults to
            `32`.

    Returns:
        Tuple of the batch and the data to train on. The batch is `None`
        where the kind of data is not known.

    Raises:
        ValueError: If the data ends before the first batch.
    """
    if isinstance(data, keras.utils.PyDataset):
        return _some(None if data.num_batches == 0 else data[0]), data
    if hasattr(data, "element_spec"):
        # What a strategy has distributed has no first batch of its own.
        if not hasattr(data, "take"):
            return None, data
        return _some(next(iter(data.take(1)), None)), data
    if hasattr(data, "__next__"):
        batch = _some(next(data, None))
        return batch, _joined([batch], data)
    leaves = keras.tree.flatten(data)
    if all(hasattr(leaf, "shape") or leaf is None for leaf in leaves):
        size = batch_size or 32
        return keras.tree.map_structure(lambda leaf: _part(leaf, size), data), (
            data
        )
    return None, data


def _some(batch):
    if batch is None:
        raise ValueError(
            "There is nothing to read. Received: data without a batch"
        )
    return batch


def _in_memory(data):
    """Whether data is arrays of which each is in memory as a whole."""
    if not isinstance(data, (np.ndarray, dict, tuple, list)):
        return False
    leaves = [leaf for leaf in keras.tree.flatten(data) if leaf is not None]
    return all(
        isinstance(leaf, np.ndarray) and not isinstance(leaf, np.memmap)
        for leaf in leaves
    )


def _part(images, count):
    # Of one image without a batch axis it would take some rows.
    if images is None or len(images.shape) != 4:
        return images
    return images[:count]


def _joined(*parts):
    # Keras takes a generator for data, and not any other iterator, and of it
    # tuples, and not dicts or arrays.
    for batch in itertools.chain(*parts):
        yield batch if isinstance(batch, tuple) else (batch,)
