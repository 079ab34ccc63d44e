"""The data that training reads."""

import warnings

import numpy as np

from semst_tf.data.check import check_images
from semst_tf.data.default_workers import default_workers
from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.unpaired_sampler import UnpairedSampler

_PREFETCHED = 2  # Batches that are ready before they are asked for.


def unpaired_images(
    source,
    target,
    crop_size=256,
    batch_size=1,
    seed=0,
    resize=None,
    resize_filter="bicubic",
    half=None,
    channels="auto",
    value_range=None,
    target_value_range=None,
    flip=True,
    matched_crops=False,
    matching=None,
    paired=None,
    keep=None,
    source_labels=None,
    target_labels=None,
    minimum_valid=1.0,
    first_example=0,
    passes=None,
    drop_remainder=False,
    cache_bytes=2**30,
    skip_bad=False,
    workers=None,
    data_dir=None,
    part=(0, 1),
):
    """Makes a seeded `tf.data.Dataset` of unpaired crops.

    The images are checked first (headers, and truncated files), so that
    errors show before training and not hours later. Decoded images are kept
    in memory before, never after, the random crop and flip. Every example is
    a pure function of the seed and its index (see `UnpairedSampler`): with
    `first_example=k` the data continues exactly as if `k` examples had been
    read. Loading runs in parallel with training and keeps the order.

    `resize`, `resize_filter`, `half`, `channels` and `value_range` may be a
    dict `{"source": ..., "target": ...}` where the domains differ.

    Args:
        source: Images of the source domain: a folder, a list of files,
            `"tfds:<name>[@<split>]"` (split `trainA` where none is named), or
            an `ImageCollection` (used as it is, with its own options).
        target: The same for the target domain (`trainB`).
        crop_size: int, `(height, width)`, or `None` for whole images (then
            `batch_size` must be 1). Defaults to 256.
        batch_size: int. Examples in a batch. Defaults to 1.
        seed: int, not negative. Defaults to 0.
        resize: `None`, int (width; height follows), `(height, width)` or
            `"short:286"`. Defaults to `None`.
        resize_filter: str. See `ImageCollection`. Defaults to `"bicubic"`.
        half: `"left"`, `"right"` or `None`. See `ImageCollection`. Defaults
            to `None`.
        channels: `"auto"` or int. Defaults to `"auto"`.
        value_range: Pair `(low, high)` of the stored values that stand for
            black and white in source images (and in target images, if
            `target_value_range` is `None`); values outside become its ends.
            Defaults to `None`: the range of `uint8` or `uint16`.
        target_value_range: The same for target images alone. Defaults to
            `None`.
        flip: bool. Random mirror images. Defaults to `True`.
        matched_crops: bool. Same relative height for both crops of an
            example. Defaults to `False`.
        matching: `CropIndex` of the same images and crops, or `None`: the
            target crop of an example is one that is like its source crop.
            Defaults to `None`, both are drawn independently.
        paired: `PairedImages` or `None`. Batches then bring as many pairs as
            images, as `"paired_source"` and `"paired_target"`. Defaults to
            `None`.
        keep: `KeepMasks` of the source images, or `None`. Batches then bring
            what is kept of their source images, as `"keep"`, float32
            `(batch, crop_height, crop_width, 1)`. Defaults to `None`.
        source_labels: `TrainingLabels` of the source images, or `None`.
            Batches then bring the labels of their source images, as
            `"source_labels"`, uint8 `(batch, crop_height, crop_width)`, 255
            for no class. Defaults to `None`.
        target_labels: The same of target images.
        minimum_valid: float in (0, 1]. Share of the pixels of a crop that must
            hold data, of GeoTIFFs with a nodata value. Below 1 batches also
            bring where their images do, as `"source_valid"` and
            `"target_valid"`, float32 `(batch, crop_height, crop_width, 1)`, 1
            for data. Defaults to `1.0`.
        first_example: int. Index of the first example. Defaults to 0.
        passes: int or `None`. The data ends after so many passes of the
            larger domain, counted from index 0. Defaults to `None`, endless:
            give `steps_per_epoch` to `fit`.
        drop_remainder: bool. Whether to drop a last batch that is not full.
            Defaults to `False`.
        cache_bytes: int. Memory for decoded images, in bytes, half of it
            for each domain. Defaults to `2**30`.
        skip_bad: bool. Whether to leave out images that the check finds
            unreadable or too small, with a warning, instead of raising.
            Defaults to `False`.
        workers: int or `None`. Examples prepared at the same time. Defaults
            to `None`, as many as there are processors, at most 8.
        data_dir: Folder of prepared `tfds:` sets. Defaults to `None`.
        part: Pair `(index, count)`: the data then holds only the examples
            that the worker of this index, of `count` that train together,
            reads of each batch. The parts of all workers, in order, are the
            batches that one worker would read; no example is read twice.
            `batch_size` is the whole batch's; one that is not full is
            dropped, because workers must take equally many steps. Defaults
            to `(0, 1)`, everything.

    Returns:
        A `tf.data.Dataset` of `{"source": s, "target": t}`, both float32
        `(batch, crop_height, crop_width, channels)` in [-1, 1], and of what
        else was asked for, see `UnpairedSampler.shapes`. With another
        backend of Keras than TensorFlow, an `UnpairedSequence` of the same
        batches.

    Raises:
        ImportError: If the backend of Keras is not installed.
        OSError: If a folder or file is missing.
        ValueError: If an argument is invalid or the images have problems.

    Example:

    ```python
    data = unpaired_images("game", "street", crop_size=256, resize=1024)
    model.fit(data, steps_per_epoch=1000, epochs=10)
    ```
    """
    _check_counts(batch_size, first_example, cache_bytes, passes, workers)
    _check_part(part, batch_size)
    if crop_size is None and batch_size != 1:
        raise ValueError(
            "Whole images (`crop_size=None`) differ in size and can't be "
            f"batched. Received: batch_size={batch_size}"
        )
    if target_value_range is not None:
        value_range = {
            "source": _of_domain(value_range, "source"),
            "target": target_value_range,
        }
    collections = _collections(
        {"source": source, "target": target},
        resize=resize,
        resize_filter=resize_filter,
        half=half,
        channels=channels,
        value_range=value_range,
        cache_bytes=cache_bytes // 2,
        default_split={"source": "trainA", "target": "trainB"},
        data_dir=data_dir,
    )
    report = check_images(
        *collections, crop_size=crop_size, minimum_valid=minimum_valid
    )
    report.raise_for_problems(skip_bad)
    if report.skipped:
        warnings.warn(
            "Images left out. " + "; ".join(report.file_problems),
            stacklevel=2,
        )
    sampler = UnpairedSampler(
        report.source.usable,
        report.target.usable,
        crop_size=crop_size,
        seed=seed,
        flip=flip,
        matched_crops=matched_crops,
        matching=matching,
        paired=paired,
        keep=keep,
        source_labels=source_labels,
        target_labels=target_labels,
        minimum_valid=minimum_valid,
    )
    return _for_backend(
        sampler,
        batch_size,
        first_example,
        passes,
        drop_remainder,
        workers,
        part,
    )


def _collections(images, **options):
    """Opens both domains; options may be a dict of the domains."""
    return [
        given
        if isinstance(given, ImageCollection)
        else ImageCollection(
            given, **{k: _of_domain(v, domain) for k, v in options.items()}
        )
        for domain, given in images.items()
    ]


def _of_domain(option, domain):
    return option[domain] if isinstance(option, dict) else option


def _check_count(name, value, smallest):
    valid = isinstance(value, (int, np.integer)) and value >= smallest
    if not valid or isinstance(value, bool):
        raise ValueError(
            f"`{name}` must be an integer of at least {smallest}. "
            f"Received: {name}={value!r}"
        )


def _check_counts(batch_size, first_example, cache_bytes, passes, workers):
    _check_count("batch_size", batch_size, 1)
    _check_count("first_example", first_example, 0)
    _check_count("cache_bytes", cache_bytes, 0)
    if passes is not None:
        _check_count("passes", passes, 1)
    if workers is not None:
        _check_count("workers", workers, 1)


def _check_part(part, batch_size):
    index, count = part
    _check_count("part[0]", index, 0)
    _check_count("part[1]", count, 1)
    if index >= count or batch_size % count:
        raise ValueError(
            "Workers are counted from 0, and share a batch evenly. Received: "
            f"part={part!r}, batch_size={batch_size}"
        )


def _for_backend(*arguments):
    try:
        import keras
    except ImportError as error:
        raise ImportError(
            "`unpaired_images` makes data for Keras, of which the backend is "
            "not installed. Without it, use `UnpairedSampler`: the same "
            "examples."
        ) from error
    if keras.backend.backend() == "tensorflow":
        return _dataset(*arguments)
    from semst_tf.data.unpaired_sequence import UnpairedSequence

    return UnpairedSequence(*arguments)


def _dataset(
    sampler,
    batch_size,
    first_example,
    passes,
    drop_remainder,
    workers,
    part,
):
    import tensorflow as tf

    shapes = sampler.shapes

    def example(index):
        drawn = sampler.example(index)
        return [drawn[name] for name in shapes]

    def load(index):
        types = [tf.as_dtype(dtype) for _, dtype in shapes.values()]
        drawn = tf.numpy_function(example, [index], types)
        return {
            name: tf.ensure_shape(part, shape)
            for part, (name, (shape, _)) in zip(drawn, shapes.items())
        }

    end = None if passes is None else passes * sampler.pass_length
    indices = _indices(first_example, end, batch_size, part)
    examples = indices.map(
        load,
        num_parallel_calls=workers or default_workers(),
        deterministic=True,
    )
    # Endless data has no last batch: its batch dimension is known.
    batches = examples.batch(
        batch_size // part[1],
        drop_remainder=drop_remainder or passes is None,
    )
    # Not tuned by TensorFlow: data that it tunes ends only when the thread
    # that tunes it wakes up, which is after up to a minute.
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(_PREFETCHED).with_options(options)


def _indices(first, end, batch_size, part):
    """Dataset of the examples' indices, before anything is loaded."""
    import tensorflow as tf

    worker, workers = part
    if end is None:
        places = tf.data.Dataset.counter()
    else:
        count = max(0, end - first)
        if workers > 1:
            count = count // batch_size * batch_size // workers
        places = tf.data.Dataset.range(count)
    share = batch_size // workers
    start = first + worker * share
    return places.map(
        lambda place: start + place // share * batch_size + place % share
    )
