"""LPIPS: how different two images look."""

import os

import keras
import numpy as np
from keras import ops

from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection
from semst_tf.pretrained.lpips_network import LPIPSNetwork
from semst_tf.pretrained.segmenter import read_arrays
from semst_tf.pretrained.unit_images import unit_images

# Where torchvision's AlexNet has its five convolutions.
_ALEXNET_LAYERS = (0, 3, 6, 8, 10)


@keras.saving.register_keras_serializable(package="semst_tf")
class LPIPS(KnowsDirection, keras.metrics.Mean):
    """Learned perceptual distance of each image, averaged.

    Args:
        weights: Path of an `.npz` file with the arrays `conv0` to `conv4` and
            `lin0` to `lin4`, or a list of the paths of torchvision's AlexNet
            (`alexnet-owt-7be5be79.pth`) and of the linear layers of LPIPS
            v0.1 (`alex.pth`).
        name: string. Defaults to `"lpips"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Tensor `(batch, height, width, channels)`, colour or grey,
            as `unit_images` takes it.
        y_pred: Tensor of the same shape: the translations.

    Returns:
        `result()`: 0 for equal images.

    Raises:
        ValueError: If a file does not hold these arrays.

    Reference:
        The Unreasonable Effectiveness of Deep Features, Zhang et al. 2018.
    """

    scores = (
        Score(
            group="paired",
            key="lpips",
            heading="LPIPS",
            log_name="val_lpips",
            direction="down",
        ),
    )

    def __init__(self, weights, name="lpips", dtype=None):
        super().__init__(name=name, dtype=dtype)
        is_one = isinstance(weights, (str, os.PathLike))
        paths = [weights] if is_one else weights
        self.weights = [os.fspath(path) for path in paths]
        self._network = _load_network(self.weights)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = (
            ops.convert_to_tensor(_colour(images))
            for images in (y_true, y_pred)
        )
        if tuple(y_true.shape) != tuple(y_pred.shape):
            raise ValueError(
                "LPIPS compares images of one size. Received: "
                f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}"
            )
        distances = self._network([y_true, y_pred])
        return super().update_state(distances, sample_weight)

    def get_config(self):
        return {
            "weights": self.weights,
            "name": self.name,
            "dtype": self.dtype,
        }


def _colour(images):
    images = unit_images(images)
    if images.shape[-1] not in (1, 3):
        raise ValueError(
            "LPIPS knows grey and colour, one or three channels. "
            f"Received: shape={tuple(images.shape)}"
        )
    return ops.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images


def _load_network(paths):
    arrays = {}
    for path in paths:
        arrays.update(read_arrays(path))
    network = LPIPSNetwork()
    backbone = network.get_layer("backbone")
    for index, position in enumerate(_ALEXNET_LAYERS):
        names = (f"conv{index}", f"features.{position}")
        values = [_array(arrays, names, e, paths) for e in ("weight", "bias")]
        _set_weights(backbone.get_layer(f"conv{index}"), values, paths)
        names = (f"lin{index}", f"lin{index}.model.1")
        values = [_array(arrays, names, "weight", paths)]
        _set_weights(network.get_layer(f"lin{index}"), values, paths)
    return network


def _array(arrays, names, end, paths):
    for name in names:
        if f"{name}.{end}" in arrays:
            return np.asarray(arrays[f"{name}.{end}"], "float32")
    raise ValueError(
        f"The weights of LPIPS lack '{names[0]}.{end}'. "
        f"Received: weights={paths!r}"
    )


def _set_weights(layer, values, paths):
    values[0] = values[0].transpose(2, 3, 1, 0)
    if values[0].shape != tuple(layer.kernel.shape):
        raise ValueError(
            f"The weights of LPIPS have another shape for {layer.name!r}: "
            f"{values[0].shape}. Received: weights={paths!r}"
        )
    layer.set_weights(values)
