"""Writes recoloured pictures; shared by the scripts that make them."""

import pathlib


def write_recoloured(folder, names, pictures, recoloured, strength):
    """Writes pictures that went a share of the way to other colours.

    Args:
        folder: Path. Created if it is missing.
        names: Names of the pictures; the files are PNG of the same names, so
            that labels still find them.
        pictures: uint8 arrays `(height, width, 3)`.
        recoloured: Arrays of the same sizes, values from 0 to 255.
        strength: float. The share, from 0 to 1.
    """
    import numpy as np

    from semst_tf.data.image_files import write_image

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture, after in zip(names, pictures, recoloured):
        mixed = (1 - strength) * picture + strength * after.astype("float64")
        write_image(
            folder / f"{pathlib.Path(name).stem}.png",
            np.rint(mixed).astype("uint8"),
        )
    print(f"wrote {len(names)} pictures to {folder}")
