"""Finds what is wrong with the images before training starts."""

import concurrent.futures

import numpy as np

from semst_tf.data.check_report import CheckReport
from semst_tf.data.crops_with_data import crops_with_data
from semst_tf.data.crops_with_data import few_empty_pixels
from semst_tf.data.domain_report import DomainReport
from semst_tf.data.domain_report import histogram
from semst_tf.data.georeference import nodata_value
from semst_tf.data.identical_files import count_identical
from semst_tf.data.ignored_files import describe_ignored
from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.image_files import SUFFIXES
from semst_tf.data.image_files import may_be_truncated
from semst_tf.data.resize import parse_crop_size
from semst_tf.data.value_histogram import ValueHistogram

_FAST_LIMIT = 20_000  # headers; about ten seconds from a local disk
_FAST_DECODED = 4  # images whose pixels are decoded in the fast check
_KNOWN = (*SUFFIXES, ".nii", ".nii.gz", ".dcm")
_FIELDS = {
    "source": "data.value_range",
    "target": "data.target_value_range",
}


def check_images(
    source, target, crop_size=None, thorough=False, minimum_valid=1.0
):
    """Checks the images of both domains.

    The fast check reads headers (of at most 20,000 images, evenly spaced)
    and decodes a few images and those whose end seems to be missing. The
    thorough check decodes every image.

    Args:
        source: `ImageCollection`, or what it is made from: a folder, a list
            of files, a `tfds:` name.
        target: The same for the target domain.
        crop_size: int, `(height, width)` or `None`: the crop that must fit
            into every image. Defaults to `None`.
        thorough: bool. Whether to decode everything. Defaults to `False`.
        minimum_valid: float in (0, 1]. Share of the pixels of a crop that
            must hold data. Defaults to `1.0`.

    Returns:
        A `CheckReport`.

    Raises:
        OSError: If a folder is missing or can't be listed.
        ValueError: If an argument is invalid.

    Example:

    ```python
    report = check_images("game", "street", crop_size=256, thorough=True)
    print(report)
    ```
    """
    crop_size = parse_crop_size(crop_size)
    reports = [
        _check_domain(
            name, _as_collection(images), crop_size, thorough, minimum_valid
        )
        for name, images in (("source", source), ("target", target))
    ]
    report = CheckReport(*reports)
    for domain in reports:
        report.set_problems += _set_problems(domain)
        if len(domain.dtypes) > 1:
            report.warnings.append(
                f"{domain.name}: images of several dtypes "
                f"({histogram(domain.dtypes)})"
            )
        report.warnings += [
            f"{domain.name}: {text}" for text in domain.values.warnings
        ]
        report.warnings += [
            f"{domain.name}: {text}" for text in _left_out(domain)
        ]
    _compare_domains(report)
    return report


def _as_collection(images):
    if isinstance(images, ImageCollection):
        return images
    return ImageCollection(images)


def _check_domain(name, images, crop_size, thorough, minimum_valid):
    report = DomainReport(
        name,
        images,
        values=ValueHistogram(images.value_range),
        minimum_valid=minimum_valid,
    )
    step = 1
    if not thorough:
        step = max(1, -(-len(images) // _FAST_LIMIT))
    indices = range(0, len(images), step)
    report.checked = len(indices)

    def inspect(index):
        decode = thorough or index < _FAST_DECODED
        return _inspect(images, index, decode, crop_size, minimum_valid)

    with concurrent.futures.ThreadPoolExecutor() as threads:
        for index, (header, reason, values, empty) in zip(
            indices, threads.map(inspect, indices)
        ):
            if values is not None:
                report.values.merge(values)
            if reason is not None:
                report.unreadable[index] = reason
            else:
                _record(report, index, header, empty, crop_size)
    return report


def _record(report, index, header, empty, crop_size):
    """Adds an image that can be read to a report."""
    name = report.collection.name(index)
    height, width = header.height, header.width
    report.sizes[height, width] += 1
    report.channels[header.channels] += 1
    report.channel_examples.setdefault(header.channels, name)
    report.dtypes[header.dtype] += 1
    if empty is not None:
        report.empty += 1
    if empty:
        report.too_small[index] = f"{name} {empty}"
    if header.frames > 1:
        report.animated.append(name)
    if header.alpha:
        report.transparent.append(name)
    if crop_size and (height < crop_size[0] or width < crop_size[1]):
        report.too_small[index] = (
            f"{name} is {height}x{width}, smaller than the crop "
            f"{crop_size[0]}x{crop_size[1]}"
        )


def _inspect(images, index, decode, crop_size, minimum_valid):
    """Looks at one image.

    Returns:
        Header; reason where it is bad; values where it was decoded; and, of
        an image with pixels that hold no data, what is wrong with that, which
        may be nothing, `""`.
    """
    try:
        header = images.header(index)
        values = empty = None
        tagged = nodata_value(header.georeference) is not None
        if decode or tagged or may_be_truncated(images.open(index)):
            values = ValueHistogram(images.value_range)
            image, nodata = images.decode_with_nodata(index)
            values.add(image if nodata is None else image[~nodata][None])
            if nodata is not None:
                empty = _emptiness(nodata, crop_size, minimum_valid)
        return header, None, values, empty
    except (OSError, ValueError) as error:
        return None, _named(images.name(index), error), None, None


def _emptiness(nodata, crop_size, minimum_valid):
    if crop_size is None or min(np.subtract(nodata.shape, crop_size)) < 0:
        return ""
    if crops_with_data(nodata, crop_size, minimum_valid).any():
        return ""
    size = f"{crop_size[0]}x{crop_size[1]}"
    few = few_empty_pixels(minimum_valid)
    less = "; `data.minimum_valid` below 1 allows some"
    return f"has no crop of {size} {few}{less if minimum_valid == 1 else ''}"


def _named(name, error):
    reason = error.strerror if isinstance(error, OSError) else str(error)
    reason = reason or str(error)
    return reason if name in reason else f"{name}: {reason}"


def _has_value_range(images, dtype):
    return images.value_range is not None or dtype in ("uint8", "uint16")


def _set_problems(report):
    images = report.collection
    if len(images) == 0:
        return [
            f"{report.name}: no images ({' '.join(_KNOWN)}) in "
            f"{images.description}"
        ]
    problems = []
    if len(report.channels) > 1:
        found = [
            f"{report.channel_examples[channels]} has {channels} channels"
            for channels, _ in report.channels.most_common(2)
        ]
        problems.append(
            f"{report.name}: {' but '.join(found)}; pass channels=3 or "
            "channels=1"
        )
    for dtype in report.dtypes:
        if not _has_value_range(images, dtype):
            problems.append(
                f"{report.name}: {dtype} images need value_range=(low, high)"
                f", in a training --set={_FIELDS[report.name]}=low,high (there "
                f"are values from {report.values.smallest:g} to "
                f"{report.values.largest:g})"
            )
    return problems


def _left_out(report):
    """What of a folder is not trained on, in sentences."""
    sentences = []
    if report.collection.ignored:
        sentences.append(describe_ignored(report.collection.ignored))
    if report.animated:
        sentences.append(
            f"of {len(report.animated)} animations such as "
            f"{report.animated[0]} the first frame is used"
        )
    if report.transparent:
        sentences.append(
            f"transparency of {len(report.transparent)} images such as "
            f"{report.transparent[0]} is left out: what it hides is trained on"
        )
    return sentences


def _compare_domains(report):
    source, target = report.source.collection, report.target.collection
    if not len(source) or not len(target):
        return
    if source.identity() == target.identity():
        report.set_problems.append(
            f"source and target are the same images: {source.description}"
        )
        return
    if source.half != target.half:
        return  # Two halves of the same files are two domains.
    same = count_identical(source, target)
    if same == min(len(source), len(target)):
        report.set_problems.append(
            f"all {same} images of the smaller set are also in the other set"
        )
    elif same:
        report.warnings.append(f"{same} images are in both sets")
