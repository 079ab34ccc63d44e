"""Finds what is wrong with the images before training starts."""

import collections
import concurrent.futures
import dataclasses
import filecmp
import hashlib
import os

import numpy as np

from semst_tf.data.crops_with_data import crops_with_data
from semst_tf.data.crops_with_data import few_empty_pixels
from semst_tf.data.georeference import nodata_value
from semst_tf.data.heif_files import HOW_TO_READ
from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.image_files import SUFFIXES
from semst_tf.data.image_files import may_be_truncated
from semst_tf.data.left_out_folders import describe_left_out
from semst_tf.data.resize import parse_crop_size
from semst_tf.data.value_histogram import ValueHistogram

_FAST_LIMIT = 20_000  # headers; about ten seconds from a local disk
_FAST_DECODED = 4  # images whose pixels are decoded in the fast check
_KNOWN = (*SUFFIXES, ".nii", ".nii.gz", ".dcm")
_NAMED = 3  # bad files named in one message
_COMPARED_BYTES = 65_536
_FIELDS = {
    "source": "data.value_range",
    "target": "data.target_value_range",
}


@dataclasses.dataclass
class DomainReport:
    """What was found in the images of one domain.

    Args:
        name: str. `"source"` or `"target"`.
        collection: The `ImageCollection` that was checked.
        checked: int. Images looked at.
        sizes: Counter of `(height, width)`, as loaded.
        channels: Counter of channel counts, as loaded.
        channel_examples: Dict from channel count to the name of an image.
        dtypes: Counter of dtype names.
        unreadable: Dict from image index to the reason.
        too_small: Dict from image index to the reason.
        values: `ValueHistogram` of the images that were decoded.
        animated: List of names of files of which only the first frame counts.
        empty: int. Images with pixels that hold no data.
        minimum_valid: float. Share of a crop that must hold data.
    """

    name: str
    collection: ImageCollection
    checked: int = 0
    sizes: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    channels: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    channel_examples: dict = dataclasses.field(default_factory=dict)
    dtypes: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    unreadable: dict = dataclasses.field(default_factory=dict)
    too_small: dict = dataclasses.field(default_factory=dict)
    values: ValueHistogram = dataclasses.field(default_factory=ValueHistogram)
    animated: list = dataclasses.field(default_factory=list)
    empty: int = 0
    minimum_valid: float = 1.0

    @property
    def bad(self):
        """Dict from image index to reason: unreadable or too small."""
        return {**self.unreadable, **self.too_small}

    @property
    def usable(self):
        """The collection without its bad images."""
        bad = self.bad
        return self.collection.without(bad) if bad else self.collection

    def __str__(self):
        lines = [
            f"{self.name}: {self.collection.description}",
            f"  images  {len(self.collection)} ({self.checked} checked)",
            f"  height x width  {_histogram(self.sizes)}",
            f"  channels  {_histogram(self.channels)}",
            f"  dtype     {_histogram(self.dtypes)}",
            f"  values    {self.values}",
        ]
        if self.empty:
            where = (
                "are in no crop"
                if self.minimum_valid == 1
                else f"take at most {1 - self.minimum_valid:g} of a crop"
            )
            lines.append(
                f"  nodata    {self.empty} images have empty pixels, which "
                f"{where}"
            )
        if self.collection.left_out:
            lines.append(f"  {describe_left_out(self.collection.left_out)}")
        for title, bad in (
            ("unreadable", self.unreadable),
            ("too small", self.too_small),
        ):
            if bad:
                lines.append(f"  {title}  {len(bad)}")
                lines.extend(f"    {reason}" for reason in bad.values())
        return "\n".join(lines)


@dataclasses.dataclass
class CheckReport:
    """Result of `check_images`; `print(report)` is made for reading.

    Args:
        source: `DomainReport` of the source domain.
        target: `DomainReport` of the target domain.
        set_problems: List of str. What makes a whole set unusable.
        warnings: List of str. What is odd but can be trained on.
    """

    source: DomainReport
    target: DomainReport
    set_problems: list = dataclasses.field(default_factory=list)
    warnings: list = dataclasses.field(default_factory=list)

    @property
    def file_problems(self):
        """List of str: bad images, which `skip_bad` would leave out."""
        reports = (self.source, self.target)
        return [_bad_files(report) for report in reports if report.bad]

    @property
    def problems(self):
        """List of str: everything that training would stop for."""
        return self.set_problems + self.file_problems

    @property
    def skipped(self):
        """List of str: names of the images that `skip_bad` leaves out."""
        return [
            report.collection.name(index)
            for report in (self.source, self.target)
            for index in sorted(report.bad)
        ]

    def raise_for_problems(self, skip_bad=False):
        """Raises one error that names what is wrong.

        Args:
            skip_bad: bool. Whether bad images will be left out and are no
                error, as long as others remain. Defaults to `False`.

        Raises:
            ValueError: If there are problems.
        """
        problems = list(self.set_problems)
        if skip_bad:
            problems += [
                f"{report.name}: none of its images can be used"
                for report in (self.source, self.target)
                if report.bad and len(report.bad) == len(report.collection)
            ]
        if not skip_bad or problems:
            problems += self.file_problems
        if problems:
            raise ValueError("The images have problems. " + "; ".join(problems))

    def __str__(self):
        lines = [str(self.source), str(self.target)]
        lines += [f"warning: {text}" for text in self.warnings]
        lines += [f"problem: {text}" for text in self.problems]
        if not self.problems:
            lines.append("no problems found")
        return "\n".join(lines)


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
                f"({_histogram(domain.dtypes)})"
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
                continue
            size = (header.height, header.width)
            report.sizes[size] += 1
            report.channels[header.channels] += 1
            report.channel_examples.setdefault(
                header.channels, images.name(index)
            )
            report.dtypes[header.dtype] += 1
            if empty is not None:
                report.empty += 1
            if empty:
                report.too_small[index] = f"{images.name(index)} {empty}"
            if header.frames > 1:
                report.animated.append(images.name(index))
            if crop_size and (size[0] < crop_size[0] or size[1] < crop_size[1]):
                report.too_small[index] = (
                    f"{images.name(index)} is {size[0]}x{size[1]}, smaller "
                    f"than the crop {crop_size[0]}x{crop_size[1]}"
                )
    return report


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
    ignored = report.collection.ignored
    if ignored:
        sentences.append(
            f"{len(ignored)} files such as {ignored[0]} are left out; "
            f"{HOW_TO_READ}"
        )
    if report.animated:
        sentences.append(
            f"of {len(report.animated)} animations such as "
            f"{report.animated[0]} the first frame is used"
        )
    return sentences


def _bad_files(report):
    reasons = list(report.bad.values())
    named = ", ".join(reasons[:_NAMED])
    more = f" and {len(reasons) - _NAMED} more" if len(reasons) > _NAMED else ""
    return (
        f"{report.name}: {len(reasons)} of {len(report.collection)} images "
        f"can't be used: {named}{more}"
    )


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
    same = _count_identical(source, target)
    if same == min(len(source), len(target)):
        report.set_problems.append(
            f"all {same} images of the smaller set are also in the other set"
        )
    elif same:
        report.warnings.append(f"{same} images are in both sets")


def _count_identical(source, target):
    """How many target files have the same content as a source file."""
    source_files, target_files = (
        {
            # Several images may be parts of one file.
            path: count
            for path, count in collections.Counter(images.paths).items()
            if os.path.isfile(path) and os.access(path, os.R_OK)
        }
        for images in (source, target)
    )
    # Most files are told apart by their length alone, unopened.
    shared = set(map(os.path.getsize, source_files))
    shared &= set(map(os.path.getsize, target_files))
    candidates = collections.defaultdict(list)
    for path in source_files:
        if os.path.getsize(path) in shared:
            candidates[_beginning(path)].append(path)
    same = 0
    for path, count in target_files.items():
        if os.path.getsize(path) in shared:
            same += count * any(
                filecmp.cmp(path, other, shallow=False)
                for other in candidates.get(_beginning(path), ())
            )
    return same


def _beginning(path):
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read(_COMPARED_BYTES)).digest()
    return os.path.getsize(path), digest


def _histogram(counter, shown=5):
    parts = []
    for value, count in counter.most_common(shown):
        if isinstance(value, tuple):
            value = "x".join(str(number) for number in value)
        parts.append(f"{value} ({count})")
    if len(counter) > shown:
        parts.append(f"and {len(counter) - shown} more")
    return ", ".join(parts) or "-"
