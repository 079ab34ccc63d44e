"""Labels that a network predicts, kept in files for the next time."""

import functools
import hashlib
import os
import pathlib

import keras
import numpy as np
from PIL import Image

from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.data.resize import resize_image
from semst_tf.data.training_labels import TrainingLabels
from semst_tf.data.used_sizes import used_sizes
from semst_tf.pretrained import SEGMENTER_SIZE
from semst_tf.pretrained import load_segmenter
from semst_tf.pretrained.image_segmentation import segment_images
from semst_tf.storage.atomic_files import replacing

PREDICTED = "predicted"
"""In the place of labels: those of the segmenter that ships."""

_VERSION = 1


def is_model(place):
    """Whether a place of labels is a network that predicts them."""
    return place == PREDICTED or str(place).endswith(".keras")


def predicted_labels(images, model, classes, folder, progress=None, look=None):
    """Predicts the class of every pixel of images, those not known so far.

    Every file is named by a hash of the network, of the image (name, size and
    time of change) and of what is done to it, so that nothing is predicted
    twice, by whichever training.

    Args:
        images: `ImageCollection`.
        model: str. `"predicted"` for the Cityscapes segmenter that ships; or
            the path of a `.keras` file with a Keras model that maps RGB
            `(batch, height, width, 3)` in [-1, 1], sizes multiples of 32, to
            `(batch, height, width, classes)`, of which the largest counts.
        classes: int. Number of classes.
        folder: Path of the folder for the files.
        progress: Function of the images predicted so far and of all that are
            to be, or `None`.
        look: Path of another folder to look for files first, or `None`.

    Returns:
        `TrainingLabels`.

    Raises:
        OSError: If a file cannot be written.
        ValueError: If an image cannot be read, or the model does not fit.
    """
    folder = pathlib.Path(folder)
    names = [
        f"{_hash(images, index, model_identity(model))}.png"
        for index in range(len(images))
    ]
    places = [pathlib.Path(place) for place in (look, folder) if place]
    paths = [_found(name, places) for name in names]
    missing = [index for index, path in enumerate(paths) if path is None]
    segment = _segment(model, classes) if missing else None
    for done, index in enumerate(missing, start=1):
        folder.mkdir(parents=True, exist_ok=True)
        image = images.to_unit_range(images.load(index))
        labels = resize_image(
            segment(image)[..., None], image.shape[:2], "nearest"
        )
        paths[index] = folder / names[index]
        with replacing(paths[index]) as unfinished:
            Image.fromarray(labels[..., 0]).save(unfinished, format="PNG")
        if progress is not None:
            progress(done, len(missing))
    # Of both spaces, classes are their own numbers.
    cityscapes = classes == len(CITYSCAPES_CLASSES)
    space = "cityscapes_train_ids" if cityscapes else "index"
    return TrainingLabels(paths, used_sizes(images), space, classes)


def model_identity(model):
    """Returns what tells a network that predicts labels from others.

    Args:
        model: str, as of `predicted_labels`.

    Returns:
        str.

    Raises:
        OSError: If the file cannot be read.
    """
    if model == PREDICTED:
        return "espnetv2"
    return _digest(os.fspath(model), os.stat(model).st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _digest(path, _):
    content = pathlib.Path(path).read_bytes()
    return f"model {hashlib.sha256(content).hexdigest()[:16]}"


def _hash(images, index, model):
    parts = [_VERSION, model, images.options, images.relative_name(index)]
    if images.paths:
        status = os.stat(images.paths[index])
        parts += [status.st_size, status.st_mtime_ns]
    text = repr(parts).encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()[:24]


def _found(name, places):
    return next((p / name for p in places if (p / name).is_file()), None)


def _segment(model, classes):
    """Function from an image in [-1, 1] to uint8 labels."""
    if model == PREDICTED:
        network, size = load_segmenter(), SEGMENTER_SIZE
    else:
        network, size = _load(model), None

    def segment(image):
        (found,) = segment_images(
            _Checked(network, classes), [image], classes, size, multiple=32
        )
        return found.astype("uint8")

    return segment


def _load(path):
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except OSError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"This is no Keras model that predicts labels: {reason}. "
            f"Received: {path}"
        ) from error


class _Checked:
    """A segmenter whose answers are looked at."""

    def __init__(self, network, classes):
        self.network = network
        self.classes = classes

    def predict_on_batch(self, images):
        maps = np.asarray(self.network.predict_on_batch(images))
        if maps.ndim != 4 or maps.shape[:3] != images.shape[:3]:
            received = f"maps of shape {maps.shape}"
        elif maps.shape[-1] < self.classes:
            received = f"{maps.shape[-1]} classes for {self.classes}"
        else:
            return maps
        raise ValueError(
            "A model that predicts labels maps images (batch, height, width, "
            "3) to one map a class (batch, height, width, classes), as many "
            f"as `data.label_classes` says. Received: {received} of images of "
            f"{images.shape}"
        )
