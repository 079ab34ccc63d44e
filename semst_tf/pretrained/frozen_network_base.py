"""What every frozen network offers: feature maps by name."""

import abc

import keras
from keras import ops

from semst_tf.layers.match_channels import match_channels
from semst_tf.ops.require_images import require_images
from semst_tf.pretrained.unit_images import unit_images


class FrozenNetwork(abc.ABC):
    """Base of pretrained networks that are read and never trained.

    Its weights are constants of the computation and no Keras variables: a
    model that uses a frozen network has them neither in its trainable
    variables nor in its checkpoints and saved models. Gradients flow through
    it into the images. It is no Keras layer, so that a layer or model may keep
    it as an attribute.

    Subclasses set `names`, `channels` and `strides` and write `_compute`.

    Args:
        dtype: str. What the network computes in. Features are float32 all the
            same. Defaults to `"float32"`, whatever the precision policy is:
            half precision was measured to be slower on processors.

    Attributes:
        names: Tuple of str. What `features` returns by default, finest first.
        channels: Dict from every name that can be asked for to its channels.
        strides: Dict from every name to its stride: a map has
            `ceil(size / stride)` rows or columns.
        value_range: Pair of float. Values that images have. Always
            `(-1.0, 1.0)`; networks of other habits convert inside.
        input_channels: int. Channels that the network looks at, 3.
    """

    value_range = (-1.0, 1.0)
    input_channels = 3
    names = ()
    channels = {}
    strides = {}

    def __init__(self, dtype="float32"):
        self.dtype = dtype

    def features(self, images, names=None):
        """Returns feature maps of images.

        Args:
            images: Tensor `(batch, height, width, channels)`, values in
                [-1, 1]; `uint8` and `uint16` are brought there. One channel
                is repeated to three; other numbers than three are
                interpolated along the channels, as
                `semst_tf.layers.match_channels.match_channels` does.
            names: Iterable of str. What is wanted; no deeper layer than
                needed is computed. Defaults to `None`, the tuple `names` of
                the network.

        Returns:
            Dict from name to float32 tensor
            `(batch, ceil(height / stride), ceil(width / stride), channels)`,
            in the order of `names`.

        Raises:
            ValueError: If a name is unknown or `images` is no batch of images.
        """
        names = tuple(self.names if names is None else names)
        self.check_names(names)
        require_images(images)
        if not names:
            return {}
        if "float" not in keras.backend.standardize_dtype(images.dtype):
            images = unit_images(images)
        images = match_channels(images, self.input_channels)
        maps = self._compute(ops.cast(images, self.dtype), names)
        return {name: ops.cast(maps[name], "float32") for name in names}

    def check_names(self, names):
        """Raises a `ValueError` that lists all names if one is unknown."""
        for name in names:
            if name not in self.channels:
                raise ValueError(
                    f"{type(self).__name__} has no features of this name, but "
                    f"{', '.join(self.channels)}. Received: {name!r}"
                )

    @abc.abstractmethod
    def _compute(self, images, names):
        """Feature maps by name; `images` has the right channels and dtype."""

    def get_config(self):
        return {"dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
