"""What watches a training, and writes its run directory."""

from semst_tf.callbacks import BestEffort
from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import Intervals
from semst_tf.callbacks import KeepBest
from semst_tf.callbacks import LossRecord
from semst_tf.callbacks import ProgressBar
from semst_tf.callbacks import SampleTranslations
from semst_tf.callbacks import ScalarSummaries
from semst_tf.callbacks import StopOnNonFinite
from semst_tf.callbacks import ValidationRecord
from semst_tf.storage.loss_history import read_history
from semst_tf.training.refresh_run_page import RefreshRunPage

SAMPLES = 4
"""Source images that are translated again and again while training."""

_CLOCK = ("step", "seconds")


class RunCallbacks:
    """Makes the callbacks of a training in a run directory.

    Args:
        workdir: Path of the run directory, in which all workers look.
        place: Path of the folder in which this one writes; that of the chief
            is `workdir`.
        steps: int. Length of the training.
        intervals: `semst_tf.training.writing_intervals.WritingIntervals`.
        images: `semst_tf.training.training_images.TrainingImages`, with its
            guides read.
        validation: `semst_tf.callbacks.ValidationScores` or `None`.
        score: `semst_tf.metrics.score.Score` to keep the best model of;
            `None` without a validation.
    """

    def __init__(
        self, workdir, place, steps, intervals, images, validation, score
    ):
        self._workdir = workdir
        self._place = place
        self._steps = steps
        self._intervals = intervals
        self._images = images
        self._validation = validation
        self._score = score

    def checkpoints(self, position):
        """Returns the callback that saves the model.

        Args:
            position: `Position`. Where the training stands.
        """
        return Checkpoints(
            self._place / "checkpoints",
            every=self._intervals.checkpoint_every,
            keep=self._intervals.keep_checkpoints,
            batches=position.batches,
        )

    def of_fit(self, position, checkpoints, stop_on_signal):
        """Lists the callbacks of a `fit`; they run in this order.

        Args:
            position: `Position`. Where the training stands.
            checkpoints: What `checkpoints` returned.
            stop_on_signal: `semst_tf.callbacks.StopOnSignal` that saves with
                them.

        Returns:
            List of `keras.callbacks.Callback`.
        """
        losses, summaries = self._recording()
        sampling = self.sampling()
        return [
            Intervals(self._intervals.interval, self._steps, position.metrics),
            StopOnNonFinite(
                self._place / "non_finite",
                self._images.examples,
                batches=position.batches,
            ),
            ProgressBar(self._steps, first_step=position.step),
            BestEffort([summaries, losses]),
            checkpoints,
            stop_on_signal,
            # The step is saved: from here on nothing is lost by what takes
            # long, fails or is killed.
            BestEffort(
                [
                    *self.validating(position, losses, summaries),
                    sampling,
                    self._page(sampling),
                ]
            ),
        ]

    def catch_up(self, model, position):
        """Does what a killed training had not done after its checkpoint.

        Args:
            model: `SemST` of the checkpoint.
            position: `Position`. Where the training stands.
        """
        step = position.step
        rows = self._history()
        if not step or not rows or rows[-1]["step"] != step:
            return  # Stopped between intervals, where nothing is due.
        logs = {k: v for k, v in rows[-1].items() if k not in _CLOCK}
        losses, summaries = self._recording()
        missed = []
        if not any(name.startswith("val_") for name in logs):
            missed += self.validating(position, losses, summaries)
        grid = self._place / "samples" / f"step_{step:08d}.png"
        if not grid.exists():
            missed.append(self.sampling())
        for callback in (losses, summaries):
            callback.set_model(model)
            callback.on_train_begin()
        missed = BestEffort(missed)
        missed.set_model(model)
        missed.on_epoch_end((step - 1) // self._intervals.interval, logs)
        if step == self._steps:
            missed.on_train_end()

    def validating(self, position, losses, summaries):
        """Lists callbacks that score the model, and record the scores.

        Args:
            position: `Position`. Where the training stands.
            losses: `LossRecord` that takes the scores.
            summaries: `ScalarSummaries` that takes them.

        Returns:
            List of `keras.callbacks.Callback`, empty without a validation.
        """
        if self._validation is None:
            return []
        score = self._score
        before = [
            row[score.log_name]
            for row in self._history()
            if row["step"] <= position.step and score.log_name in row
        ]
        keep_best = KeepBest(
            self._place / "best.keras",
            monitor=score.log_name,
            smaller=score.direction == "down",
            best=score.best(before) if before else None,
        )
        record = ValidationRecord(losses, summaries)
        return [self._validation, keep_best, record]

    def sampling(self):
        """Returns the callback that translates a few images again."""
        intervals = self._intervals
        return SampleTranslations(
            _examples_of(self._images.usable()[0]),
            self._place / "samples",
            every=intervals.sample_every // intervals.interval,
            tensorboard=self._place / "tensorboard",
            keep=self._sample_masks(),
        )

    def _history(self):
        # That of the run directory is the one that all workers see.
        return read_history(self._workdir / "metrics.json")

    def _recording(self):
        """Callbacks that record the losses."""
        return (
            LossRecord(self._place / "metrics.json"),
            ScalarSummaries(self._place / "tensorboard"),
        )

    def _sample_masks(self):
        keep = self._images.guides.keep
        return None if keep is None else _examples_of(keep)

    def _page(self, sampling):
        return RefreshRunPage(
            self._place,
            f"Training {self._workdir.resolve().name}",
            sampling,
            _examples_of(self._images.usable()[1]),
            self._steps,
        )


def _examples_of(images):
    """A few images of a collection, evenly spaced."""
    count = min(SAMPLES, len(images))
    return [images.load(i * len(images) // count) for i in range(count)]
