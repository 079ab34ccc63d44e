"""A training in a directory, which can be continued."""

import filecmp
import itertools
import os
import pathlib
import shutil
import sys
import tempfile

import keras

from semst_tf.callbacks import BestEffort
from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import Intervals
from semst_tf.callbacks import KeepBest
from semst_tf.callbacks import LossRecord
from semst_tf.callbacks import ProgressBar
from semst_tf.callbacks import SampleTranslations
from semst_tf.callbacks import ScalarSummaries
from semst_tf.callbacks import StopOnNonFinite
from semst_tf.callbacks import StopOnSignal
from semst_tf.callbacks import ValidationRecord
from semst_tf.callbacks.drop_summaries import drop_summaries
from semst_tf.data import CropIndex
from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler
from semst_tf.data import check_images
from semst_tf.data import distributed_images
from semst_tf.data.reading_errors import plain_reading_errors
from semst_tf.data.training_labels import class_histogram
from semst_tf.distribution.workers import is_chief
from semst_tf.distribution.workers import numbers_of_replicas
from semst_tf.loading.initial_weights import load_initial_weights
from semst_tf.metrics.all_scores import SCORES
from semst_tf.metrics.all_scores import score_of
from semst_tf.pretrained import describe_images
from semst_tf.semst import SemST
from semst_tf.storage.atomic_files import remove_unfinished
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.atomic_files import write_json
from semst_tf.storage.checkpoint_files import Position
from semst_tf.storage.checkpoint_files import check_checkpoint
from semst_tf.storage.checkpoint_files import checkpoint_paths
from semst_tf.storage.checkpoint_files import restore_checkpoint
from semst_tf.storage.loss_history import read_history
from semst_tf.training.describe_start import describe_start
from semst_tf.training.image_options import image_options
from semst_tf.training.print_progress import print_progress
from semst_tf.training.refresh_run_page import RefreshRunPage
from semst_tf.training.run_description import describe_run
from semst_tf.training.run_description import description_changes
from semst_tf.training.run_description import description_moves
from semst_tf.training.run_description import read_description
from semst_tf.training.training_guides import BY_LABELS
from semst_tf.training.training_guides import DOMAINS
from semst_tf.training.training_guides import TrainingGuides

SAMPLES = 4
"""Source images that are translated again and again while training."""

_CROP_INDEX = "crop_index.npz"
_LABELS = "labels"
_CLOCK = ("step", "seconds")


class TrainingRun:
    """Trains a translator in a run directory; the same call continues it.

    The directory holds `config.json` (the resolved configuration and the
    data), `checkpoints/`, `tensorboard/`, `samples/`, `metrics.json`, and at
    the end `model.keras`, a copy of the last checkpoint; `best.keras` too, if
    there is a validation. A training that was
    killed, at any moment, and is started again by the same call continues
    from the newest whole checkpoint as if nothing had happened.

    Args:
        workdir: Path of the run directory. Created if it is missing.
        config: `SemSTConfig`. Continuing asks for the one it began with.
        source: Source images, as `unpaired_images` takes them.
        target: Target images.
        interval: int. Steps over which a point of the loss curves averages.
            Defaults to `100`.
        checkpoint_every: int. Steps between checkpoints, a multiple of
            `interval`. Defaults to `500`.
        sample_every: int. Steps between sample grids, a multiple of
            `interval`. Defaults to `500`.
        keep_checkpoints: int. Newest checkpoints that are kept. Defaults to
            `2`.
        dtype: str or `None`. Precision policy.
        devices: str or `None`, see
            `semst_tf.distribution.distribution_strategy`.
        skip_bad: bool. Leave unreadable images out instead of stopping.
        validation: `semst_tf.callbacks.ValidationScores` or `None`. Its
            scores join the loss curves at the end of intervals, and
            `best.keras` keeps the model of the best `monitor`.
        monitor: str or `None`. Name in the logs of the score to keep the best
            of, such as `"val_kid"`; which way is better, the score knows.
            Defaults to `None`: `"val_miou"` where there are labels, else the
            kernel distance, else the first score that the validation gives.
        accept_changes: bool. Continue also with another configuration, other
            images or other devices than before. The result is then that of
            neither. Networks and precision must still fit the checkpoint.
        init: Path of an earlier model whose weights the training begins with,
            see `semst_tf.loading.initial_weights.load_initial_weights`, or
            `None`. A training that is continued does not read it again.
        paired: `semst_tf.data.PairedImages` in the place of those that
            `data.paired` names, or `None`.

    Raises:
        ValueError: If the directory holds a run of another configuration or
            other data, none of its checkpoints can be read, or the images
            do not fit.
        OSError: If the directory cannot be written.

    Example:

    >>> config = semst_tf.preset_config("tiny")
    >>> run = TrainingRun("runs/a", config, "photos", "paintings")
    >>> model = run.train()
    """

    def __init__(
        self,
        workdir,
        config,
        source,
        target,
        interval=100,
        checkpoint_every=500,
        sample_every=500,
        keep_checkpoints=2,
        dtype=None,
        devices=None,
        skip_bad=False,
        validation=None,
        monitor=None,
        accept_changes=False,
        init=None,
        paired=None,
    ):
        for name, steps in (
            ("checkpoint_every", checkpoint_every),
            ("sample_every", sample_every),
        ):
            if interval < 1 or steps < 1 or steps % interval:
                raise ValueError(
                    f"`{name}` must be a multiple of `interval`, both "
                    f"positive. Received: {name}={steps}, interval={interval}"
                )
        if keep_checkpoints < 1:
            raise ValueError(
                "`keep_checkpoints` must be 1 or more. "
                f"Received: keep_checkpoints={keep_checkpoints}"
            )
        if not os.fspath(workdir):
            # As a path, no name at all is the current directory.
            raise ValueError(
                f"`workdir` must name a directory. Received: {workdir!r}"
            )
        if monitor is not None:
            score_of(monitor)  # Refuses a name that there is not.
        self.strategy = _strategy(devices)
        self.workdir = pathlib.Path(workdir)
        self.config = config
        options = image_options(config)
        self.source = ImageCollection(
            source, default_split="trainA", **options["source"]
        )
        self.target = ImageCollection(
            target, default_split="trainB", **options["target"]
        )
        self.guides = TrainingGuides(
            config, options["source"], options["target"], paired
        )
        self.interval = interval
        self.checkpoint_every = checkpoint_every
        self.sample_every = sample_every
        self.keep_checkpoints = keep_checkpoints
        self.dtype = dtype
        self.skip_bad = skip_bad
        self.validation = validation
        self.monitor = monitor
        self.accept_changes = accept_changes
        self.init = init
        self._matching = None
        # Where this process writes. All workers must do the same, because
        # they compute some of it together; what the others write is dropped.
        self._place = self.workdir
        if not is_chief():
            self._dropped = tempfile.TemporaryDirectory(prefix="semst_tf_")
            self._place = pathlib.Path(self._dropped.name)

    def train(self):
        """Trains from where the directory stands to the configured steps.

        Returns:
            The trained `SemST`, also in `model.keras`.

        Raises:
            TrainingStopped: After a checkpoint, if SIGTERM or Ctrl-C asked
                for it.
            NonFiniteError: If a loss or a weight is not finite. What led to
                it is in `non_finite/`.
            UnreadableImageError: If an image has gone or was damaged since
                the training began.
        """
        # Directory and images are checked before anything is written.
        self._monitored_score()
        description = self._checked_description()
        self._read_guides()
        model = self._model()
        self._check_crops(model)
        position = self._restore(model)
        self._check_workers(position)
        self._match_crops()
        self._initialise(model, position, description)
        unfinished = position.step < self.config.training.steps
        if unfinished and hasattr(self.validation, "try_out"):
            self.validation.try_out(model)
        self._adapt(model)
        data = _stream(self._data(position))
        self._tidy(position)
        write_json(self._place / "config.json", description)
        with plain_reading_errors():
            self._catch_up(model, position)
            if unfinished:
                self._fit(model, data, position)
        self._write_model()
        self._wait_for_workers()
        return model

    def _adapt(self, model):
        """Measures what a new model has to know of the target.

        All workers measure the same crops, the first of the training.
        """
        if model.adapted:
            return
        sampler = self._sampler()
        with plain_reading_errors(), self.strategy.scope():
            model.adapt(
                sampler.crop("target", index)[None]
                for index in itertools.count()
            )

    def _data(self, position):
        config = self.config.data
        return distributed_images(
            self.strategy,
            self.source,
            self.target,
            crop_size=config.crop_height_width,
            batch_size=config.batch_size,
            seed=self.config.seed,
            flip=config.flip,
            matched_crops=config.matched_crops,
            matching=self._matching,
            **self._sampled_guides(),
            minimum_valid=config.minimum_valid,
            first_example=position.batches * config.batch_size,
            skip_bad=self.skip_bad,
        )

    def _examples(self, batch):
        """Names and crops of a batch, drawn once more."""
        sampler = self._sampler()
        count = self.config.data.batch_size
        first = batch * count
        return [
            _named_example(sampler, index)
            for index in range(first, first + count)
        ]

    def _sampler(self):
        """What draws the crops of this training."""
        config = self.config.data
        return UnpairedSampler(
            *self._usable(),
            crop_size=config.crop_height_width,
            seed=self.config.seed,
            flip=config.flip,
            matched_crops=config.matched_crops,
            matching=self._matching,
            **self._sampled_guides(),
            minimum_valid=config.minimum_valid,
        )

    def _read_guides(self):
        """Looks at what is read beside the images, before the first step."""
        if self.guides.named():
            self.guides.read(
                *self._usable(),
                # All workers look in the run directory, one writes there.
                self.workdir / _LABELS,
                self._place / _LABELS,
            )

    def _sampled_guides(self):
        """What is cut out of images beside their crops."""
        sampled = {"paired": self.guides.paired, "keep": self.guides.keep}
        if self.config.discriminator.labels:
            sampled |= {
                f"{domain}_labels": labels
                for domain, labels in self.guides.labels.items()
            }
        return sampled

    def _match_crops(self):
        """Reads or builds the index of crops, where crops are matched."""
        config = self.config.data
        if config.matching is None or self._matching is not None:
            return
        images, name = self._usable(), config.matching
        if name == BY_LABELS:
            images = [self.guides.labels[domain] for domain in DOMAINS]
            name = f"labels of {config.classes} classes"
            describe = class_histogram(config.classes)
        else:
            describe = describe_images(name)
        report = check_images(
            self.source, self.target, crop_size=config.crop_height_width
        )
        report.raise_for_problems(self.skip_bad)
        _refuse_empty_pixels(report)
        with plain_reading_errors():
            self._matching = CropIndex.cached(
                # All workers look in the run directory, one writes there.
                self.workdir / _CROP_INDEX,
                *images,
                crop_size=config.crop_height_width,
                describe=describe,
                name=name,
                neighbours=config.matching_neighbours,
                progress=print_progress("describing crops", "image"),
                write_to=self._place / _CROP_INDEX,
            )

    def _checked_description(self):
        """Refuses to mix two different trainings in one directory."""
        now = describe_run(
            self.config,
            self.source,
            self.target,
            self.dtype,
            self.strategy.num_replicas_in_sync,
            self.guides.named(),
        )
        path = self.workdir / "config.json"
        if not path.exists():
            return now
        before = read_description(path)
        if "init" in before:
            now["init"] = before["init"]
        changes = description_changes(before, now, self.source, self.target)
        if changes and not self.accept_changes:
            raise ValueError(
                f"{self.workdir} holds a training with other settings; use "
                "another directory, the settings it began with, or "
                f"`accept_changes`. Received: {'; '.join(changes)}"
            )
        if changes:
            print(f"continuing with changes: {'; '.join(changes)}")
        moves = description_moves(before, now)
        if moves and not changes:
            print(f"the same images at another place: {'; '.join(moves)}")
        return now

    def _check_crops(self, model):
        """Refuses crops that the discriminator could not score."""
        smallest = model.discriminator.minimum_size
        crop = self.config.data.crop_height_width
        if crop is None:
            check_images(
                self.source, self.target, crop_size=smallest
            ).raise_for_problems(self.skip_bad)
        elif min(crop) < smallest:
            raise ValueError(
                "Config field `data.crop_size` is too small for a "
                f"discriminator of {self.config.discriminator.layers} layers, "
                f"which needs at least {smallest}. "
                f"Received: {self.config.data.crop_size}"
            )

    def _model(self):
        with self.strategy.scope():
            model = SemST(self.config, dtype=self.dtype)
            model.compile()
        return model

    def _restore(self, model):
        """Loads the newest checkpoint that is whole, if there is any."""
        checkpoints = checkpoint_paths(self.workdir / "checkpoints")
        finished = self.workdir / "model.keras"
        candidates = checkpoints[::-1] + [finished] * finished.exists()
        damage = []
        for path in candidates:
            try:
                check_checkpoint(path)
            except ValueError as error:
                damage.append(str(error))
                continue
            for message in damage:
                print(
                    f"warning: {message}; using {path.name} instead",
                    file=sys.stderr,
                )
            with self.strategy.scope():
                return restore_checkpoint(model, path)
        if damage:
            raise ValueError(
                f"{self.workdir} holds a training of which nothing can be "
                f"read; nothing was changed. Received: {'; '.join(damage)}"
            )
        return Position(step=0, batches=0, metrics=[])

    def _initialise(self, model, position, description):
        """Begins a new training with the weights of an earlier one."""
        if self.init is None:
            return
        if position.batches:
            print("continuing: the weights to begin with are not read again")
            return
        with self.strategy.scope():
            lines = load_initial_weights(model, self.init)
        print(f"beginning with the weights of {self.init}")
        for line in lines:
            print(f"  {line}")
        description["init"] = {"path": str(self.init), "networks": lines}

    def _check_workers(self, position):
        """Refuses workers that would go on from different places.

        They wait for each other here, so that none still looks for a
        checkpoint when the first one begins to write.
        """
        batches = numbers_of_replicas(self.strategy, position.batches)
        if len(set(batches)) > 1:
            raise ValueError(
                "The machines of a training must find the same checkpoints: "
                "the run directory has to be on a file system that all of "
                f"them see. Received: workdir={self.workdir}, with "
                f"{batches} batches done"
            )

    def _wait_for_workers(self):
        # One that leaves early looks to the others like one that was lost.
        numbers_of_replicas(self.strategy, 0)

    def _agreed_signal(self, number):
        """The signal that any of the workers got: all must stop together."""
        return max(numbers_of_replicas(self.strategy, number or 0)) or None

    def _tidy(self, position):
        """Takes back what was written after the place to go on from."""
        self._place.mkdir(parents=True, exist_ok=True)
        checkpoints = self._place / "checkpoints"
        for folder in (self._place, checkpoints, self._place / "samples"):
            remove_unfinished(folder)
        for path in checkpoint_paths(checkpoints):
            if path.stem > f"step_{position.step:08d}":
                # Damaged, and in the way of those to come.
                path.rename(path.with_suffix(".damaged"))
        drop_summaries(self._place / "tensorboard", after=position.step)

    def _fit(self, model, data, position):
        """Trains; what watches and writes runs in the order of the list."""
        steps = self.config.training.steps
        losses, summaries = self._recording()
        sampling = self._sampling()
        for line in describe_start(
            self.config,
            self.source,
            self.target,
            model,
            self.strategy,
            self.workdir,
            self.guides.lines(),
        ):
            print(line)
        checkpoints = Checkpoints(
            self._place / "checkpoints",
            every=self.checkpoint_every,
            keep=self.keep_checkpoints,
            batches=position.batches,
        )
        with StopOnSignal(checkpoints, self._agreed_signal) as stop_on_signal:
            model.fit(
                data,
                # `Intervals` ends epochs; Keras only has to let it.
                steps_per_epoch=sys.maxsize,
                initial_epoch=position.step // self.interval,
                epochs=sys.maxsize,
                verbose=0,
                callbacks=[
                    Intervals(self.interval, steps, position.metrics),
                    StopOnNonFinite(
                        self._place / "non_finite",
                        self._examples,
                        batches=position.batches,
                    ),
                    ProgressBar(steps, first_step=position.step),
                    BestEffort([summaries, losses]),
                    checkpoints,
                    stop_on_signal,
                    # The step is saved: from here on nothing is lost by what
                    # takes long, fails or is killed.
                    BestEffort(
                        [
                            *self._validating(position, losses, summaries),
                            sampling,
                            self._page(sampling),
                        ]
                    ),
                ],
            )

    def _catch_up(self, model, position):
        """Does what a killed training had not done after its checkpoint."""
        step = position.step
        rows = read_history(self.workdir / "metrics.json")
        if not step or not rows or rows[-1]["step"] != step:
            return  # Stopped between intervals, where nothing is due.
        logs = {k: v for k, v in rows[-1].items() if k not in _CLOCK}
        losses, summaries = self._recording()
        missed = []
        if not any(name.startswith("val_") for name in logs):
            missed += self._validating(position, losses, summaries)
        grid = self._place / "samples" / f"step_{step:08d}.png"
        if not grid.exists():
            missed.append(self._sampling())
        for callback in (losses, summaries):
            callback.set_model(model)
            callback.on_train_begin()
        missed = BestEffort(missed)
        missed.set_model(model)
        missed.on_epoch_end((step - 1) // self.interval, logs)
        if step == self.config.training.steps:
            missed.on_train_end()

    def _recording(self):
        """Callbacks that record the losses."""
        return (
            LossRecord(self._place / "metrics.json"),
            ScalarSummaries(self._place / "tensorboard"),
        )

    def _sampling(self):
        return SampleTranslations(
            self._samples(),
            self._place / "samples",
            every=self.sample_every // self.interval,
            tensorboard=self._place / "tensorboard",
            keep=self._sample_masks(),
        )

    def _sample_masks(self):
        keep = self.guides.keep
        if keep is None:
            return None
        return [keep.load(place) for place in _example_places(keep)]

    def _page(self, sampling):
        return RefreshRunPage(
            self._place,
            f"Training {self.workdir.resolve().name}",
            sampling,
            _examples_of(self._usable()[1]),
            self.config.training.steps,
        )

    def _write_model(self):
        """Makes `model.keras` a copy of the last checkpoint."""
        path = self._place / "model.keras"
        checkpoints = checkpoint_paths(self._place / "checkpoints")
        if not checkpoints:
            return  # Somebody kept nothing but the finished model.
        last = checkpoints[-1]
        if not path.exists() or not filecmp.cmp(last, path, shallow=False):
            with replacing(path) as unfinished:
                shutil.copyfile(last, unfinished)

    def _validating(self, position, losses, summaries):
        """Callbacks that score the model, and record the scores."""
        if self.validation is None:
            return []
        score = self._monitored_score()
        before = [
            row[score.log_name]
            # The one that all workers see.
            for row in read_history(self.workdir / "metrics.json")
            if row["step"] <= position.step and score.log_name in row
        ]
        keep_best = KeepBest(
            self._place / "best.keras",
            monitor=score.log_name,
            smaller=score.direction == "down",
            best=score.best(before) if before else None,
        )
        record = ValidationRecord(losses, summaries)
        return [self.validation, keep_best, record]

    def _monitored_score(self):
        """The score to keep the best of; `None` without a validation."""
        if self.validation is None:
            return None
        evaluation = getattr(self.validation, "evaluation", None)
        known = [score.log_name for score in SCORES]
        given = getattr(evaluation, "log_names", known)
        name = self.monitor
        if name is None:
            preferred = ["val_miou", "val_kid", *given]
            name = next(name for name in preferred if name in given)
        if name not in given:
            raise ValueError(
                "`monitor` must be a score that the validation gives: "
                f"{', '.join(given)}. Received: monitor={name!r}"
            )
        return score_of(name)

    def _samples(self):
        return _examples_of(self._usable()[0])

    def _usable(self):
        """Source and target images without those that are left out."""
        if not self.skip_bad:
            return self.source, self.target
        report = check_images(
            self.source,
            self.target,
            crop_size=self.config.data.crop_height_width,
            minimum_valid=self.config.data.minimum_valid,
        )
        return report.source.usable, report.target.usable


def _strategy(devices):
    # TensorFlow loads when a training is made, not when it is imported.
    from semst_tf.distribution.devices import distribution_strategy

    return distribution_strategy(devices)


def _stream(data):
    # `Intervals` ends epochs early. Keras starts a `PyDataset` only once
    # then, but goes on with a generator.
    if isinstance(data, keras.utils.PyDataset):
        return ((batch,) for batch in data)
    return data


def _refuse_empty_pixels(report):
    """The crops of an index lie on a grid, wherever data is missing."""
    for domain in (report.source, report.target):
        if domain.empty:
            raise ValueError(
                "`data.matching` takes images without empty pixels (nodata). "
                f"Received: {domain.empty} {domain.name} images with some"
            )


def _examples_of(images):
    """A few images of a collection, evenly spaced."""
    return [images.load(place) for place in _example_places(images)]


def _example_places(images):
    count = min(SAMPLES, len(images))
    return [i * len(images) // count for i in range(count)]


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
