"""Imports generators of the CUT family."""

import re

from semst_tf.importers.cut_state_dict import CUTStateDict
from semst_tf.networks import ResNetGenerator


def cut_generator(path):
    """Makes a `ResNetGenerator` from a PyTorch checkpoint of the CUT family.

    Number of filters, of residual blocks and of channels come from the
    tensors. PyTorch is not needed and nothing in the file is executed.

    Args:
        path: string or path. A `latest_net_G.pth` of CUT, FastCUT or a method
            that kept their generator (`resnet_*blocks`, instance
            normalisation, anti-aliased, no dropout), in the zip format of
            `torch.save` or in the one before it.

    Returns:
        `ResNetGenerator` with the weights of the file.

    Raises:
        ValueError: The file cannot be read, or holds another network; the
            message names the tensors that differ.

    Example:

    ```python
    generator = semst_tf.importers.cut_generator("latest_net_G.pth")
    translated = generator(images)  # (batch, height, width, 3) in [-1, 1]
    ```

    Reference:
        CUT, Park et al. 2020.
    """
    state = CUTStateDict(path, "generator")
    pattern = re.compile(r"model\.\d+\.conv_block\.1\.weight")
    blocks = sum(bool(pattern.fullmatch(name)) for name in state.tensors)
    filters, input_channels = state.kernel_shape("model.1")[:2]
    output_channels = state.kernel_shape(f"model.{21 + blocks}")[0]

    kernels = _kernels(filters, blocks, input_channels, output_channels)
    state.check(kernels, _blurs(filters, blocks))
    generator = ResNetGenerator(
        filters=filters,
        blocks=blocks,
        input_channels=input_channels,
        output_channels=output_channels,
    )
    generator.set_weights(state.keras_weights(kernels))
    return generator


def _kernels(filters, blocks, input_channels, output_channels):
    first, up = 12, 12 + blocks
    wide = 4 * filters
    kernels = {
        "model.1": (filters, input_channels, 7, 7),
        "model.4": (2 * filters, filters, 3, 3),
        "model.8": (wide, 2 * filters, 3, 3),
    }
    for block in range(first, up):
        for layer in (1, 5):
            kernels[f"model.{block}.conv_block.{layer}"] = (wide, wide, 3, 3)
    kernels[f"model.{up + 1}"] = (2 * filters, wide, 3, 3)
    kernels[f"model.{up + 5}"] = (filters, 2 * filters, 3, 3)
    kernels[f"model.{up + 9}"] = (output_channels, filters, 7, 7)
    return kernels


def _blurs(filters, blocks):
    up = 12 + blocks
    return {
        "model.7": (2 * filters, 3),
        "model.11": (4 * filters, 3),
        f"model.{up}": (4 * filters, 4),
        f"model.{up + 4}": (2 * filters, 4),
    }
