"""EfficientNet-Lite0: the small ImageNet network that ships."""

import functools
import pathlib

import keras
import numpy as np
from keras import ops

from semst_tf.pretrained.frozen_network_base import FrozenNetwork

_WEIGHTS = pathlib.Path(__file__).parent / "weights" / "efficientnet_lite0.npz"
_EPSILON = 1e-3
# Repeats, stride of the first block, and whether channels are expanded.
_STAGES = (
    (1, 1, False),
    (2, 2, True),
    (2, 2, True),
    (3, 2, True),
    (3, 1, True),
    (4, 2, True),
    (1, 1, True),
)
_BLOCK_OF_STRIDE = {2: 0, 4: 2, 8: 4, 16: 10, 32: 15}


@keras.saving.register_keras_serializable(package="semst_tf")
class EfficientNetLite0(FrozenNetwork):
    """Standardised feature maps of EfficientNet-Lite0, trained on ImageNet.

    Features are the outputs of blocks, before any activation: `"stride_2"`,
    `"stride_4"`, `"stride_8"`, `"stride_16"` and `"stride_32"` are the last
    blocks of that stride (0, 2, 4, 10 and 15, with 16, 24, 40, 112 and 320
    channels); `"block_0"` to `"block_15"` are all of them. Images may have any
    height and width.

    Every channel is standardised by what the batch normalisations that make it
    say about ImageNet: their offsets and squared scales, added up along the
    skip connections of the stage. So no images have to be measured, and the
    result does not depend on other images.

    Args:
        standardize: bool. `False` for the outputs of the blocks as they are.
            Defaults to `True`.
        dtype: str. What it computes in. Defaults to `"float32"`.

    Attributes:
        stem: Kernel and bias of the first convolution.
        blocks: List of dicts from `"expand"`, `"depthwise"` and `"project"` to
            kernel and bias, with stride, skip and statistics of each block.

    Example:

    >>> network = semst_tf.pretrained.EfficientNetLite0()
    >>> features = network.features(images, ["stride_8", "stride_16"])
    >>> features["stride_8"].shape  # of images of 128 x 128
    (1, 16, 16, 40)

    Reference:
        EfficientNet, Tan and Le 2019; the Lite variant and its weights are
        Google's (Apache-2.0, see `weights/efficientnet_lite0.md`). As
        features of a discriminator: Projected GANs, Sauer et al. 2021. The
        standardisation is semst_tf's.
    """

    names = tuple(f"stride_{stride}" for stride in _BLOCK_OF_STRIDE)

    def __init__(self, standardize=True, dtype="float32"):
        super().__init__(dtype)
        self.standardize = standardize
        self.stem, self.blocks = _network()
        self._block_of = {
            f"stride_{stride}": block
            for stride, block in _BLOCK_OF_STRIDE.items()
        }
        self._block_of |= {
            f"block_{block}": block for block in range(len(self.blocks))
        }
        self.channels = {
            name: len(self.blocks[block]["mean"])
            for name, block in self._block_of.items()
        }
        self.strides = {
            name: self.blocks[block]["total_stride"]
            for name, block in self._block_of.items()
        }

    def _compute(self, images, names):
        deepest = max(self._block_of[name] for name in names)
        maps = _relu6(self._convolve(images, self.stem, strides=2))
        outputs = []
        for block in self.blocks[: deepest + 1]:
            maps = self._block(maps, block)
            outputs.append(maps)
        return {name: self._finished(outputs, name) for name in names}

    def _block(self, inputs, block):
        maps = inputs
        if "expand" in block:
            maps = _relu6(self._convolve(maps, block["expand"]))
        maps = self._convolve(
            maps, block["depthwise"], block["stride"], ops.depthwise_conv
        )
        maps = self._convolve(_relu6(maps), block["project"])
        return maps + inputs if block["skip"] else maps

    def _convolve(self, maps, weights, strides=1, convolution=ops.conv):
        kernel, bias = (
            ops.convert_to_tensor(values, self.dtype) for values in weights
        )
        return convolution(maps, kernel, strides, padding="same") + bias

    def _finished(self, outputs, name):
        block = self._block_of[name]
        maps = ops.cast(outputs[block], "float32")
        if not self.standardize:
            return maps
        mean, deviation = (
            ops.convert_to_tensor(self.blocks[block][key], "float32")
            for key in ("mean", "deviation")
        )
        return (maps - mean) / deviation

    def get_config(self):
        return {**super().get_config(), "standardize": self.standardize}


def _relu6(maps):
    return ops.clip(maps, 0.0, 6.0)


@functools.cache
def _network():
    """Kernels and biases of stem and blocks, batch normalisation folded in."""
    with np.load(_WEIGHTS, allow_pickle=False) as file:
        arrays = {name: file[name].astype("float32") for name in file}
    blocks, total_stride = [], 2
    for repeats, stride, expanded in _STAGES:
        total_stride *= stride
        for repeat in range(repeats):
            prefix = f"_blocks.{len(blocks)}"
            norm = f"{prefix}._bn2"
            mean = arrays[f"{norm}.bias"]
            variance = np.square(arrays[f"{norm}.weight"])
            if repeat:
                # A sum of uncorrelated maps.
                mean = mean + blocks[-1]["mean"]
                variance = variance + np.square(blocks[-1]["deviation"])
            block = {
                "stride": 1 if repeat else stride,
                "total_stride": total_stride,
                "skip": repeat > 0,
                "depthwise": _folded(
                    arrays, f"{prefix}._depthwise_conv", f"{prefix}._bn1", True
                ),
                "project": _folded(arrays, f"{prefix}._project_conv", norm),
                "mean": mean,
                "deviation": np.sqrt(variance + 1e-6),
            }
            if expanded:
                block["expand"] = _folded(
                    arrays, f"{prefix}._expand_conv", f"{prefix}._bn0"
                )
            blocks.append(block)
    return _folded(arrays, "_conv_stem", "_bn0"), blocks


def _folded(arrays, convolution, norm, depthwise=False):
    scale, offset, mean, variance = (
        arrays[f"{norm}.{name}"]
        for name in ("weight", "bias", "running_mean", "running_var")
    )
    scale = scale / np.sqrt(variance + _EPSILON)
    kernel = arrays[f"{convolution}.weight"] * scale[:, None, None, None]
    # From (out, in, height, width); of a depthwise one, `in` is 1 and `out`
    # are the channels.
    axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
    kernel = np.ascontiguousarray(kernel.transpose(axes))
    return kernel, offset - mean * scale
