"""Trains one segmenter in a folder, which can be continued."""

import pathlib
import shutil

import keras
import numpy as np

from semst_tf.adaptation.segmenter_network import STRIDE
from semst_tf.adaptation.segmenter_network import segmenter
from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import ProgressBar
from semst_tf.data.label_spaces import IGNORE
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.checkpoint_files import checkpoint_paths
from semst_tf.storage.checkpoint_files import restore_checkpoint


def train_segmenter(folder, examples, classes, recipe, steps, seed, start=None):
    """Trains a segmenter; the same call continues or reads what is there.

    Weights, order and flips of the images follow from the seed alone, so
    that trainings on different images of the same number compare. Flips
    left to right are the only augmentation.

    Args:
        folder: Path. Gets `checkpoints/` while it trains, then
            `model.keras`. Created if it is missing.
        examples: `LabelledImages`.
        classes: List of int. Cityscapes classes that are taught, in the
            order of the segmenter's maps. Pixels of others do not count.
        recipe: `SegmenterRecipe`.
        steps: int. A multiple of the recipe's `checkpoint_every`.
        seed: int.
        start: Path of a trained segmenter of the same recipe and classes
            from whose weights it is fine-tuned, or `None` for fresh weights.

    Returns:
        The trained `keras.Model`, see `segmenter`.

    Raises:
        OSError: If a file cannot be written.
    """
    folder = pathlib.Path(folder)
    model = segmenter(len(classes), recipe.filters, seed)
    finished = folder / "model.keras"
    if finished.exists():
        model.load_weights(finished)
        return model
    if start is not None:
        # Before there is an optimizer, whose state is not to be taken over.
        model.load_weights(start)
    _compile(model, recipe.learning_rate, steps)
    saved = checkpoint_paths(folder / "checkpoints")
    step = restore_checkpoint(model, saved[-1]).step if saved else 0
    if step < steps:
        _fit(model, folder, examples, classes, recipe, seed, step, steps)
    with replacing(finished) as unfinished:
        model.save(unfinished)
    shutil.rmtree(folder / "checkpoints")
    return model


def training_examples(examples, classes, batch_size, seed, first_step=0):
    """Yields batches for ever, each a function of seed and step alone.

    Args:
        examples: `LabelledImages`.
        classes: List of int, as for `train_segmenter`.
        batch_size: int.
        seed: int.
        first_step: int. Where to begin. Defaults to `0`.

    Yields:
        Pair of a float32 array `(batch, height, width, 3)` in [-1, 1] and an
        int32 array `(batch, height, width)` of places in `classes`, or 255.
        Height and width are multiples of the segmenter's stride: images
        are mirrored at the bottom and right, where no label counts.
    """
    example = first_step * batch_size
    while True:
        batch = []
        for number in range(example, example + batch_size):
            index, flip = _choice(number, len(examples), seed)
            pair = (
                examples.image(index),
                places_in(classes, examples.label(index)),
            )
            batch.append([array[:, ::-1] if flip else array for array in pair])
        images, labels = (_padded(arrays) for arrays in zip(*batch))
        yield images.astype("float32") / 127.5 - 1.0, labels.astype("int32")
        example += batch_size


def places_in(classes, label):
    """Returns the places of classes in a list; 255 for others."""
    table = np.full(256, IGNORE, "uint8")
    table[list(classes)] = np.arange(len(classes))
    return table[label]


def _compile(model, learning_rate, steps):
    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.PolynomialDecay(
                learning_rate, steps, end_learning_rate=0.0, power=0.9
            )
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=IGNORE),
    )
    model.optimizer.build(model.trainable_variables)


def _fit(model, folder, examples, classes, recipe, seed, step, steps):
    every = recipe.checkpoint_every
    model.fit(
        training_examples(examples, classes, recipe.batch_size, seed, step),
        steps_per_epoch=every,
        initial_epoch=step // every,
        epochs=steps // every,
        verbose=0,
        shuffle=False,
        callbacks=[
            ProgressBar(steps, first_step=step),
            Checkpoints(folder / "checkpoints", every=every, keep=1),
        ],
    )


def _choice(number, count, seed):
    """The image of an example, and whether it is flipped."""
    epoch, place = divmod(number, count)
    order = np.random.default_rng([seed, epoch, 0]).permutation(count)
    flip = np.random.default_rng([seed, number, 1]).random() < 0.5
    return order[place], flip


def _padded(arrays):
    """Stacks arrays; mirrors images, and fills labels up with 255."""
    stack = np.stack(arrays)
    height, width = (-size % STRIDE for size in stack.shape[1:3])
    margins = [(0, 0), (0, height), (0, width)]
    if stack.ndim == 4:
        return np.pad(stack, [*margins, (0, 0)], mode="symmetric")
    return np.pad(stack, margins, constant_values=IGNORE)
