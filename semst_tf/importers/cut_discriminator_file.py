"""Imports discriminators of the CUT family."""

from semst_tf.importers.cut_state_dict import CUTStateDict
from semst_tf.networks import PatchDiscriminator


def cut_discriminator(path):
    """Makes a `PatchDiscriminator` from a PyTorch checkpoint of the CUT family.

    Number of filters, of layers and of channels come from the tensors.
    PyTorch is not needed and nothing in the file is executed.

    Args:
        path: string or path. A `latest_net_D.pth` of CUT, FastCUT or a method
            that kept their discriminator (`basic` or `n_layers`, instance
            normalisation, anti-aliased), in the zip format of `torch.save` or
            in the one before it.

    Returns:
        `PatchDiscriminator` with the weights of the file.

    Raises:
        ValueError: The file cannot be read, or holds another network; the
            message names the tensors that differ.

    Example:

    ```python
    discriminator = semst_tf.importers.cut_discriminator("latest_net_D.pth")
    scores = discriminator(images)  # (batch, rows, columns, 1)
    ```

    Reference:
        CUT, Park et al. 2020.
    """
    state = CUTStateDict(path, "discriminator")
    layers = state.blur_count
    filters, input_channels = state.kernel_shape("model.0")[:2]

    kernels = _kernels(filters, layers, input_channels)
    state.check(kernels, _blurs(filters, layers))
    discriminator = PatchDiscriminator(
        filters=filters, layers=layers, input_channels=input_channels
    )
    discriminator.set_weights(state.keras_weights(kernels))
    return discriminator


def _kernels(filters, layers, input_channels):
    channels = [_channels(filters, depth) for depth in range(layers + 1)]
    kernels = {"model.0": (filters, input_channels, 4, 4)}
    for depth in range(1, layers + 1):
        shape = (channels[depth], channels[depth - 1], 4, 4)
        kernels[f"model.{4 * depth - 1}"] = shape
    kernels[f"model.{4 * layers + 2}"] = (1, channels[layers], 4, 4)
    return kernels


def _blurs(filters, layers):
    return {
        f"model.{4 * depth + 2}": (_channels(filters, depth), 3)
        for depth in range(layers)
    }


def _channels(filters, depth):
    return filters * 2 ** min(depth, 3)
