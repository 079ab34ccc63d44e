"""How far an exported translator is from the Keras model it came from."""

import dataclasses
import json
import math
import pathlib

import numpy as np

from semst_tf.storage.atomic_files import write_json

FILE = "parity.json"


@dataclasses.dataclass(frozen=True)
class Parity:
    """Differences between two translations of the same images.

    Args:
        maximum: float. Largest absolute difference, in the range [-1, 1]
            (2 is from black to white).
        mean: float. Mean absolute difference.
        psnr: float. Peak signal-to-noise ratio in dB for a peak-to-peak
            range of 2; infinity for equal images.
        images: int. Images compared.
    """

    maximum: float
    mean: float
    psnr: float
    images: int

    def __str__(self):
        plural = "" if self.images == 1 else "s"
        return (
            f"max abs error {self.maximum:.2g}, mean abs error "
            f"{self.mean:.2g}, PSNR {self.psnr:.1f} dB "
            f"({self.images} image{plural})"
        )

    def to_dict(self):
        """Returns plain values that JSON can hold."""
        values = dataclasses.asdict(self)
        if math.isinf(self.psnr):
            values["psnr"] = None
        return values


def measure(reference, exported, images):
    """Translates images twice and compares.

    Args:
        reference: Function from a float32 array `(1, height, width,
            channels)` in [-1, 1] to its translation: the Keras model.
        exported: The same of the exported model.
        images: List of arrays `(height, width, channels)` in [-1, 1].

    Returns:
        A `Parity`. A value that is not finite in either translation makes
        all of its figures NaN.

    Raises:
        ValueError: If the translations differ in shape.
    """
    largest, total, squares, count = 0.0, 0.0, 0.0, 0
    for image in images:
        batch = np.asarray(image, "float32")[None]
        expected = np.asarray(reference(batch), "float64")
        translated = np.asarray(exported(batch))
        if translated.shape != expected.shape:
            raise ValueError(
                "The exported model gives translations of another size: "
                f"{expected.shape} was expected. Received: {translated.shape}"
            )
        difference = np.abs(translated - expected)
        # np.maximum, unlike max, keeps a NaN.
        largest = np.maximum(largest, difference.max())
        total += difference.sum()
        squares += (difference**2).sum()
        count += difference.size
    error = squares / count
    return Parity(
        maximum=float(largest),
        mean=float(total / count),
        psnr=float(10 * np.log10(4.0 / error)) if error else math.inf,
        images=len(images),
    )


def sample_images(channels, size=None):
    """Makes images for a check when there are none at hand.

    Args:
        channels: int.
        size: Pair (height, width), or `None` for three sizes, odd ones too.

    Returns:
        List of float32 arrays `(height, width, channels)` in [-1, 1]: colour
        gradients and edges with a little noise, the same every time.
    """
    random = np.random.default_rng(0)
    sizes = [(64, 64), (45, 66), (33, 97)] if size is None else [size] * 3
    return [_sample(random, *size, channels) for size in sizes]


def write_parity(path, results):
    """Writes results by name as `parity.json`.

    Args:
        path: Path of the file.
        results: Dict from what was compared to a dict of figures.
    """
    write_json(path, results)


def beside(path):
    """Returns where the parity of an exported file or folder is stored."""
    path = pathlib.Path(path)
    if path.is_dir():
        return path / FILE
    return path.with_name(f"{path.name}.{FILE}")


def read_parity(path):
    """Returns what `write_parity` wrote beside an export."""
    return json.loads(beside(path).read_text())


def _sample(random, height, width, channels):
    rows = np.linspace(-1, 1, height)[:, None, None]
    columns = np.linspace(-1, 1, width)[None, :, None]
    slope, edge = random.uniform(-1, 1, (2, channels))
    image = 0.5 * rows * slope + 0.3 * np.sin(9 * columns + slope)
    image = image + 0.3 * np.sign(columns + rows * 0.5 - edge)
    image = image + random.normal(0, 0.03, image.shape)
    return np.clip(image, -1, 1).astype("float32")
