"""What the importers of generator and discriminator share."""

import os

import numpy as np

from semst_tf.pretrained.torch_file import read_torch_file

# The fixed blur filters of CUT by their size; the product of the larger one
# with itself sums to 4 because upsampling spreads each pixel over four.
_BLURS = {
    3: np.outer([1, 2, 1], [1, 2, 1]) / 16,
    4: np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16,
}


class CUTStateDict:
    """The tensors of one network of the CUT family.

    Args:
        path: string or path. A file such as `latest_net_G.pth`.
        network: string. What the file should hold, for error messages.

    Raises:
        ValueError: The file cannot be read, or its network has no
            anti-aliasing.

    Reference:
        CUT, Park et al. 2020.
    """

    def __init__(self, path, network):
        self.path = os.fspath(path)
        self.network = network
        self.tensors = read_torch_file(path)
        self.blur_count = sum(name.endswith(".filt") for name in self.tensors)
        if not self.blur_count:
            raise self._error(
                "it has no blur filters; only the anti-aliased variant is "
                "supported, not networks trained with `--no_antialias`."
            )

    def kernel_shape(self, name):
        """Returns the shape `(out, in, height, width)` of a convolution.

        Args:
            name: string. Name of the convolution, such as `"model.1"`.

        Raises:
            ValueError: There is no such convolution.
        """
        kernel = self.tensors.get(f"{name}.weight")
        if kernel is None or kernel.ndim != 4:
            raise self._error(f"`{name}.weight` is not a convolution kernel.")
        return kernel.shape

    def check(self, kernels, blurs):
        """Checks that the file holds these layers and no others.

        Args:
            kernels: dict of string to tuple. Kernel shape of each convolution.
            blurs: dict of string to tuple. Channels and filter size of each
                blur.

        Raises:
            ValueError: Names what is missing, unexpected or of another shape.
        """
        shapes = {}
        for name, shape in kernels.items():
            shapes[f"{name}.weight"] = shape
            shapes[f"{name}.bias"] = shape[:1]
        for name, (channels, size) in blurs.items():
            shapes[f"{name}.filt"] = (channels, 1, size, size)
        self._check_names(shapes)
        self._check_shapes(shapes)
        self._check_blurs(blurs)

    def keras_weights(self, names):
        """Returns kernels and biases in the order and layout of Keras.

        Args:
            names: iterable of string. The convolutions in order.

        Returns:
            list of float32 arrays: `(height, width, in, out)`, `(out,)`, ...
        """
        weights = []
        for name in names:
            kernel = self.tensors[f"{name}.weight"]
            weights.append(kernel.transpose(2, 3, 1, 0).astype("float32"))
            weights.append(self.tensors[f"{name}.bias"].astype("float32"))
        return weights

    def _check_names(self, shapes):
        missing = [name for name in shapes if name not in self.tensors]
        unexpected = [name for name in self.tensors if name not in shapes]
        if missing or unexpected:
            raise self._error(
                f"missing tensors: {_list(missing)}; unexpected tensors: "
                f"{_list(unexpected)}. Only the anti-aliased variant with "
                "instance normalisation and without dropout is supported."
            )

    def _check_shapes(self, shapes):
        for name, shape in shapes.items():
            if self.tensors[name].shape != shape:
                raise self._error(
                    f"`{name}` should have shape {shape} and has "
                    f"{self.tensors[name].shape}."
                )

    def _check_blurs(self, blurs):
        for name, (_, size) in blurs.items():
            blur = self.tensors[f"{name}.filt"].astype("float64")
            if not np.allclose(blur, _BLURS[size], atol=1e-6):
                raise self._error(f"`{name}.filt` is another blur filter.")

    def _error(self, detail):
        return ValueError(
            f"This file does not hold a {self.network} of the CUT family: "
            f"{detail} Received: path={self.path!r}"
        )


def _list(names, most=5):
    if not names:
        return "none"
    shown = ", ".join(name[:80] for name in names[:most])
    return (
        shown if len(names) <= most else f"{shown} and {len(names) - most} more"
    )
