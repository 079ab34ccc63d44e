"""Stops at the first number that is not finite, and keeps the evidence."""

import pathlib

import keras
import numpy as np

from semst_tf.data.image_files import write_image
from semst_tf.data.image_grid import image_grid
from semst_tf.ops.current_step import current_step
from semst_tf.ops.non_finite import NonFiniteError
from semst_tf.ops.non_finite import non_finite_terms
from semst_tf.ops.non_finite import non_finite_weights
from semst_tf.storage.atomic_files import write_json


class StopOnNonFinite(keras.callbacks.Callback):
    """Stops the training when a loss or a weight is not finite.

    Losses are looked at after each step, which costs nothing, because Keras
    brings them to the processor anyway; weights at the end of each epoch.
    Put it before `Checkpoints`, so that no such weights are saved.

    A folder `step_<step>` then holds `report.json` (step, batch, loss terms
    as means since the epoch began, names of the images), `batch.npz` (the
    crops as the networks saw them, float32 in [-1, 1]) and `batch.png`
    (source above target).

    Args:
        folder: Path of the folder above. Created when it is needed.
        examples: Function from the number of a batch to its examples, dicts
            with `"source"` and `"target"`, each a pair of a name and a
            float32 array `(height, width, channels)` in [-1, 1].
        batches: int. Batches that were read before this `fit`. Defaults to
            `0`.

    Raises:
        NonFiniteError: From `fit`.

    Example:

    >>> stop = StopOnNonFinite("run/non_finite", examples)
    >>> model.fit(data, callbacks=[stop])
    """

    def __init__(self, folder, examples, batches=0):
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.examples = examples
        self.batches = batches

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        wrong = non_finite_terms(logs)
        if wrong:
            self._stop(wrong, logs)

    def on_epoch_end(self, epoch, logs=None):
        names = non_finite_weights(self.model)
        if names:
            self._stop({name: "not finite" for name in names[:3]}, logs)

    def _stop(self, wrong, logs):
        step = current_step(self.model)
        folder = self.folder / f"step_{step:08d}"
        batch = self.batches - 1
        self._report(folder, step, batch, logs)
        values = ", ".join(f"{name}: {value}" for name, value in wrong.items())
        raise NonFiniteError(
            f"Training led to numbers that are not finite; step, loss terms "
            f"and images of the batch are in {folder}. The last checkpoint "
            f"is as it was. Received: step {step}, {values}"
        )

    def _report(self, folder, step, batch, logs):
        folder.mkdir(parents=True, exist_ok=True)
        examples = self.examples(batch)
        report = {
            "step": step,
            "batch": batch,
            # As text: JSON has no NaN.
            "terms": {n: str(float(value)) for n, value in logs.items()},
        }
        crops = {}
        for domain in ("source", "target"):
            names, images = zip(*[example[domain] for example in examples])
            report[domain] = list(names)
            crops[domain] = np.stack(images)
        write_json(folder / "report.json", report)
        np.savez(folder / "batch.npz", **crops)
        visible = [np.nan_to_num(crops[d]) for d in ("source", "target")]
        write_image(folder / "batch.png", image_grid(visible))
