"""What a training reads beside its images: pairs, masks and labels."""

import sys

from semst_tf.data import KeepMasks
from semst_tf.data import PairedImages
from semst_tf.data import TrainingLabels
from semst_tf.data.keep_masks import mask_files
from semst_tf.data.labels import label_files
from semst_tf.training.predicted_labels import is_model
from semst_tf.training.predicted_labels import model_identity
from semst_tf.training.predicted_labels import predicted_labels
from semst_tf.training.print_progress import print_progress

DOMAINS = ("source", "target")

BY_LABELS = "labels"
"""Value of `data.matching` for matching by the classes of labels."""


class TrainingGuides:
    """Finds, checks and describes what a configuration names beside images.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        source_options: Dict of arguments of `ImageCollection` for source
            images.
        target_options: The same for target images.
        paired: `PairedImages` in the place of `data.paired`, or `None`.

    Attributes:
        paired: `PairedImages` or `None`.
        keep: `KeepMasks` or `None`; known once they were read.
        labels: Dict from `"source"` and `"target"` to `TrainingLabels`, where
            there are any; known once they were read.

    Raises:
        OSError: If something is not there.
        ValueError: If something does not fit.
    """

    def __init__(self, config, source_options, target_options, paired=None):
        self._data = config.data
        _check_labels_are_named(config)
        self.paired = _paired(config, source_options, target_options, paired)
        self.keep = None
        self.labels = {}
        self._kept = None
        self._shares = {}

    def named(self):
        """Returns what the configuration names, to tell it from others.

        Returns:
            Dict from fields of `config.data` to lists of `ImageCollection`s
            or of text.
        """
        named = {}
        if self.paired is not None:
            named["paired"] = [self.paired.source, self.paired.target]
        if self._data.keep is not None:
            named["keep"] = [mask_files(self._data.keep)]
        for domain in DOMAINS:
            place = self._place(domain)
            if place is not None:
                found = model_identity if is_model(place) else label_files
                named[f"{domain}_labels"] = [found(place)]
        return named

    def read(self, source, target, label_folder, write_to):
        """Reads everything once, so that what is wrong shows now.

        Args:
            source: `ImageCollection` of the source images that are used.
            target: The same of the target.
            label_folder: Path of the folder to look for predicted labels.
            write_to: Path of the folder for those that are not there.

        Raises:
            OSError: If a file is not there, or cannot be written.
            ValueError: If something does not fit; the message names the field
                of the configuration.
        """
        if self.paired is not None:
            self.paired.check(self._data.crop_height_width)
        if self._data.keep is not None:
            self.keep = KeepMasks.of(
                source, self._data.keep, self._data.keep_border
            )
            self._kept = self.keep.check(
                print_progress("reading masks", "mask")
            )
        for domain, images in zip(DOMAINS, (source, target)):
            if self._place(domain) is None:
                continue
            try:
                labels = self._labels_of(domain, images, label_folder, write_to)
                shares = labels.check(
                    print_progress(f"reading labels of the {domain}", "label")
                )
            except ValueError as error:
                raise ValueError(f"`data.{domain}_labels`: {error}") from error
            self.labels[domain], self._shares[domain] = labels, shares
            if shares.doubt():
                print(
                    f"warning: data.{domain}_labels: {shares.doubt()}",
                    file=sys.stderr,
                )

    def lines(self):
        """Returns what was found in words, a list of str."""
        lines = []
        if self.paired is not None:
            place = self.paired.source.description
            lines.append(f"pairs: {len(self.paired):,}, of {place}")
        if self.keep is not None:
            lines.append(
                f"kept: {self._kept:.1%} of the source, by the masks of "
                f"{self._data.keep}"
            )
        lines += [
            f"{domain} labels: {shares}"
            for domain, shares in self._shares.items()
        ]
        return lines

    def _place(self, domain):
        return getattr(self._data, f"{domain}_labels")

    def _labels_of(self, domain, images, label_folder, write_to):
        data, place = self._data, self._place(domain)
        if not is_model(place):
            return TrainingLabels.of(
                images,
                place,
                data.label_space(domain),
                data.classes,
                data.label_endings(domain),
            )
        return predicted_labels(
            images,
            place,
            data.classes,
            data.label_cache or write_to,
            print_progress(f"predicting labels of the {domain}"),
            look=data.label_cache or label_folder,
        )


def _check_labels_are_named(config):
    """Refuses a use of labels without them, and labels without a use."""
    places = (config.data.source_labels, config.data.target_labels)
    uses = {
        "discriminator.labels": config.discriminator.labels,
        "data.matching": config.data.matching == BY_LABELS,
    }
    for field, used in uses.items():
        if used and None in places:
            raise ValueError(
                f"Config field `{field}` needs `data.source_labels` and "
                f"`data.target_labels`. Received: {places[0]!r} and "
                f"{places[1]!r}"
            )
    given = [place for place in places if place is not None]
    if given and not any(uses.values()):
        raise ValueError(
            "Labels would not be used: set `data.matching` to 'labels', or "
            f"`discriminator.labels`. Received: {given[0]!r}"
        )


def _paired(config, source_options, target_options, given):
    """The pairs that are given or of a configuration, or `None`."""
    if given is not None:
        if config.data.paired is not None or not config.paired_weight:
            raise ValueError(
                "`paired` takes the place of `data.paired`, and needs a "
                "positive `paired.weight`. Received: data.paired="
                f"{config.data.paired!r}, paired.weight={config.paired_weight}"
            )
        return given
    if config.data.paired is None:
        if config.paired_weight:
            raise ValueError(
                "Config field `paired.weight` needs the pairs of "
                f"`data.paired`. Received: {config.paired_weight} without them"
            )
        return None
    return PairedImages.of(
        config.data.paired,
        source_options,
        target_options,
        config.data.paired_limit,
    )
