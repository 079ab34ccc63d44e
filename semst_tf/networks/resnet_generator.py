"""The network that translates an image."""

import keras
from keras import ops

from semst_tf.layers import BlurDownsample
from semst_tf.layers import BlurUpsample
from semst_tf.layers import Conv2D
from semst_tf.layers import LayerSequence
from semst_tf.layers import ReflectionPadding2D
from semst_tf.layers import ResidualBlock
from semst_tf.layers.convolve_in_blocks import convolve_in_blocks
from semst_tf.layers.instance_normalization import instance_normalization
from semst_tf.networks.floating_images import floating_images
from semst_tf.networks.single_scale_generator import SingleScaleGenerator
from semst_tf.networks.trace import Trace
from semst_tf.ops.crop_like import crop_like
from semst_tf.ops.initializers import seed_sequence
from semst_tf.ops.initializers import xavier_normal

# Where the parts of the stack begin and end.
_FIRST_BLOCK = 12
_HEAD = -3

_ENCODER_NAMES = (
    "padding",
    "convolution_1",
    "normalization_1",
    "activation_1",
    "convolution_2",
    "normalization_2",
    "activation_2",
    "downsampling_1",
    "convolution_3",
    "normalization_3",
    "activation_3",
    "downsampling_2",
)


@keras.saving.register_keras_serializable(package="semst_tf")
class ResNetGenerator(SingleScaleGenerator):
    """Translates images of any size; the ResNet generator of CUT.

    Two anti-aliased downsamplings, residual blocks at a quarter of the size,
    two upsamplings. Its first layers up to the last contrastive one are the
    encoder. Its parts are `encoder`, `residual_blocks`, `decoder` and `head`.

    A size that is not a multiple of 4 is padded by mirroring inside the
    network and cropped back, so that the output has the size of the input.

    Args:
        filters: int. Channels after the first convolution. Defaults to `64`.
        blocks: int. Residual blocks. Defaults to `9`.
        input_channels: int. Defaults to `3`.
        output_channels: int. Defaults to `3`.
        residual: bool. Move every pixel of the input towards black or white
            by a share that the network decides (residual output):
            `outputs = images * (1 - abs(t)) + t` for the last activation `t`
            in [-1, 1]. Training then starts near the input image, any
            output is still in reach, and none leaves [-1, 1]. Without equal
            numbers of channels the input counts by its mean, see
            `semst_tf.layers.match_channels`. Defaults to `False`, as in CUT.
        residual_output: str. How a residual output is computed: `"shift"` as
            above, or `"gain"`, see `semst_tf.networks.residual_output`.
            Defaults to `"shift"`.
        guided_radius: int or `None`. Pixels, a multiple of 4, that a guided
            filter of what is added to the input reaches: colours then change
            at edges of the input only, and places that are flat in the input
            stay flat. `None` for no filter. Defaults to `None`.
        strength: float. Blend strength of a residual output, from 0 (the
            input) to 1 (the full output). Defaults to `1.0`.
        feature_layers: Sequence of int, or `None`. Increasing indices of
            layers, as the CUT family counts them, none behind the last
            residual block, of the contrastive features. Defaults to
            `(0, 4, 8, 12, 16)` for 9 blocks, and to `(0, 4, 8, first block,
            middle block)` for any other number.
        seed: int or `None`. Seed of the initial weights.
        palette: int or `None`. Compute every pixel as a mixture of so many
            colours, those of the target, which `take_palette` takes; for
            targets of few flat colours. Not with a residual output or a
            guided filter. `None` for free colours. Defaults to `None`.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        images: Tensor `(batch, height, width, input_channels)`, values in
            [-1, 1].
        return_features: bool. Return `(outputs, features)`, the features
            being what `encode(images)` gives. Defaults to `False`.

    Returns:
        Float32 tensor `(batch, height, width, output_channels)` in [-1, 1].

    Raises:
        ValueError: If a number is not positive, or a feature layer does not
            exist in the encoder.

    Example:

    >>> generator = ResNetGenerator(filters=8, blocks=2)
    >>> generator(keras.ops.zeros((1, 30, 45, 3))).shape
    (1, 30, 45, 3)

    Reference:
        CUT, Park et al. 2020 (`resnet_9blocks`, instance norm, anti-aliased);
        `residual`, `residual_output`, `guided_radius` and `palette` are
        semst_tf design.
    """

    stride = 4
    minimum_size = 8

    def __init__(
        self,
        filters=64,
        blocks=9,
        input_channels=3,
        output_channels=3,
        residual=False,
        residual_output="shift",
        guided_radius=None,
        strength=1.0,
        feature_layers=None,
        seed=None,
        palette=None,
        **kwargs,
    ):
        super().__init__(
            filters,
            blocks,
            input_channels,
            output_channels,
            residual,
            residual_output,
            guided_radius,
            strength,
            seed,
            palette,
            **kwargs,
        )
        self.feature_layers = _checked_feature_layers(feature_layers, blocks)
        seeds = seed_sequence(seed)
        self.stack = [
            ReflectionPadding2D(3, dtype=self.dtype_policy),
            *self._convolution(filters, 7, "valid", next(seeds)),
            *self._convolution(2 * filters, 3, "same", next(seeds)),
            BlurDownsample(dtype=self.dtype_policy),
            *self._convolution(4 * filters, 3, "same", next(seeds)),
            BlurDownsample(dtype=self.dtype_policy),
            *[
                ResidualBlock(
                    4 * filters, seed=next(seeds), dtype=self.dtype_policy
                )
                for _ in range(blocks)
            ],
            BlurUpsample(dtype=self.dtype_policy),
            *self._convolution(2 * filters, 3, "same", next(seeds)),
            BlurUpsample(dtype=self.dtype_policy),
            *self._convolution(filters, 3, "same", next(seeds)),
            ReflectionPadding2D(3, dtype=self.dtype_policy),
            Conv2D(
                self.head_channels,
                7,
                kernel_initializer=xavier_normal(seed=next(seeds)),
                dtype=self.dtype_policy,
            ),
            # In float32 under every policy: half precision would quantise
            # the image itself.
            keras.layers.Activation(self.head_activation, dtype="float32"),
        ]
        self.build((None, None, None, input_channels))
        self.begin_gently(self.head[1].kernel)

    def _convolution(self, filters, kernel_size, padding, seed):
        return [
            Conv2D(
                filters,
                kernel_size,
                padding=padding,
                kernel_initializer=xavier_normal(seed=seed),
                dtype=self.dtype_policy,
            ),
            instance_normalization(dtype=self.dtype_policy),
            keras.layers.ReLU(dtype=self.dtype_policy),
        ]

    @property
    def output_bias(self):
        """Variable that a tanh turns into the colour of the output."""
        return self.head[1].bias

    @property
    def encoder(self):
        """The layers in front of the residual blocks."""
        return LayerSequence(self.stack[:_FIRST_BLOCK])

    @property
    def residual_blocks(self):
        """The residual blocks, at a quarter of the size."""
        return LayerSequence(
            self.stack[_FIRST_BLOCK : _FIRST_BLOCK + self.blocks]
        )

    @property
    def decoder(self):
        """The layers from the residual blocks to the last activation."""
        return LayerSequence(self.stack[_FIRST_BLOCK + self.blocks : _HEAD])

    @property
    def head(self):
        """Padding, convolution and activation that make the image."""
        return LayerSequence(self.stack[_HEAD:])

    @property
    def feature_channels(self):
        """Channels of each contrastive feature, in order."""
        shape = (None, None, None, self.input_channels)
        channels = []
        for index in range(self.feature_layers[-1] + 1):
            shape = self.stack[index].compute_output_shape(shape)
            if index in self.feature_layers:
                channels.append(shape[-1])
        return tuple(channels)

    @property
    def feature_names(self):
        """Names of the contrastive features, in order.

        `"encoder/padding"` is the padded image, `"encoder/convolution_2"` a
        convolution before its normalisation, `"encoder/block_1"` the output
        of the first residual block.
        """
        return tuple(
            "encoder/"
            + (
                _ENCODER_NAMES[index]
                if index < _FIRST_BLOCK
                else f"block_{index - _FIRST_BLOCK + 1}"
            )
            for index in self.feature_layers
        )

    def build(self, input_shape):
        self.pad.build(input_shape)
        shape = input_shape
        for layer in self.stack:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def trace(self, images):
        """Translates images and returns what was computed on the way.

        Args:
            images: As in the call.

        Returns:
            `Trace` of the outputs, the dict that `features` gives, and the
            last activation before the head, `(batch, height, width,
            filters)`.
        """
        # Cast here and not by Keras: what is added to the input at the end
        # is added in full precision.
        inputs = floating_images(images, self.compute_dtype)
        features = {}
        hidden = self._run(self.pad(inputs), self.stack[:_HEAD], features)
        outputs = self.finished(images, self.run_head(hidden))
        return Trace(outputs, features, crop_like(hidden, images))

    def run_head(self, hidden):
        """Runs the head, its convolution in the fastest way.

        Args:
            hidden: Last activation, `(batch, height, width, filters)`.

        Returns:
            Float32 tensor `(batch, height, width, head_channels)`; in [-1, 1]
            but for a residual output with a gain, and a palette.
        """
        pad, convolution, activation = self.head
        padded = pad(hidden)
        if self.head_channels > 4:
            return activation(convolution(padded))
        kernel, bias = (
            ops.cast(weight, self.compute_dtype)
            for weight in (convolution.kernel, convolution.bias)
        )
        return activation(convolve_in_blocks(padded, kernel, bias))

    def features(self, images):
        """Returns the contrastive features of images by name.

        Runs the encoder only, which is about half of the network.

        Args:
            images: As in the call.

        Returns:
            Dict from `feature_names` to tensors `(batch, height, width,
            channels)`. With the default layers the first is the padded image
            itself, two are convolutions before their normalisation, the last
            ones outputs of residual blocks. Sizes follow the padded image.
        """
        images = floating_images(images, self.compute_dtype)
        features = {}
        layers = self.stack[: self.feature_layers[-1] + 1]
        self._run(self.pad(images), layers, features)
        return features

    def _run(self, outputs, layers, features):
        names = dict(zip(self.feature_layers, self.feature_names))
        for index, layer in enumerate(layers):
            outputs = layer(outputs)
            if index in names:
                features[names[index]] = outputs
        return outputs

    def get_config(self):
        return {
            **super().get_config(),
            "feature_layers": list(self.feature_layers),
        }


def _checked_feature_layers(layers, blocks):
    last = _FIRST_BLOCK + blocks - 1
    if layers is None:
        middle = _FIRST_BLOCK + (blocks - 1) // 2
        return tuple(sorted({0, 4, 8, _FIRST_BLOCK, middle}))
    layers = tuple(layers)
    increasing = layers == tuple(sorted(set(layers)))
    if not layers or not increasing or layers[0] < 0 or layers[-1] > last:
        raise ValueError(
            "`feature_layers` must be increasing layer indices from 0 to the "
            f"last residual block, which is {last} with {blocks} blocks. "
            f"Received: feature_layers={layers}"
        )
    return layers
