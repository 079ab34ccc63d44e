"""What a check found in the images of one domain."""

import collections
import dataclasses

from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.left_out_folders import describe_left_out
from semst_tf.data.value_histogram import ValueHistogram


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
        transparent: List of names of images of which alpha is left out.
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
    transparent: list = dataclasses.field(default_factory=list)
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
            f"  height x width  {histogram(self.sizes)}",
            f"  channels  {histogram(self.channels)}",
            f"  dtype     {histogram(self.dtypes)}",
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


def histogram(counter, shown=5):
    """Returns the most common values of a counter in words.

    Args:
        counter: `collections.Counter` of values or of tuples, such as sizes.
        shown: int. Values that are named.

    Returns:
        str, such as `"256x512 (12), 128x128 (1)"`; `"-"` of none.
    """
    parts = []
    for value, count in counter.most_common(shown):
        if isinstance(value, tuple):
            value = "x".join(str(number) for number in value)
        parts.append(f"{value} ({count})")
    if len(counter) > shown:
        parts.append(f"and {len(counter) - shown} more")
    return ", ".join(parts) or "-"
