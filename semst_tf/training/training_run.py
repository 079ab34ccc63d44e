"""A training in a directory, which can be continued."""

import contextlib
import os
import pathlib
import sys
import tempfile

import keras

from semst_tf.callbacks import StopOnSignal
from semst_tf.data.reading_errors import plain_reading_errors
from semst_tf.distribution.workers import is_chief
from semst_tf.distribution.workers import numbers_of_replicas
from semst_tf.loading.initial_weights import load_initial_weights
from semst_tf.metrics.all_scores import score_of
from semst_tf.semst import SemST
from semst_tf.storage.atomic_files import write_json
from semst_tf.storage.sole_writer import sole_writer
from semst_tf.training.check_run_directory import check_run_directory
from semst_tf.training.describe_start import describe_start
from semst_tf.training.monitored_score import monitored_score
from semst_tf.training.run_callbacks import RunCallbacks
from semst_tf.training.run_checkpoints import copy_last_checkpoint
from semst_tf.training.run_checkpoints import restore_newest
from semst_tf.training.run_checkpoints import take_back_after
from semst_tf.training.run_description import continued_description
from semst_tf.training.run_description import describe_run
from semst_tf.training.training_images import TrainingImages
from semst_tf.training.writing_intervals import WritingIntervals


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
        self.intervals = WritingIntervals(
            interval, checkpoint_every, sample_every, keep_checkpoints
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
        self.images = TrainingImages(config, source, target, paired, skip_bad)
        self.dtype = dtype
        self.validation = validation
        self.monitor = monitor
        self.accept_changes = accept_changes
        self.init = init
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
            ValueError: If another process is training in the directory.
        """
        with self._sole_writer():
            return self._train()

    def _sole_writer(self):
        """The chief's alone: what the others write is dropped."""
        if is_chief():
            return sole_writer(self.workdir)
        return contextlib.nullcontext()

    def _train(self):
        # Directory and images are checked before anything is written.
        score = monitored_score(self.validation, self.monitor)
        description = self._checked_description()
        self.images.read_guides(self.workdir, self._place)
        model = self._model()
        self.images.check_crops(model.discriminator.minimum_size)
        position = restore_newest(model, self.workdir, self.strategy)
        self._check_workers(position)
        self.images.match_crops(self.workdir, self._place)
        self._initialise(model, position, description)
        unfinished = position.step < self.config.training.steps
        if unfinished and hasattr(self.validation, "try_out"):
            self.validation.try_out(model)
        self._adapt(model)
        data = _stream(self.images.batches(self.strategy, position.batches))
        take_back_after(position, self._place)
        write_json(self._place / "config.json", description)
        callbacks = self._callbacks(score)
        with plain_reading_errors():
            callbacks.catch_up(model, position)
            if unfinished:
                self._fit(model, data, position, callbacks)
        copy_last_checkpoint(self._place)
        self._wait_for_workers()
        return model

    def _checked_description(self):
        """Refuses to mix two different trainings in one directory."""
        check_run_directory(
            self.workdir, self.images.source, self.images.target
        )
        now = describe_run(
            self.config,
            self.images.source,
            self.images.target,
            self.dtype,
            self.strategy.num_replicas_in_sync,
            self.images.guides.named(),
        )
        return continued_description(
            now,
            self.workdir,
            self.images.source,
            self.images.target,
            self.accept_changes,
        )

    def _model(self):
        with self.strategy.scope():
            model = SemST(self.config, dtype=self.dtype)
            model.compile()
        return model

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

    def _adapt(self, model):
        """Measures what a new model has to know of the target.

        All workers measure the same crops, the first of the training.
        """
        if model.adapted:
            return
        with plain_reading_errors(), self.strategy.scope():
            model.adapt(crop[None] for crop in self.images.crops_of_target())

    def _callbacks(self, score):
        return RunCallbacks(
            self.workdir,
            self._place,
            self.config.training.steps,
            self.intervals,
            self.images,
            self.validation,
            score,
        )

    def _fit(self, model, data, position, callbacks):
        """Trains; what watches and writes runs in the order of the list."""
        for line in self._start(model):
            print(line)
        checkpoints = callbacks.checkpoints(position)
        with StopOnSignal(checkpoints, self._agreed_signal) as stop_on_signal:
            model.fit(
                data,
                # `Intervals` ends epochs; Keras only has to let it.
                steps_per_epoch=sys.maxsize,
                initial_epoch=position.step // self.intervals.interval,
                epochs=sys.maxsize,
                verbose=0,
                callbacks=callbacks.of_fit(
                    position, checkpoints, stop_on_signal
                ),
            )

    def _start(self, model):
        """What is about to be trained, in lines."""
        return describe_start(
            self.config,
            self.images.source,
            self.images.target,
            model,
            self.strategy,
            self.workdir,
            self.images.guides.lines(),
        )

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
