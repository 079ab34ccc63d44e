"""How many pixels each class has, and whether that can be."""

import collections

from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.data.label_spaces import LABEL_SPACES
from semst_tf.data.label_spaces import OWN_SPACES
from semst_tf.data.label_spaces import PALETTE
from semst_tf.data.label_spaces import class_name
from semst_tf.data.label_spaces import count_numbers

IGNORED = "ignored"

DOUBTFUL = 0.9
"""Share of one class, or of ignored pixels, from which on labels are odd."""

_CLEARLY_BETTER = 0.2
_WORTH_PRINTING = 0.005


class LabelShares:
    """Shares of classes among all pixels of labels.

    A label space that does not fit shows here: most pixels are then one
    class, or none. The other label spaces are tried on the same numbers.

    Args:
        space: str. Label space of the numbers, see `read_label_file`.

    Example:

    ```python
    shares = LabelShares("camvid")
    shares.add(numbers)
    print(shares)  # road 30 %, building 25 %, ... ignored 4 %
    print(shares.doubt() or "plausible")
    ```
    """

    def __init__(self, space):
        self.space = space
        self._counts = collections.Counter()

    def add(self, numbers):
        """Counts an integer array of numbers of the space."""
        self._counts.update(count_numbers(numbers))

    @property
    def classes(self):
        """Cityscapes training classes that occur, sorted list of int."""
        shares = self.as_dict()
        return [i for i, n in enumerate(CITYSCAPES_CLASSES) if n in shares]

    def as_dict(self):
        """Returns the shares by class, largest first, `"ignored"` among them.

        They sum to 1; empty before anything was counted.
        """
        return _shares(self._counts, self.space)

    def doubt(self):
        """Returns a sentence if the label space hardly fits, or `None`."""
        if not self._counts:
            return None
        shares = self.as_dict()
        largest = next(iter(shares))
        better = self._better_space()
        if self.space in OWN_SPACES and largest != IGNORED:
            return None  # What is rare in them is not known.
        if shares[largest] < (0.5 if better else DOUBTFUL):
            return None
        sentence = (
            f"{shares[largest]:.0%} of the pixels are {largest} as labels of "
            f"{self.space!r}"
        )
        if better is None:
            return f"{sentence}: is this the right label space?"
        return (
            f"{sentence}; the right label space may be {better!r}: "
            f"{_listed(_shares(self._counts, better), 3)}"
        )

    def _better_space(self):
        """The label space in which the same numbers are most plausible."""
        if self.space == PALETTE or self.space in OWN_SPACES:
            return None
        own = _plausibility(self._counts, self.space)
        found = {
            space: _plausibility(self._counts, space)
            for space, numbers in LABEL_SPACES.items()
            if set(self._counts) <= set(numbers)
        }
        best = max(found, key=found.get)
        return best if found[best] > own + _CLEARLY_BETTER else None

    def __str__(self):
        return _listed(self.as_dict(), len(CITYSCAPES_CLASSES) + 1)


def _shares(counts, space):
    total = sum(counts.values())
    shares = collections.Counter()
    for number, count in counts.items():
        shares[class_name(number, space) or IGNORED] += count / total
    return dict(shares.most_common())


def _plausibility(counts, space):
    """0 if all pixels are one class or none, towards 1 for many classes."""
    return 1.0 - max(_shares(counts, space).values())


def _listed(shares, count):
    named = [
        f"{name} {_percent(share)}"
        for name, share in list(shares.items())[:count]
        if share >= _WORTH_PRINTING
    ]
    if len(named) < len(shares):
        named.append(f"{len(shares) - len(named)} more")
    return ", ".join(named)


def _percent(share):
    return f"{100 * share:.0f} %"
