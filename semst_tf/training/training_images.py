"""The images of a training, and the crops that it sees of them."""

import itertools

from semst_tf.data import CropIndex
from semst_tf.data import UnpairedSampler
from semst_tf.data import check_images
from semst_tf.data import distributed_images
from semst_tf.data.reading_errors import plain_reading_errors
from semst_tf.data.training_labels import class_histogram
from semst_tf.pretrained import describe_images
from semst_tf.training.image_options import image_options
from semst_tf.training.open_domains import open_domains
from semst_tf.training.print_progress import print_progress
from semst_tf.training.training_guides import BY_LABELS
from semst_tf.training.training_guides import DOMAINS
from semst_tf.training.training_guides import TrainingGuides

_CROP_INDEX = "crop_index.npz"
_LABELS = "labels"


class TrainingImages:
    """Finds and checks the images of a training, and draws their crops.

    Args:
        config: `semst_tf.config.SemSTConfig`.
        source: Source images, as `ImageCollection` takes them.
        target: Target images.
        paired: `PairedImages` in the place of `data.paired`, or `None`.
        skip_bad: bool. Leave unreadable images out instead of refusing them.
            Defaults to `False`.

    Attributes:
        source: `ImageCollection` of all source images, bad ones included.
        target: The same of the target.
        guides: `TrainingGuides`, what is read with the images.

    Raises:
        OSError: If a folder is missing.
        ValueError: If the images do not fit the configuration.
    """

    def __init__(self, config, source, target, paired=None, skip_bad=False):
        self._config = config
        self._skip_bad = skip_bad
        self._matching = None
        self.source, self.target = open_domains(config, source, target)
        options = image_options(config)
        self.guides = TrainingGuides(
            config, options["source"], options["target"], paired
        )

    def usable(self):
        """Returns source and target without images that are left out."""
        if not self._skip_bad:
            return self.source, self.target
        config = self._config.data
        report = self._checked(config.crop_height_width, config.minimum_valid)
        return report.source.usable, report.target.usable

    def read_guides(self, workdir, write_to):
        """Reads what belongs to the images, before the first step.

        Args:
            workdir: Path of the run directory, in which all workers look.
            write_to: Path of the folder in which this one writes.

        Raises:
            OSError: If a file is not there, or cannot be written.
            ValueError: If something does not fit.
        """
        if self.guides.named():
            self.guides.read(
                *self.usable(), workdir / _LABELS, write_to / _LABELS
            )

    def check_crops(self, smallest):
        """Refuses crops that the discriminator could not score.

        Args:
            smallest: int. Height and width that it needs.

        Raises:
            ValueError: If crops, or whole images, are smaller.
        """
        crop = self._config.data.crop_height_width
        if crop is None:
            self._checked(smallest).raise_for_problems(self._skip_bad)
        elif min(crop) < smallest:
            raise ValueError(
                "Config field `data.crop_size` is too small for a "
                f"discriminator of {self._config.discriminator.layers} "
                f"layers, which needs at least {smallest}. "
                f"Received: {self._config.data.crop_size}"
            )

    def match_crops(self, workdir, write_to):
        """Reads or builds the index of crops, where crops are matched.

        Args:
            workdir: Path of the run directory, in which all workers look.
            write_to: Path of the folder in which this one writes.

        Raises:
            ValueError: If the images have problems or empty pixels.
        """
        config = self._config.data
        if config.matching is None or self._matching is not None:
            return
        images, name = self.usable(), config.matching
        if name == BY_LABELS:
            images = [self.guides.labels[domain] for domain in DOMAINS]
            name = f"labels of {config.classes} classes"
            describe = class_histogram(config.classes)
        else:
            describe = describe_images(name)
        report = self._checked(config.crop_height_width)
        report.raise_for_problems(self._skip_bad)
        _refuse_empty_pixels(report)
        with plain_reading_errors():
            self._matching = CropIndex.cached(
                workdir / _CROP_INDEX,
                *images,
                crop_size=config.crop_height_width,
                describe=describe,
                name=name,
                neighbours=config.matching_neighbours,
                progress=print_progress("describing crops", "image"),
                write_to=write_to / _CROP_INDEX,
            )

    def batches(self, strategy, first_batch=0):
        """Returns the batches of a training, as `fit` takes them.

        Args:
            strategy: Distribution strategy of the training.
            first_batch: int. Batches that were read before.
        """
        size = self._config.data.batch_size
        return distributed_images(
            strategy,
            self.source,
            self.target,
            batch_size=size,
            first_example=first_batch * size,
            skip_bad=self._skip_bad,
            **self._crop_options(),
        )

    def sampler(self):
        """Returns the `UnpairedSampler` that draws the crops."""
        return UnpairedSampler(*self.usable(), **self._crop_options())

    def crops_of_target(self):
        """Yields the first target crops of the training, without an end."""
        sampler = self.sampler()
        for index in itertools.count():
            yield sampler.crop("target", index)

    def examples(self, batch):
        """Names and crops of a batch, drawn once more.

        Args:
            batch: int. Number of the batch.

        Returns:
            List of dicts from `"source"` and `"target"` to a name and a crop.
        """
        sampler = self.sampler()
        count = self._config.data.batch_size
        first = batch * count
        return [
            _named_example(sampler, index)
            for index in range(first, first + count)
        ]

    def _crop_options(self):
        """How crops are drawn, and what is cut out of images with them."""
        config = self._config.data
        sampled = {"paired": self.guides.paired, "keep": self.guides.keep}
        if self._config.discriminator.labels:
            sampled |= {
                f"{domain}_labels": labels
                for domain, labels in self.guides.labels.items()
            }
        return {
            "crop_size": config.crop_height_width,
            "seed": self._config.seed,
            "flip": config.flip,
            "matched_crops": config.matched_crops,
            "matching": self._matching,
            "minimum_valid": config.minimum_valid,
            **sampled,
        }

    def _checked(self, crop_size, minimum_valid=1.0):
        return check_images(
            self.source,
            self.target,
            crop_size=crop_size,
            minimum_valid=minimum_valid,
        )


def _refuse_empty_pixels(report):
    """The crops of an index lie on a grid, wherever data is missing."""
    for domain in (report.source, report.target):
        if domain.empty:
            raise ValueError(
                "`data.matching` takes images without empty pixels (nodata). "
                f"Received: {domain.empty} {domain.name} images with some"
            )


def _named_example(sampler, index):
    images = {"source": sampler.source, "target": sampler.target}
    crops = sampler.example(index)
    return {
        domain: (
            images[domain].name(sampler.image_index(domain, index)),
            crops[domain],
        )
        for domain in images
    }
