"""A number that tells the weights of two networks apart."""

import hashlib

import numpy as np


def weights_hash(network, precision="float32"):
    """Returns a SHA-256 of the weights that survives renaming of layers.

    Args:
        network: Keras model.
        precision: str. `"float32"`, or `"float16"` for what is left of the
            weights when they are stored so. Defaults to `"float32"`.

    Returns:
        str. 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for weight in network.get_weights():
        weight = np.asarray(weight).astype(precision)
        weight = np.ascontiguousarray(weight, dtype="<f4")
        digest.update(repr(weight.shape).encode())
        digest.update(weight.tobytes())
    return digest.hexdigest()
