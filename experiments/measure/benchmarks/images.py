"""Image files that cost about as much as photographs."""

import pathlib

import numpy as np
from PIL import Image


def write_images(folder, size, count, suffix=".jpg", seed=0):
    """Makes files about as slow to decode and encode as photographs.

    Args:
        folder: Path of the folder, which is made.
        size: Pair of ints, width and height.
        count: int. Files.
        suffix: str. `".jpg"` or `".png"`. Defaults to `".jpg"`.
        seed: int. Defaults to `0`.

    Returns:
        List of their paths.
    """
    folder = pathlib.Path(folder)
    folder.mkdir()
    width, height = size
    random = np.random.default_rng(seed)
    paths = [folder / f"{number}{suffix}" for number in range(count)]
    for path in paths:
        shape = (-(-height // 8), -(-width // 8), 3)
        coarse = Image.fromarray(random.integers(0, 256, shape, "uint8"))
        image = coarse.resize(size, Image.BICUBIC)
        noise = random.normal(0, 4, (height, width, 3))
        pixels = np.clip(np.asarray(image) + noise, 0, 255).astype("uint8")
        Image.fromarray(pixels).save(path, quality=90)
    return paths
