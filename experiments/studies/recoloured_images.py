"""Flags and files of the scripts that recolour images."""

import pathlib

from absl import flags

# A script that calls `define_flags` shows them in its own --help.
flags.disclaim_key_flags()


def define_flags():
    """Declares what images are recoloured, how far, and where they go."""
    flags.DEFINE_string("source", None, "Images to recolour.", required=True)
    flags.DEFINE_string("target", None, "Images of the target.", required=True)
    flags.DEFINE_string("resize", "", "Size of source images: 256, 152x256.")
    flags.DEFINE_string("target_resize", "", "The same for target images.")
    flags.DEFINE_string("resize_filter", "bicubic", "Filter of both.")
    flags.DEFINE_float(
        "strength",
        1.0,
        "Blend strength: 0 keeps the colours, 1 takes these.",
        0.0,
        1.0,
    )
    flags.DEFINE_integer("limit", 0, "Use the first images only; 0: all.")
    flags.DEFINE_string(
        "output", None, "Folder for the images, PNG.", required=True
    )


def write_recoloured(folder, names, images, recoloured, strength):
    """Writes images blended with their recoloured ones.

    Args:
        folder: Path. Created if it is missing.
        names: Names of the images, relative to their folder; the files are
            PNG of the same names, so that labels still find them.
        images: uint8 arrays `(height, width, 3)`.
        recoloured: Arrays of the same sizes, values from 0 to 255.
        strength: float. The share, from 0 to 1.
    """
    import numpy as np

    for name, image, after in zip(names, images, recoloured):
        mixed = (1 - strength) * image + strength * after.astype("float64")
        write_png(folder, name, np.rint(mixed).astype("uint8"))
    print(f"wrote {len(names)} images to {folder}")


def write_png(folder, name, image):
    """Writes an image as PNG, by the name that it has in its own folder.

    Args:
        folder: Path. It and folders in the name are created if missing.
        name: Name of the image, relative to its folder, with any ending.
        image: uint8 array `(height, width, 3)`.
    """
    from semst_tf.data.image_files import write_image

    path = pathlib.Path(folder, name).with_suffix(".png")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, image)
