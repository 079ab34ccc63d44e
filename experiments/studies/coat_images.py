"""Draws stripes on one class of labelled images: the same shapes, new texture.

A coat of an animal is a texture that the target has on a surface that is plain
in the source, while other plain surfaces must stay as they are. Such images
with the labels to check it are made from a labelled folder: every second
image is a source as it is, the others are targets and have the coat.

  python experiments/studies/coat_images.py --images=carla_od/train \\
      --labels=carla_od/pseudo_trainIds/train --coat_on=road \\
      --output=runs/coat_images/train
  python experiments/studies/coat_images.py --images=carla_od/test \\
      --labels=carla_od/pseudo_trainIds/test --coat_on=road --both \\
      --output=runs/coat_images/test

writes the folders `source` and `target` below the output; with --both every
image is in both, so that translations have their truth.
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import drawn_targets
from cli import quiet_imports
from cli import run
from path_flags import check_inputs

with quiet_imports():
    from semst_tf.data.label_spaces import CITYSCAPES_CLASSES

FLAGS = flags.FLAGS
drawn_targets.define_flags()
flags.DEFINE_enum(
    "coat_on", "road", CITYSCAPES_CLASSES, "Class that gets a coat."
)

STRIPES = 20
"""Stripes across the width of an image."""
SHADES = 0.4, 1.7
"""By what dark and light stripes multiply the colours below them."""


def main(_):
    check_inputs("images", "labels")
    number = CITYSCAPES_CLASSES.index(FLAGS.coat_on)
    drawn_targets.write_sides(
        lambda image, classes, random: with_coat(
            image, classes == number, random
        )
    )


def with_coat(image, mask, random):
    """Draws stripes on a part of an image.

    Args:
        image: uint8 array `(height, width, 3)`.
        mask: bool array `(height, width)`, where the coat is.
        random: `numpy.random.Generator`, for direction and bends.

    Returns:
        uint8 array of the shape of `image`; equal to it outside the mask.
    """
    import numpy as np

    from semst_tf.data.resize import resize_image

    height, width = mask.shape
    angle = random.uniform(-0.5, 0.5)
    rows, columns = np.mgrid[:height, :width] / width
    # Coarse noise bends the stripes and makes them end and fork.
    bends = resize_image(
        random.normal(size=(4, 7, 1)).astype("float32"), mask.shape, "bicubic"
    )[..., 0]
    across = columns * np.cos(angle) + rows * np.sin(angle)
    wave = np.sin(2 * np.pi * STRIPES * across + 2.0 * bends)
    light = 1 / (1 + np.exp(-6 * wave))
    dark, bright = SHADES
    shaded = image * (dark + (bright - dark) * light)[..., None]
    shaded = np.clip(np.rint(shaded), 0, 255).astype("uint8")
    return np.where(mask[..., None], shaded, image)


if __name__ == "__main__":
    run(main)
