"""Trains one segmenter in a folder, which can be continued."""

import pathlib
import shutil

import keras
import numpy as np

from semst_tf.adaptation.efficientnet_segmenter_network import FEATURES
from semst_tf.adaptation.efficientnet_segmenter_network import HEAD
from semst_tf.adaptation.segmenter_network import STRIDE
from semst_tf.adaptation.segmenters import make_segmenter
from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import ProgressBar
from semst_tf.data.label_spaces import IGNORE
from semst_tf.data.value_range import to_unit_range
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.checkpoint_files import checkpoint_paths
from semst_tf.storage.checkpoint_files import restore_checkpoint


class FeatureCache:
    """Features of a frozen backbone, computed once for each image and flip.

    Kept in half precision, and only while there is memory for them; the
    others are computed again.

    Args:
        limit: int. Bytes that may be kept. Defaults to 2 GiB.

    Example:

    ```python
    cache = FeatureCache()
    for seed in range(5):
        train_segmenter(
            f"runs/{seed}", images, classes, recipe, 400, seed, cache=cache
        )
    ```
    """

    def __init__(self, limit=2**31):
        self._free = limit
        self._kept = {}
        self._network = None

    def features(self, layer, images, index, flip, size):
        """Returns a dict of float32 arrays without batch dimension.

        Args:
            layer: `EfficientNetFeatures`, frozen.
            images: `LabelledImages`.
            index: int. Which of them.
            flip: bool. Whether it is flipped left to right.
            size: `(height, width)` that it is filled up to.
        """
        key = id(images), int(index), bool(flip), size
        if key not in self._kept:
            image = _padded(images.image(index), size)
            found = self._computed(layer, _flipped(image, flip))
            needed = sum(values.nbytes for values in found.values())
            if needed > self._free:
                return _single(found)
            self._free -= needed
            # The images stay with their features, so that their id does.
            self._kept[key] = images, found
        return _single(self._kept[key][1])

    def _computed(self, layer, image):
        if self._network is None:
            inputs = keras.Input((None, None, 3))
            self._network = keras.Model(inputs, layer(inputs))
        found = self._network.predict_on_batch(_stacked([image]))
        return {name: maps[0].astype("float16") for name, maps in found.items()}


def train_segmenter(
    folder, images, classes, recipe, steps, seed, start=None, cache=None
):
    """Trains a segmenter; the same call continues or reads what is there.

    Weights, order and flips of the images follow from the seed alone, so
    that trainings on different images of the same number compare. Flips
    left to right are the only augmentation. With a frozen backbone only the
    head is trained, on features that are computed once.

    Args:
        folder: Path. Gets `checkpoints/` while it trains, then
            `model.keras`. Created if it is missing.
        images: `LabelledImages`, or a list of several of them, which take
            turns from example to example.
        classes: List of int. Cityscapes classes that are taught, in the
            order of the segmenter's maps. Pixels of others do not count.
        recipe: `SegmenterRecipe`.
        steps: int. A multiple of the recipe's `checkpoint_every`.
        seed: int.
        start: Path of a trained segmenter of the same recipe and classes
            from whose weights it is fine-tuned, or `None` for fresh weights.
        cache: `FeatureCache` that several trainings share, or `None`.

    Returns:
        The trained `keras.Model`, see `make_segmenter`.

    Raises:
        OSError: If a file cannot be written.
    """
    folder = pathlib.Path(folder)
    model = make_segmenter(recipe, len(classes), seed)
    finished = folder / "model.keras"
    if finished.exists():
        model.load_weights(finished)
        return model
    if start is not None:
        # Before there is an optimizer, whose state is not to be taken over.
        model.load_weights(start)
    trained, features = _trained_part(model, cache)
    _compile(trained, recipe.learning_rate, steps)
    saved = checkpoint_paths(folder / "checkpoints")
    step = restore_checkpoint(trained, saved[-1]).step if saved else 0
    if step < steps:
        batches = training_examples(
            images, classes, recipe.batch_size, seed, step, features
        )
        _fit(trained, folder, batches, recipe.checkpoint_every, step, steps)
    with replacing(finished) as unfinished:
        model.save(unfinished)
    shutil.rmtree(folder / "checkpoints")
    return model


def _trained_part(model, cache):
    """The model that is fitted, and where its features come from.

    Returns:
        Pair of a `keras.Model` and a function from images, index and flip to
        features; `None` if the model is fitted on images.
    """
    layers = {layer.name: layer for layer in model.layers}
    if FEATURES not in layers or layers[FEATURES].trainable_weights:
        return model, None
    cache = cache or FeatureCache()
    layer = layers[FEATURES]
    return layers[HEAD], lambda *choice: cache.features(layer, *choice)


def training_examples(
    images, classes, batch_size, seed, first_step=0, features=None
):
    """Yields batches for ever, each a function of seed and step alone.

    Args:
        images: `LabelledImages`, or a list of several that take turns.
        classes: List of int, as for `train_segmenter`.
        batch_size: int.
        seed: int.
        first_step: int. Where to begin. Defaults to `0`.
        features: Function from images, index and flip to a dict of arrays
            that are given in place of the pixels, or `None`.

    Yields:
        Pair of a float32 array `(batch, height, width, 3)` in [-1, 1], or a
        dict of features, and an int32 array `(batch, height, width)` of places
        in `classes`, or 255. Height and width are multiples of the
        segmenter's stride: images are mirrored at the bottom and right, where
        no label counts.
    """
    sets = images if isinstance(images, list) else [images]
    size = _common_size(sets)
    example = first_step * batch_size
    while True:
        inputs, labels = [], []
        for number in range(example, example + batch_size):
            turn, chosen = number // len(sets), sets[number % len(sets)]
            index, flip = _choice(turn, len(chosen), seed)
            if features is None:
                image = _padded(chosen.image(index), size)
                inputs.append(_flipped(image, flip))
            else:
                inputs.append(features(chosen, index, flip, size))
            label = places_in(classes, chosen.label(index))
            labels.append(_flipped(_padded(label, size), flip))
        yield _stacked(inputs), np.stack(labels).astype("int32")
        example += batch_size


def _flipped(array, flip):
    return array[:, ::-1] if flip else array


def probabilities(model, images, cache=None, indices=None):
    """Yields what a segmenter sees in images.

    Args:
        model: `keras.Model`, see `make_segmenter`.
        images: `LabelledImages` or `TargetImages`.
        cache: `FeatureCache`, or `None`.
        indices: Which of the images; `None` for all.

    Yields:
        Float32 array `(height, width, classes)` for each image.
    """
    part, features = _trained_part(model, cache)
    for index in range(len(images)) if indices is None else indices:
        image = images.image(index)
        size = _fitting_size(image.shape)
        if features is None:
            inputs = _stacked([_padded(image, size)])
        else:
            inputs = _stacked([features(images, index, False, size)])
        maps = part.predict_on_batch(inputs)[0]
        yield maps[: image.shape[0], : image.shape[1]]


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


def _fit(model, folder, batches, every, step, steps):
    model.fit(
        batches,
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


def _common_size(sets):
    """The smallest multiples of the stride that all images fit into."""
    sizes = [_fitting_size(images.label(0).shape) for images in sets]
    return tuple(max(sides) for sides in zip(*sizes))


def _fitting_size(shape):
    return tuple(side + -side % STRIDE for side in shape[:2])


def _padded(array, size):
    """Mirrors an image, or fills a label up with 255, to a size."""
    margins = [
        (0, wanted - side) for wanted, side in zip(size, array.shape[:2])
    ]
    if array.ndim == 3:
        return np.pad(array, [*margins, (0, 0)], mode="symmetric")
    return np.pad(array, margins, constant_values=IGNORE)


def _stacked(inputs):
    """A batch of images in [-1, 1], or of features by name."""
    if isinstance(inputs[0], dict):
        return {
            name: np.stack([maps[name] for maps in inputs])
            for name in inputs[0]
        }
    return to_unit_range(np.stack(inputs))


def _single(features):
    """Features in the precision that they are trained on."""
    return {name: maps.astype("float32") for name, maps in features.items()}
