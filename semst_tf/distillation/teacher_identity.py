"""Numbers that two translations have in common only if they are the same."""

import hashlib
import json

from semst_tf.networks.weights_hash import weights_hash
from semst_tf.version import __version__

_BEGINNING = 4096


def teacher_identity(translator):
    """Returns a SHA-256 of what a translator computes.

    Args:
        translator: What `semst_tf.loading.load_translator` returns.

    Returns:
        str. 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    ranges = [
        getattr(translator, name, None)
        for name in ("value_range", "target_value_range")
    ]
    digest.update(repr(ranges).encode())
    if hasattr(translator, "get_weights"):
        config = {**translator.get_config(), "name": None}
        digest.update(type(translator).__name__.encode())
        digest.update(json.dumps(config, default=str, sort_keys=True).encode())
        digest.update(weights_hash(translator).encode())
    else:
        for path in sorted(translator.folder.rglob("*")):
            if path.suffix == ".pb" or path.parent.name == "variables":
                digest.update(path.name.encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def images_identity(images):
    """Returns a SHA-256 of which images a collection holds, and how.

    Names below the folder, sizes and beginnings of all files, and what is
    done to each; not where the folder is.

    Args:
        images: `semst_tf.data.ImageCollection`.

    Returns:
        str. 64 hexadecimal digits.
    """
    digest = hashlib.sha256(repr((__version__, images.options)).encode())
    if not images.paths:
        digest.update(f"{len(images)} {images.description}".encode())
    for index, path in enumerate(images.paths):
        name = images.relative_name(index)
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        with open(path, "rb") as file:
            digest.update(file.read(_BEGINNING))
    return digest.hexdigest()
