"""A training in a directory, which can be continued."""

import json
import math
import os
import pathlib

import keras

from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import LossRecord
from semst_tf.callbacks import ProgressBar
from semst_tf.callbacks import SampleTranslations
from semst_tf.callbacks import ScalarSummaries
from semst_tf.callbacks import checkpoint_paths
from semst_tf.data import ImageCollection
from semst_tf.data import check_images
from semst_tf.data import unpaired_images
from semst_tf.files import replacing
from semst_tf.files import write_json
from semst_tf.semst import SemST
from semst_tf.version import __version__

CACHE_BYTES = 2**29
"""Memory for the decoded pictures of each domain."""

SAMPLES = 4
"""Source pictures that are translated again and again while training."""


class TrainingRun:
    """Trains a translator in a run directory; the same call continues it.

    The directory holds `config.json` (the resolved configuration and the
    data), `checkpoints/`, `tensorboard/`, `samples/`, and at the end
    `model.keras` and `metrics.json`.

    Args:
        workdir: Path of the run directory. Created if it is missing.
        config: `SemSTConfig`. Continuing asks for the one it began with.
        source: Source pictures, as `unpaired_images` takes them.
        target: Target pictures.
        interval: int. Steps over which a point of the loss curves averages.
            Defaults to `100`.
        checkpoint_every: int. Steps between checkpoints, a multiple of
            `interval`. Defaults to `500`.
        sample_every: int. Steps between sample grids, a multiple of
            `interval`. Defaults to `500`.
        dtype: str or `None`. Precision policy.
        skip_bad: bool. Leave unreadable pictures out instead of stopping.

    Raises:
        ValueError: If the directory holds a run of another configuration or
            other data, or the pictures do not fit.
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
        dtype=None,
        skip_bad=False,
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
        if not os.fspath(workdir):
            # As a path, no name at all is the current directory.
            raise ValueError(
                f"`workdir` must name a directory. Received: {workdir!r}"
            )
        self.workdir = pathlib.Path(workdir)
        self.config = config
        self.source = _collection(
            source,
            config,
            channels=config.generator.input_channels,
            resize=config.data.resize,
            default_split="trainA",
        )
        self.target = _collection(
            target,
            config,
            channels=config.generator.output_channels,
            resize=config.data.target_resize or config.data.resize,
            default_split="trainB",
        )
        self.interval = interval
        self.checkpoint_every = checkpoint_every
        self.sample_every = sample_every
        self.dtype = dtype
        self.skip_bad = skip_bad

    def train(self):
        """Trains from where the directory stands to the configured steps.

        Returns:
            The trained `SemST`, also in `model.keras`.
        """
        # Directory and pictures are checked before anything is written.
        self._check_directory()
        model = self._model()
        self._check_crops(model)
        step = int(model.optimizer.iterations)
        data = self._data(first_step=step)
        self.workdir.mkdir(parents=True, exist_ok=True)
        write_json(self.workdir / "config.json", self._description())
        if step < self.config.optimizer.steps:
            self._fit(model, data, step)
            with replacing(self.workdir / "model.keras") as unfinished:
                model.save(unfinished)
        return model

    def _data(self, first_step):
        config = self.config.data
        return unpaired_images(
            self.source,
            self.target,
            crop_size=config.crop_size,
            batch_size=config.batch_size,
            seed=self.config.seed,
            flip=config.flip,
            matched_crops=config.matched_crops,
            first_example=first_step * config.batch_size,
            skip_bad=self.skip_bad,
        )

    def _description(self):
        return {
            "semst_tf": __version__,
            "keras": keras.__version__,
            "dtype": self.dtype or keras.config.dtype_policy().name,
            "source": self.source.description,
            "target": self.target.description,
            "config": self.config.to_dict(),
        }

    def _check_directory(self):
        """Refuses to mix two different trainings in one directory."""
        path = self.workdir / "config.json"
        if not path.exists():
            return
        before = _read_description(path)
        now = self._description()
        changes = []
        for name in ("dtype", "source", "target", "config"):
            changes += _differences(before.get(name), now[name], name)
        if changes:
            raise ValueError(
                f"{self.workdir} holds a training with other settings; use "
                "another directory, or the settings it began with. "
                f"Received: {'; '.join(changes)}"
            )

    def _check_crops(self, model):
        """Refuses crops that the discriminator could not score."""
        smallest = model.discriminator.minimum_size
        if self.config.data.crop_size < smallest:
            raise ValueError(
                "Config field `data.crop_size` is too small for a "
                f"discriminator of {self.config.discriminator.layers} layers, "
                f"which needs at least {smallest}. "
                f"Received: {self.config.data.crop_size}"
            )

    def _model(self):
        finished = self.workdir / "model.keras"
        checkpoints = checkpoint_paths(self.workdir / "checkpoints")
        if finished.exists():
            return keras.saving.load_model(finished)
        if checkpoints:
            return keras.saving.load_model(checkpoints[-1])
        model = SemST(self.config, dtype=self.dtype)
        model.compile()
        return model

    def _fit(self, model, data, step):
        steps = self.config.optimizer.steps
        tensorboard = self.workdir / "tensorboard"
        model.fit(
            data,
            steps_per_epoch=self.interval,
            initial_epoch=step // self.interval,
            epochs=math.ceil(steps / self.interval),
            verbose=0,
            callbacks=[
                _StopAfter(steps),
                ProgressBar(steps, first_step=step),
                ScalarSummaries(tensorboard),
                LossRecord(self.workdir / "metrics.json"),
                SampleTranslations(
                    self._samples(),
                    self.workdir / "samples",
                    every=self.sample_every // self.interval,
                    tensorboard=tensorboard,
                ),
                Checkpoints(
                    self.workdir / "checkpoints", every=self.checkpoint_every
                ),
            ],
        )

    def _samples(self):
        pictures = self.source
        if self.skip_bad:
            # Those that are left out cannot be shown either.
            pictures = check_images(self.source, self.target).source.usable
        count = min(SAMPLES, len(pictures))
        places = [i * len(pictures) // count for i in range(count)]
        return [pictures.load(place) for place in places]


def _collection(pictures, config, channels, resize, default_split):
    return ImageCollection(
        pictures,
        resize=resize or None,
        resize_filter=config.data.resize_filter,
        channels=channels,
        cache_bytes=CACHE_BYTES,
        default_split=default_split,
    )


class _StopAfter(keras.callbacks.Callback):
    """Ends the last epoch early where the interval does not divide."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations) >= self.steps:
            self.model.stop_training = True


def _read_description(path):
    try:
        description = json.loads(path.read_text())
    except ValueError:
        description = None
    if not isinstance(description, dict):
        raise ValueError(
            "This file does not describe a training; use another directory. "
            f"Received: {path}"
        )
    return description


def _differences(before, now, name):
    """Lists the fields that differ, as text."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return [] if before == now else [f"{name}: {before} -> {now}"]
    lines = []
    for key in {**before, **now}:
        lines += _differences(before.get(key), now.get(key), f"{name}.{key}")
    return lines
