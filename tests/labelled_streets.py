"""Tiny labelled street scenes, and a segmenter that learns them at once."""

import keras
import numpy as np
from PIL import Image

ROAD, SKY = 0, 10


def write_streets(folder, count=6, size=(16, 32)):
    """Writes images of a bright sky over a dark road, and their labels.

    Returns:
        The folder; it holds `images` and `labels`, files `0.png`, ...,
        the labels as Cityscapes training classes with one row of 255.
    """
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    for number in range(count):
        image, label = street(number, size)
        name = f"{number}.png"
        Image.fromarray(image).save(folder / "images" / name)
        Image.fromarray(label).save(folder / "labels" / name)
    return folder


def street(number, size=(16, 32)):
    """An image `(height, width, 3)` and its label `(height, width)`."""
    random = np.random.default_rng(number)
    horizon = int(random.integers(size[0] // 4, 3 * size[0] // 4))
    label = np.full(size, ROAD, "uint8")
    label[:horizon] = SKY
    label[horizon] = 255
    brightness = np.where(label == SKY, 200, 60)[..., None]
    image = brightness + random.integers(-40, 40, (*size, 3))
    return image.astype("uint8"), label


def small_segmenter(classes, filters=4, seed=0):
    """Stands in for `segmenter`, without the seconds that it takes."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(classes, 1, activation="softmax"),
        ]
    )
