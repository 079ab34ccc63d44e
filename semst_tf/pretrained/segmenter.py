"""The segmenter that ships, and how any segmenter is asked."""

import pathlib

import keras
import numpy as np

from semst_tf.pretrained.espnetv2 import ESPNetV2
from semst_tf.pretrained.grouped_convolution import GroupedConvolution
from semst_tf.pretrained.torch_file import read_torch_file

SEGMENTER_SIZE = (256, 512)

_WEIGHTS = (
    pathlib.Path(__file__).parent
    / "weights"
    / "espnetv2_s_2.0_cityscapes_512x256.npz"
)


def load_segmenter(path=None, scale=2.0, classes=20):
    """Returns the Cityscapes segmenter, with its weights.

    The weights that ship are those of the authors for images of 512 x 256,
    kernels rounded to float16. Resize images to `SEGMENTER_SIZE` before they
    are segmented, for that is what the network was trained on.

    Args:
        path: string or path of an `.npz` or `.pth` file with the names of the
            public PyTorch implementation, or `None` for the weights that
            ship.
        scale: float. Width of the network in the file. Defaults to `2.0`.
        classes: int. Classes of the file. Defaults to `20`.

    Returns:
        `ESPNetV2`.

    Raises:
        ValueError: If the file does not hold this network.

    Example:

    ```python
    segmenter = semst_tf.pretrained.load_segmenter()
    logits = segmenter(images)  # (batch, height, width, 20)
    ```

    Reference:
        ESPNetv2, Mehta et al. 2019; weights of EdgeNets (MIT licence),
        trained on Cityscapes.
    """
    path = _WEIGHTS if path is None else pathlib.Path(path)
    arrays = read_arrays(path)
    segmenter = ESPNetV2(scale, classes)
    used = set()
    for layer in segmenter.layers:
        names = _array_names(layer)
        values = [_array(arrays, name, path) for name in names]
        _set_weights(layer, values, path)
        used.update(names)
    unknown = [n for n in arrays if n not in used and not _is_unused(n)]
    if unknown:
        raise ValueError(
            f"This file holds more than ESPNetV2, such as {unknown[0]!r}. "
            f"Received: path={str(path)!r}"
        )
    return segmenter


def read_arrays(path):
    """Returns the arrays of an `.npz` file or of a PyTorch state dict.

    Args:
        path: string or path.

    Returns:
        dict of string to `numpy.ndarray`.

    Raises:
        ValueError: If the file is missing or cannot be read.
    """
    path = pathlib.Path(path)
    if path.suffix != ".npz":
        return read_torch_file(path)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"Cannot read arrays from this file: {error}. "
            f"Received: path={str(path)!r}"
        ) from error


def _is_unused(name):
    # A counter of training, and an activation that the authors never call.
    return name.endswith((".num_batches_tracked", ".eesp.module_act.weight"))


def _array_names(layer):
    if isinstance(layer, keras.layers.BatchNormalization):
        ends = ("weight", "bias", "running_mean", "running_var")
    elif getattr(layer, "use_bias", False):
        ends = ("weight", "bias")
    else:
        ends = ("weight",) if layer.weights else ()
    return [f"{layer.name}.{end}" for end in ends]


def _array(arrays, name, path):
    if name not in arrays:
        raise ValueError(
            f"This file does not hold ESPNetV2: {name!r} is missing. "
            f"Received: path={str(path)!r}"
        )
    return np.asarray(arrays[name], "float32")


def _set_weights(layer, values, path):
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        values = [values[0].transpose(2, 3, 0, 1)]
    elif isinstance(layer, (keras.layers.Conv2D, GroupedConvolution)):
        values = [values[0].transpose(2, 3, 1, 0), *values[1:]]
    elif isinstance(layer, keras.layers.PReLU):
        values = [values[0].reshape(1, 1, -1)]
    shapes = [tuple(weight.shape) for weight in layer.weights]
    if shapes != [value.shape for value in values]:
        raise ValueError(
            "This file holds another width or another number of classes: "
            f"{layer.name!r} should be {shapes[0]} and is {values[0].shape}. "
            f"Received: path={str(path)!r}"
        )
    layer.set_weights(values)
