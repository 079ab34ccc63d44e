"""Gives images the colours of the target by one linear map, untrained.

The map moves mean and covariance of the colours of one domain to those of the
other, with the least change to each pixel. It knows nothing of scenes and
cannot change what an image shows: a translator has to be nearer to the target
than these images are, or keep more of the scene, to have learnt anything.
Score them with evaluate.py. Example:

  python experiments/studies/colour_transfer.py \\
      --source=game/test \\
      --measured=game/train --target=street/train --output=runs/transfer

The map is the linear Monge-Kantorovitch solution of Pitie and Kokaram, 2007.
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from recoloured_images import define_flags
from recoloured_images import write_recoloured

FLAGS = flags.FLAGS
define_flags()
flags.DEFINE_string(
    "measured",
    None,
    "Images whose colours are taken for those of the source; if not given, "
    "the ones that are recoloured, --limit of them.",
)

SMALLEST_VARIANCE = 1e-3
"""Of a direction of colours, in squared grey levels.

A domain without any colour still has an inverse.
"""


def main(_):
    with quiet_imports():
        from semst_tf.data.read_images import read_images

    filter_name = FLAGS.resize_filter
    names, images = read_images(
        FLAGS.source, FLAGS.resize, filter_name, FLAGS.limit
    )
    measured = images
    if FLAGS.measured is not None:
        _, measured = read_images(FLAGS.measured, FLAGS.resize, filter_name)
    _, targets = read_images(FLAGS.target, FLAGS.target_resize, filter_name)
    transfer = colour_transfer(measured, targets)
    recoloured = [transfer(image) for image in images]
    write_recoloured(FLAGS.output, names, images, recoloured, FLAGS.strength)


def colour_transfer(images, targets):
    """Finds the linear map between the colours of two sets of images.

    Args:
        images: List of uint8 arrays `(height, width, 3)`.
        targets: The same, of the target.

    Returns:
        A function that maps such an image to a float array of its size,
        values from 0 to 255.
    """
    import numpy as np

    mean, covariance = moments(images)
    target_mean, target_covariance = moments(targets)
    root = power(covariance, 0.5)
    inverse = power(covariance, -0.5)
    middle = power(root @ target_covariance @ root, 0.5)
    matrix = inverse @ middle @ inverse

    def transfer(image):
        moved = (image - mean) @ matrix + target_mean
        return np.clip(moved, 0, 255)

    return transfer


def moments(images):
    """Mean and covariance of the colours of images."""
    import numpy as np

    count, total, products = 0, np.zeros(3), np.zeros((3, 3))
    for image in images:
        colours = image.reshape(-1, 3).astype("float64")
        count += len(colours)
        total += colours.sum(0)
        products += colours.T @ colours
    mean = total / count
    return mean, products / count - np.outer(mean, mean)


def power(matrix, exponent):
    """A power of a symmetric matrix with no negative eigenvalue."""
    import numpy as np

    values, vectors = np.linalg.eigh(matrix)
    values = np.maximum(values, SMALLEST_VARIANCE) ** exponent
    return (vectors * values) @ vectors.T


if __name__ == "__main__":
    run(main)
