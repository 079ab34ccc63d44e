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


def main(_):
    with quiet_imports():
        from semst_tf.adaptation.colour_map import colour_map
        from semst_tf.data.read_images import read_images

    filter_name = FLAGS.resize_filter
    names, images = read_images(
        FLAGS.source, FLAGS.resize, filter_name, FLAGS.limit
    )
    measured = images
    if FLAGS.measured is not None:
        _, measured = read_images(FLAGS.measured, FLAGS.resize, filter_name)
    _, targets = read_images(FLAGS.target, FLAGS.target_resize, filter_name)
    transfer = colour_map(measured, targets)
    recoloured = [transfer(image) for image in images]
    write_recoloured(FLAGS.output, names, images, recoloured, FLAGS.strength)


if __name__ == "__main__":
    run(main)
