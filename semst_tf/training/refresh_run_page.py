"""The page of a run, written again and again while it is trained."""

import pathlib
import shlex
import time

import keras

from semst_tf.callbacks.progress_bar import clock
from semst_tf.ops.current_step import current_step
from semst_tf.storage.loss_history import read_history
from semst_tf.training.run_page import write_run_page

_SECONDS = 60  # Between two pages, and between two looks of a browser.


class RefreshRunPage(keras.callbacks.Callback):
    """Keeps `index.html` of a run directory as new as its samples.

    Writes the page when the training begins and ends, with every new sample
    grid, and otherwise once a minute. Put it behind `SampleTranslations`.

    Args:
        workdir: Path of the run directory.
        title: str. Heading of the page.
        samples: `SampleTranslations`, whose images and newest translations
            are shown.
        targets: List of target images.
        steps: int. Steps of the whole training.

    Example:

    >>> samples = SampleTranslations(photos, "run/samples")
    >>> page = RefreshRunPage("run", "Photos", samples, paintings, steps=1000)
    >>> model.fit(data, callbacks=[samples, page])
    """

    def __init__(self, workdir, title, samples, targets, steps):
        super().__init__()
        self.workdir = pathlib.Path(workdir)
        self.title = title
        self.samples = samples
        self.targets = targets
        self.steps = steps
        self._shown = None

    def on_train_begin(self, logs=None):
        self.write()

    def on_epoch_end(self, epoch, logs=None):
        if current_step(self.model) == self.steps:
            return  # The page of the last step is that of the end.
        new = self.samples.translations is not self._shown
        if new or time.monotonic() - self._written >= _SECONDS:
            self.write()

    def on_train_end(self, logs=None):
        self.write()

    def write(self):
        """Writes the page of the step at which the model is."""
        step = current_step(self.model)
        self._shown = self.samples.translations
        self._written = time.monotonic()
        sources = [self.samples.shown(i, "source") for i in self.samples.images]
        write_run_page(
            self.workdir,
            self.title,
            sources,
            self._shown or [None] * len(sources),
            [self.samples.shown(image, "target") for image in self.targets],
            notes=[self._progress(step)],
            commands=_commands(self.workdir),
            refresh=_SECONDS if step < self.steps else None,
        )

    def _progress(self, step):
        if step >= self.steps:
            return f"Trained for {step} steps."
        left = seconds_left(
            read_history(self.workdir / "metrics.json"), self.steps
        )
        text = f"Step {step} of {self.steps}"
        if left is not None:
            text += f", about {clock(left)} left"
        return f"{text}; written at {time.strftime('%Y-%m-%d %H:%M')}."


def seconds_left(history, steps):
    """Estimates how long a training will still take.

    Args:
        history: List of the rows of a loss record.
        steps: int. Steps of the whole training.

    Returns:
        float, from the pace of the last ten rows, or `None` while there are
        fewer than two.
    """
    rows = history[-10:]
    if len(rows) < 2 or rows[-1]["step"] <= rows[0]["step"]:
        return None
    seconds = rows[-1]["seconds"] - rows[0]["seconds"]
    pace = seconds / (rows[-1]["step"] - rows[0]["step"])
    return pace * (steps - rows[-1]["step"])


def _commands(workdir):
    place = shlex.quote(str(workdir))
    return [
        (
            "Translate images of your own, of any size:",
            f"semst-tf translate --model={place} --input=photo.jpg "
            "--output=translated",
        ),
        (
            "All curves and samples in TensorBoard:",
            f"tensorboard --logdir={shlex.quote(str(workdir / 'tensorboard'))}",
        ),
        (
            "Continue, where it was stopped: the command that began it. "
            "Begin another training with these weights:",
            f"semst-tf train --init={place} --source=folder_a "
            "--target=folder_b --workdir=runs/next",
        ),
    ]
