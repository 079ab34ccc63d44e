"""Any Keras model as the generator of a translator."""

import keras
from keras import ops

from semst_tf.layers import PadToMultiple
from semst_tf.networks.floating_images import floating_images
from semst_tf.networks.trace import Trace
from semst_tf.ops.crop_like import crop_like
from semst_tf.ops.private_api import last_layer

_NEVER_NEGATIVE = ("sigmoid", "hard_sigmoid", "relu", "relu6", "softmax")
"""Activations behind which no image is darker than grey."""

_TRIED_SIZE = 64
_FACTORS = (1, 2, 3, 4, 6, 8, 16, 32, 64)


@keras.saving.register_keras_serializable(package="semst_tf")
class KerasGenerator(keras.Model):
    """A functional Keras model with named contrastive features.

    What `SemST` expects of a generator, beside translating: `features`, which
    runs as much of the network as the features need, `trace`, which also
    translates, `feature_names`, `feature_channels`, `single_scale` and the
    channels of both sides. A network of another kind may offer these itself.

    Args:
        network: Functional or sequential `keras.Model` that maps images
            `(batch, height, width, input_channels)` in [-1, 1] to images of
            the same height and width in [-1, 1], for instance by a last
            activation `"tanh"`.
        features: Sequence of str. Names of the layers whose outputs, maps
            `(batch, rows, columns, channels)`, the contrastive loss compares
            between images and translations, in the order in which they are
            computed. `contrastive.duplicate_threshold` applies to layers
            whose names begin with `block_`.
        stride: int. What height and width must be a multiple of for the
            network to keep them. Other images are mirrored at their ends up
            to one, and cropped back. A multiple of it is taken if the layers
            tell that the network asks for one. Defaults to `1`.
        minimum_size: int. Smallest height and width for the network, up to
            which images are mirrored too. Defaults to `stride`.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        images: Tensor `(batch, height, width, input_channels)`.
        return_features: bool. Return `(outputs, features)`, the features
            being what `encode(images)` gives. Defaults to `False`.

    Returns:
        Float32 tensor `(batch, height, width, output_channels)`.

    Raises:
        ValueError: If the network is not functional, has no layer of a
            name, or does not map images to images of their size.

    Example:

    ```python
    generator = KerasGenerator(my_model, features=["stem", "block_3"])
    model = SemST(semst_tf.preset_config("cut"), generator=generator)
    ```
    """

    def __init__(
        self, network, features, stride=1, minimum_size=None, **kwargs
    ):
        kwargs.setdefault("dtype", network.dtype_policy)
        super().__init__(**kwargs)
        self.autocast = False
        shapes = _image_shapes(network)
        self.network = network
        self.layer_names = _checked_names(network, features)
        self.input_channels, self.output_channels = (s[-1] for s in shapes)
        self.stride = _fitting_stride(network, stride, minimum_size or stride)
        self.minimum_size = minimum_size or self.stride
        minimum = -(-self.minimum_size // self.stride) * self.stride
        self.pad = PadToMultiple(self.stride, minimum, dtype="float32")
        maps = [network.get_layer(name).output for name in self.layer_names]
        self.feature_channels = tuple(map_.shape[-1] for map_ in maps)
        # Behind functions, because the layers in them are the network's.
        encoder = keras.Model(network.inputs[0], maps)
        both = keras.Model(network.inputs[0], [network.outputs[0], *maps])
        self._encode = lambda images: _list(encoder(images))
        self._translate_and_encode = lambda images: both(images)
        self.built = True

    @property
    def feature_names(self):
        """Names of the contrastive features, in order."""
        return tuple(f"encoder/{name}" for name in self.layer_names)

    def single_scale(self):
        """Returns the generator that works at one scale: this one."""
        return self

    def call(self, images, return_features=False):
        images = floating_images(images, "float32")
        padded = self._padded(images)
        if not return_features:
            return self._cropped(self.network(padded), images)
        outputs, *features = self._translate_and_encode(padded)
        return self._cropped(outputs, images), features

    def _padded(self, images):
        return images if self.pad.minimum == 1 else self.pad(images)

    def _cropped(self, outputs, images):
        outputs = ops.cast(outputs, "float32")
        return outputs if self.pad.minimum == 1 else crop_like(outputs, images)

    def trace(self, images):
        """Translates images and returns what was computed on the way.

        Args:
            images: As in the call.

        Returns:
            `Trace` of the outputs, the dict that `features` gives, and the
            deepest of the features.
        """
        outputs, features = self(images, return_features=True)
        named = dict(zip(self.feature_names, features))
        return Trace(outputs, named, features[-1])

    def encode(self, images):
        """Returns the contrastive features of images as a list."""
        images = floating_images(images, "float32")
        return self._encode(self._padded(images))

    def features(self, images):
        """Returns the contrastive features of images, a dict by name."""
        return dict(zip(self.feature_names, self.encode(images)))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.output_channels)

    def get_config(self):
        return {
            **super().get_config(),
            "network": keras.saving.serialize_keras_object(self.network),
            "features": list(self.layer_names),
            "stride": self.stride,
            "minimum_size": self.minimum_size,
        }

    @classmethod
    def from_config(cls, config):
        network = keras.saving.deserialize_keras_object(config["network"])
        dtype = config.get("dtype")
        if isinstance(dtype, dict):
            dtype = keras.saving.deserialize_keras_object(dtype)
        return cls(**{**config, "network": network, "dtype": dtype})


def _image_shapes(network):
    """Shapes of what goes in and comes out."""
    try:
        shapes = [(*network.inputs[0].shape,), (*network.outputs[0].shape,)]
        count = len(network.inputs) + len(network.outputs)
    except (AttributeError, TypeError, IndexError) as error:
        raise ValueError(
            "`network` must be a functional or sequential Keras model that "
            "knows its inputs; another one offers `features`, `trace`, "
            "`feature_names` and the channels itself. "
            f"Received: network={network!r}"
        ) from error
    image = all(len(s) == 4 and s[-1] is not None for s in shapes)
    if count != 2 or not image or shapes[0][1:3] != shapes[1][1:3]:
        raise ValueError(
            "`network` must map images (batch, height, width, channels) to "
            "images of the same size, with one input and one output. "
            f"Received: inputs and outputs of {shapes}"
        )
    activation = getattr(last_layer(network), "activation", None)
    name = getattr(activation, "__name__", "")
    if name in _NEVER_NEGATIVE:
        raise ValueError(
            "`network` must reach all of [-1, 1], for instance by the "
            "activation 'tanh' of its last layer; behind 'sigmoid' add "
            "`keras.layers.Rescaling(2.0, -1.0)`. "
            f"Received: a last activation {name!r}"
        )
    return shapes


def _fitting_stride(network, stride, minimum):
    """The stride, or the smallest multiple that the network asks for."""
    for factor in _FACTORS:
        found = _changed_size(network, stride * factor, minimum)
        if found is None:
            return stride * factor
    raise ValueError(
        "`stride` must be what height and width are a multiple of for the "
        "network to keep them, as 4 behind two convolutions of strides 2. "
        f"Received: stride={stride}, and a network that makes {found}"
    )


def _changed_size(network, stride, minimum):
    """Says how multiples of a stride change, or `None` if they do not."""
    shape = network.inputs[0].shape
    if None not in shape[1:3]:
        return None
    least = -(-max(_TRIED_SIZE, minimum) // stride) * stride
    for size in (least + stride, least + 2 * stride):
        given = [side or size for side in shape[1:3]]
        try:
            found = network.compute_output_shape((1, *given, shape[-1]))
        except Exception:  # Layers of all kinds, which may know no shapes.
            return None
        if None not in found[1:3] and list(found[1:3]) != given:
            return f"{found[1]}x{found[2]} of {given[0]}x{given[1]}"
    return None


def _checked_names(network, names):
    names = tuple(names)
    maps = {
        layer.name
        for layer in network.layers
        if len(getattr(getattr(layer, "output", None), "shape", ())) == 4
    }
    unknown = [name for name in names if name not in maps]
    if unknown or not names or isinstance(names, str):
        raise ValueError(
            "`features` must name layers of the network whose outputs are "
            f"maps; there are {', '.join(sorted(maps))}. "
            f"Received: features={list(names)}"
        )
    return names


def _list(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
