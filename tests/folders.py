"""Folders for tests: filled with images, and compared before and after."""

import numpy as np
from PIL import Image


def write_images(folder, count=3, size=(34, 40), channels=3):
    """Writes different random PNG images and returns the folder."""
    folder.mkdir(parents=True)
    for number in range(count):
        random = np.random.default_rng([number, *folder.name.encode()])
        image = random.integers(0, 256, (*size, channels), dtype="uint8")
        if channels == 1:
            image = image[..., 0]
        Image.fromarray(image).save(folder / f"{number}.png")
    return folder


def contents(folder):
    """All files below a folder with their bytes, and all folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        if path.is_file()
        else None
        for path in folder.rglob("*")
    }
