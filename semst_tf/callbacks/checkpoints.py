"""Complete models, saved while training."""

import pathlib

import keras
import numpy as np
from keras import ops

from semst_tf.ops.current_step import current_step
from semst_tf.ops.non_finite import refuse_non_finite_weights
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.checkpoint_files import Position
from semst_tf.storage.checkpoint_files import add_position
from semst_tf.storage.checkpoint_files import check_whole
from semst_tf.storage.checkpoint_files import checkpoint_paths
from semst_tf.storage.checkpoint_files import step_of


class Checkpoints(keras.callbacks.Callback):
    """Saves the whole model, optimizer included, every so many steps.

    Saves at the end of the epoch in which the steps are full, and at the end
    of the training. A file is written under another name, read back and then
    renamed, so that there is never half a checkpoint under the name of a
    whole one. Put it behind what must be written of an epoch before the
    checkpoint that ends it, such as `LossRecord`, and in front of what may
    take long or fail, such as `ValidationScores`.

    Args:
        folder: Path. Created if it is missing.
        every: int. Steps between two checkpoints.
        keep: int. Newest checkpoints that are kept. Defaults to `2`.
        batches: int. Batches that were read before this `fit`. Defaults to
            `0`.

    Raises:
        OSError: From `fit`, if a checkpoint cannot be written. Older ones
            are left as they were.
        NonFiniteError: From `fit`, if there are weights that are not finite.
            They are not saved.

    Example:

    >>> model.fit(data, callbacks=[Checkpoints("run/checkpoints", every=500)])
    """

    def __init__(self, folder, every, keep=2, batches=0):
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.every = every
        self.keep = keep
        self.batches = batches
        self._saved_step = 0

    def on_train_begin(self, logs=None):
        self._saved_step = current_step(self.model)

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1

    def on_epoch_end(self, epoch, logs=None):
        step = current_step(self.model)
        due = step // self.every > self._saved_step // self.every
        if due or (self.model.stop_training and step != self._saved_step):
            self.save()

    def on_train_end(self, logs=None):
        if current_step(self.model) != self._saved_step:
            self.save()

    def save(self):
        """Saves the model as the checkpoint of its step; returns its path."""
        step = current_step(self.model)
        refuse_non_finite_weights(self.model)
        path = self.folder / f"step_{step:08d}.keras"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(path) as unfinished:
                self.model.save(unfinished)
                add_position(unfinished, self._position(step))
                check_whole(unfinished)
        except OSError as error:
            raise OSError(
                f"The checkpoint of step {step} could not be saved in "
                f"{self.folder}; older ones are as they were. "
                f"Received: {error.strerror or error}"
            ) from error
        self._saved_step = step
        self._remove_old()
        return path

    def _position(self, step):
        metrics = [
            np.asarray(ops.add(variable, 0.0)).tolist()
            for variable in self.model.metrics_variables
        ]
        return Position(step, self.batches, metrics)

    def _remove_old(self):
        # Later steps than this one belong to another training, and stay.
        paths = [
            path
            for path in checkpoint_paths(self.folder)
            if step_of(path) <= self._saved_step
        ]
        for old in paths[: -self.keep]:
            old.unlink()
