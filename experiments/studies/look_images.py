"""Gives labelled images another look by a rule: winter, or a painting.

Seasons and paintings change every surface in a way of its own, and leave the
scene. Made by a rule, the true translation of each image is known. Every
second image is a source as it is, the others are targets.

  python experiments/studies/look_images.py --look=winter \\
      --images=carla_od/train --labels=carla_od/pseudo_trainIds/train \\
      --output=runs/looks/winter/train
  python experiments/studies/look_images.py --look=winter --both \\
      --images=carla_od/test --labels=carla_od/pseudo_trainIds/test \\
      --output=runs/looks/winter/test

writes the folders `source` and `target` below the output; with --both every
image is in both, so that translations have their truth.
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import drawn_targets
import numpy as np
from cli import quiet_imports
from cli import run
from path_flags import check_inputs

with quiet_imports():
    from semst_tf.data.label_spaces import CITYSCAPES_CLASSES

FLAGS = flags.FLAGS
drawn_targets.define_flags()

SNOW = 235.0, 240.0, 250.0
"""Colour of snow in the light."""
COVER = {"terrain": 0.9, "sidewalk": 0.7, "vegetation": 0.5, "road": 0.3}
"""Mean share of a class that snow covers."""
STROKE = 6
"""Pixels to each side that a stroke of the brush averages."""
SATURATION = 1.5
"""How much stronger the colours of a painting are."""


def main(_):
    check_inputs("images", "labels")
    drawn_targets.write_sides(LOOKS[FLAGS.look])


def winter(image, classes, random):
    """Lays snow in patches on what lies or grows, and greys the sky.

    Args:
        image: uint8 array `(height, width, 3)`.
        classes: Integer array `(height, width)`, classes of Cityscapes.
        random: `numpy.random.Generator`, for the patches.

    Returns:
        uint8 array of the shape of `image`.
    """
    from semst_tf.data.resize import resize_image

    height, width = classes.shape
    noise = random.normal(size=(max(2, height // 20), max(2, width // 60), 1))
    patches = resize_image(noise.astype("float32"), (height, width), "bicubic")[
        ..., 0
    ]
    share = np.zeros((height, width))
    for name, cover in COVER.items():
        here = classes == CITYSCAPES_CLASSES.index(name)
        share[here] = np.clip(cover + 0.15 * patches, 0, 1)[here]
    light = image.mean(-1, keepdims=True)
    # Snow keeps the shadows of what it lies on.
    snow = np.array(SNOW) * (0.7 + 0.3 * light / 255)
    pixels = image + share[..., None] * (snow - image)
    sky = classes == CITYSCAPES_CLASSES.index("sky")
    pixels[sky] = (0.3 * light + 0.7 * 200)[sky]
    return np.clip(np.rint(pixels), 0, 255).astype("uint8")


def painting(image, classes, random):
    """Lays strokes that end at edges (Kuwahara 1976), in strong colours.

    Args:
        image: uint8 array `(height, width, 3)`.
        classes: Not read.
        random: Not read.

    Returns:
        uint8 array of the shape of `image`.
    """
    del classes, random
    values = image.astype("float64")
    means, spreads = [], []
    for rows in (0, STROKE):
        for columns in (0, STROKE):
            mean = _window_mean(values, rows, columns)
            square = _window_mean(np.square(values), rows, columns)
            means.append(mean)
            spreads.append((square - np.square(mean)).sum(-1))
    # Of the four windows that have a pixel in a corner, the most even one.
    chosen = np.argmin(spreads, axis=0)
    strokes = np.take_along_axis(
        np.array(means), chosen[None, ..., None], axis=0
    )[0]
    grey = strokes.mean(-1, keepdims=True)
    pixels = grey + SATURATION * (strokes - grey)
    return np.clip(np.rint(pixels), 0, 255).astype("uint8")


def _window_mean(values, rows, columns):
    """Mean of the window that begins so far above and left of each pixel."""
    side = STROKE + 1
    before = ((rows, STROKE - rows), (columns, STROKE - columns), (0, 0))
    sums = np.pad(values, before, "edge").cumsum(0).cumsum(1)
    sums = np.pad(sums, ((1, 0), (1, 0), (0, 0)))
    return (
        sums[side:, side:]
        - sums[:-side, side:]
        - sums[side:, :-side]
        + sums[:-side, :-side]
    ) / side**2


LOOKS = {"winter": winter, "painting": painting}
flags.DEFINE_enum("look", None, LOOKS, "What the targets look like.")
flags.mark_flag_as_required("look")

if __name__ == "__main__":
    run(main)
