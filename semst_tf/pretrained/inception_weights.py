"""The weights of the network of FID and KID: found, checked, read."""

import hashlib
import os
import pathlib
import re

import keras
import numpy as np

from semst_tf.pretrained.inception import InceptionFeatures
from semst_tf.pretrained.segmenter import read_arrays

INCEPTION_URL = (
    "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
    "pt_inception-2015-12-05-6726825d.pth"
)

_EPSILON = 1e-3
_FIRST_LAYERS = {
    "conv": "Conv2d_1a_3x3",
    "conv_1": "Conv2d_2a_3x3",
    "conv_2": "Conv2d_2b_3x3",
    "conv_3": "Conv2d_3b_1x1",
    "conv_4": "Conv2d_4a_3x3",
}
_BLOCKS = ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")
_BRANCHES_35 = {
    "conv": "branch1x1",
    "tower.conv": "branch5x5_1",
    "tower.conv_1": "branch5x5_2",
    "tower_1.conv": "branch3x3dbl_1",
    "tower_1.conv_1": "branch3x3dbl_2",
    "tower_1.conv_2": "branch3x3dbl_3",
    "tower_2.conv": "branch_pool",
}
_BRANCHES_TO_17 = {
    "conv": "branch3x3",
    "tower.conv": "branch3x3dbl_1",
    "tower.conv_1": "branch3x3dbl_2",
    "tower.conv_2": "branch3x3dbl_3",
}
_BRANCHES_17 = {
    "conv": "branch1x1",
    "tower.conv": "branch7x7_1",
    "tower.conv_1": "branch7x7_2",
    "tower.conv_2": "branch7x7_3",
    "tower_1.conv": "branch7x7dbl_1",
    "tower_1.conv_1": "branch7x7dbl_2",
    "tower_1.conv_2": "branch7x7dbl_3",
    "tower_1.conv_3": "branch7x7dbl_4",
    "tower_1.conv_4": "branch7x7dbl_5",
    "tower_2.conv": "branch_pool",
}
_BRANCHES_TO_8 = {
    "tower.conv": "branch3x3_1",
    "tower.conv_1": "branch3x3_2",
    "tower_1.conv": "branch7x7x3_1",
    "tower_1.conv_1": "branch7x7x3_2",
    "tower_1.conv_2": "branch7x7x3_3",
    "tower_1.conv_3": "branch7x7x3_4",
}
_BRANCHES_8 = {
    "conv": "branch1x1",
    "tower_conv": "branch3x3_1",
    "tower_mixed_conv": "branch3x3_2a",
    "tower_mixed_conv_1": "branch3x3_2b",
    "tower_1_conv": "branch3x3dbl_1",
    "tower_1_conv_1": "branch3x3dbl_2",
    "tower_1_mixed_conv": "branch3x3dbl_3a",
    "tower_1_mixed_conv_1": "branch3x3dbl_3b",
    "tower_2_conv": "branch_pool",
}
_BRANCHES_OF_BLOCKS = (
    *[_BRANCHES_35] * 3,
    _BRANCHES_TO_17,
    *[_BRANCHES_17] * 4,
    _BRANCHES_TO_8,
    *[_BRANCHES_8] * 2,
)


def load_inception(path=None, resize="pytorch_fid"):
    """Returns the network of FID and KID, with its weights.

    Args:
        path: string or path of the public `.pth` file of pytorch-fid, or of
            an `.npz` file with the names of the TensorFlow graph; or `None`
            to download the former once (91 MB) into the Keras cache.
        resize: See `InceptionFeatures`. Defaults to `"pytorch_fid"`.

    Returns:
        `InceptionFeatures`.

    Raises:
        ValueError: If the file does not hold this network.

    Reference:
        The network of 2015-12-05 (Apache-2.0); pytorch-fid, Seitzer 2020.
    """
    path = download_inception() if path is None else pathlib.Path(path)
    arrays = read_arrays(path)
    network = InceptionFeatures(resize)
    graph_names = _graph_names()
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            names = _array_names(arrays, layer.name, graph_names)
            _set_weights(layer, arrays, names, path)
    return network


def download_inception(url=INCEPTION_URL, cache_dir=None):
    """Returns the path of the checked weights, downloading them if needed.

    Args:
        url: string. The file name ends with the first eight digits of the
            SHA-256 of the file, `-6726825d.pth`. Defaults to the release of
            pytorch-fid.
        cache_dir: string or path. Defaults to the cache of Keras.

    Returns:
        `pathlib.Path`.

    Raises:
        ValueError: If the URL has no such digits, or the file is another one
            than they say; it is then removed.
    """
    name = url.rsplit("/", 1)[-1]
    match = re.search(r"-([0-9a-f]{8})\.\w+$", name)
    if match is None:
        raise ValueError(
            "The name of the weights must end with eight digits of their "
            f"SHA-256. Received: url={url!r}"
        )
    cache_dir = None if cache_dir is None else os.fspath(cache_dir)
    path = pathlib.Path(
        keras.utils.get_file(
            name, url, cache_subdir="semst_tf", cache_dir=cache_dir
        )
    )
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(match[1]):
        path.unlink()
        raise ValueError(
            "The downloaded weights are damaged or not the expected file, "
            "and were removed; try again or pass a file. Received: "
            f"url={url!r}, SHA-256 {digest}"
        )
    return path


def _graph_names():
    """The layers' names in the TensorFlow graph, by their public names."""
    names = {public: graph for graph, public in _FIRST_LAYERS.items()}
    for index, block in enumerate(_BLOCKS):
        prefix = f"mixed_{index}" if index else "mixed"
        for graph, public in _BRANCHES_OF_BLOCKS[index].items():
            names[f"Mixed_{block}.{public}"] = f"{prefix}.{graph}"
    return names


def _array_names(arrays, layer_name, graph_names):
    """Names of the kernel and of scale, shift, mean and variance."""
    if f"{layer_name}.conv.weight" in arrays:
        ends = ("weight", "bias", "running_mean", "running_var")
        normalization = [f"{layer_name}.bn.{end}" for end in ends]
        return f"{layer_name}.conv.weight", *normalization
    name = graph_names[layer_name]
    ends = ("weight", None, "beta", "mean", "var")
    return tuple(end and f"{name}.{end}" for end in ends)


def _set_weights(layer, arrays, names, path):
    missing = [name for name in names if name and name not in arrays]
    if missing:
        raise ValueError(
            "This file does not hold the Inception network of FID: "
            f"{missing[0]!r} is missing. Received: path={str(path)!r}"
        )
    kernel, scale, shift, mean, variance = [
        1.0 if name is None else np.asarray(arrays[name], "float64")
        for name in names
    ]
    # Normalisation with fixed statistics is part of a linear map.
    scale = scale / np.sqrt(variance + _EPSILON)
    kernel = kernel.transpose(2, 3, 1, 0) * scale
    bias = shift - mean * scale
    if kernel.shape != tuple(layer.kernel.shape):
        raise ValueError(
            "This file holds another network than the Inception of FID: "
            f"{layer.name!r} has the shape {kernel.shape}. "
            f"Received: path={str(path)!r}"
        )
    layer.set_weights([kernel, bias])
