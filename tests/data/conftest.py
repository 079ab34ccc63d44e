import os

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def make_image(tmp_path):
    """Writes one random image and returns its path."""

    def make(name, size=(24, 32), channels=3, seed=0):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(seed)
        image = random.integers(0, 256, (*size, channels), dtype="uint8")
        if path.suffix == ".npy":
            np.save(path, image)
        else:
            Image.fromarray(image[..., 0] if channels == 1 else image).save(
                path
            )
        return path

    return make


@pytest.fixture
def make_folder(tmp_path, make_image):
    """Writes a folder of different random images and returns its path."""

    def make(name, count, size=(24, 32), channels=3, suffix=".png"):
        for number in range(count):
            make_image(
                os.path.join(name, f"{number:03}{suffix}"),
                size,
                channels,
                seed=[number, *name.encode()],
            )
        return tmp_path / name

    return make


@pytest.fixture
def make_bad(tmp_path, make_image):
    """Writes one unusable file of a kind and returns its path."""

    def truncated(name, keep=0.6):
        path = make_image(name, size=(64, 64))
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * keep)])
        return path

    def raw(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def array(name, values):
        path = raw(name, b"")
        np.save(path, values, allow_pickle=True)
        return path

    def huge(name):
        header = b"\x93NUMPY\x01\x00\x76\x00"
        text = "{'descr': '|u1', 'fortran_order': False, 'shape': "
        text += "(1000000, 1000000, 3), }"
        return raw(name, header + text.ljust(117).encode() + b"\n" + b"\0" * 9)

    kinds = {
        "truncated_png": lambda f: truncated(f"{f}/bad.png"),
        "truncated_jpeg": lambda f: truncated(f"{f}/bad.jpg"),
        "truncated_webp": lambda f: truncated(f"{f}/bad.webp"),
        "truncated_bmp": lambda f: truncated(f"{f}/bad.bmp"),
        "truncated_gif": lambda f: truncated(f"{f}/bad.gif"),
        "truncated_tiff": lambda f: truncated(f"{f}/bad.tif"),
        "truncated_npy": lambda f: truncated(f"{f}/bad.npy"),
        "text": lambda f: raw(f"{f}/bad.png", b"this is no image\n"),
        "empty": lambda f: raw(f"{f}/bad.png", b""),
        "nan": lambda f: array(f"{f}/bad.npy", np.full((64, 64, 3), np.nan)),
        "pickle": lambda f: array(f"{f}/bad.npy", np.array([{}, []], object)),
        "vector": lambda f: array(f"{f}/bad.npy", np.zeros(7, "uint8")),
        "claims_terabytes": lambda f: huge(f"{f}/bad.npy"),
    }

    def make(kind, folder="bad"):
        return kinds[kind](folder)

    make.kinds = tuple(kinds)
    return make
