"""A small network that translates in real time."""

import keras
from keras import ops

from semst_tf.layers import BlurUpsample
from semst_tf.layers import PlainResidualBlock
from semst_tf.layers import SmoothPixelShuffle
from semst_tf.networks.floating_images import floating_images
from semst_tf.networks.single_scale_generator import SingleScaleGenerator
from semst_tf.networks.trace import Trace
from semst_tf.ops.initializers import he_normal
from semst_tf.ops.initializers import seed_sequence
from semst_tf.ops.initializers import xavier_normal

_WIDTHS = (1, 2, 4)
"""Channels at strides 2, 4 and 8, in filters."""


@keras.saving.register_keras_serializable(package="semst_tf")
class FastGenerator(SingleScaleGenerator):
    """Translates images of any size, about a hundred times faster than CUT's.

    Three convolutions of stride 2, from the very first on; residual blocks
    at an eighth of the size; two upsamplings, each with the activations of
    its size from the way down added; and a head at half the size that makes
    2 x 2 pixels at once. What is finer than that comes from the input itself,
    through the residual output.

    Operators were chosen by measuring them (`docs/fast.md`): zero padding,
    no normalisation, few channels where maps are large. Without statistics
    of the image, what an output pixel is depends on the `margin` pixels
    around it only, and a tile or a frame is translated as it would be in any
    other image.

    A size that is not a multiple of 8 is padded by mirroring inside the
    network and cropped back, so that the output has the size of the input.

    Args:
        filters: int. Channels after the first convolution, at half the size;
            there are twice and four times as many at a quarter and an eighth.
            Defaults to `16`.
        blocks: int. Residual blocks at an eighth of the size. Defaults to
            `4`.
        input_channels: int. Defaults to `3`.
        output_channels: int. Defaults to `3`.
        residual: bool. Residual output, as in
            `semst_tf.networks.ResNetGenerator`. Defaults to `True`.
        residual_output: str. `"shift"` or `"gain"`, as there. Defaults to
            `"shift"`.
        guided_radius: int or `None`. Of a guided filter, as there. Defaults
            to `None`.
        strength: float. Blend strength of a residual output, from 0 to 1.
            Defaults to `1.0`.
        seed: int or `None`. Seed of the initial weights.
        palette: int or `None`. Colours that pixels are mixed of, as there.
            Defaults to `None`.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        images: Tensor `(batch, height, width, input_channels)`, values in
            [-1, 1].
        return_features: bool. Return `(outputs, features)`, the features
            being what `encode(images)` gives. Defaults to `False`.

    Returns:
        Float32 tensor `(batch, height, width, output_channels)` in [-1, 1].

    Raises:
        ValueError: If a number is not positive, or `strength` means nothing.

    Example:

    >>> generator = FastGenerator(filters=8, blocks=2)
    >>> generator(keras.ops.zeros((1, 30, 45, 3))).shape
    (1, 30, 45, 3)

    Reference:
        semst_tf design; small networks that learn from slow translators:
        REGEN and HyPER-GAN.
    """

    stride = 8
    minimum_size = 8

    def __init__(
        self,
        filters=16,
        blocks=4,
        input_channels=3,
        output_channels=3,
        residual=True,
        residual_output="shift",
        guided_radius=None,
        strength=1.0,
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
        seeds = seed_sequence(seed)
        widths = [width * filters for width in _WIDTHS]

        self.downsampling = [
            self._convolution(width, 3, next(seeds), "relu", strides=2)
            for width in widths
        ]
        self.residual_blocks = [
            PlainResidualBlock(
                widths[-1], seed=next(seeds), dtype=self.dtype_policy
            )
            for _ in range(blocks)
        ]
        # Fewer channels before the map grows, not after.
        self.narrowing = [
            self._convolution(width, 1, next(seeds)) for width in widths[-2::-1]
        ]
        self.upsample = BlurUpsample(dtype=self.dtype_policy)
        self.merging = [
            self._convolution(width, 3, next(seeds), "relu")
            for width in widths[-2::-1]
        ]
        self.head = self._full_size_layers(next(seeds))
        self.output_bias = self.add_weight(
            shape=(self.head_channels,),
            initializer="zeros",
            name="output_bias",
        )
        # In float32 under every policy: half precision would quantise the
        # image itself.
        self.activation = keras.layers.Activation(
            self.head_activation, dtype="float32"
        )
        self.build((None, None, None, input_channels))
        self.begin_gently(self.head[0].kernel)

    def _full_size_layers(self, seed):
        """Layers from the last map, half as large, to the image."""
        return [
            keras.layers.Conv2D(
                4 * self.head_channels,
                3,
                padding="same",
                use_bias=False,
                kernel_initializer=xavier_normal(seed=seed),
                dtype=self.dtype_policy,
            ),
            SmoothPixelShuffle(dtype=self.dtype_policy),
        ]

    def _convolution(
        self, filters, kernel_size, seed, activation=None, strides=1
    ):
        # Of Keras: with so few channels the transforms of the package's own
        # convolution cost what they save.
        return keras.layers.Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding="same",
            activation=activation,
            kernel_initializer=he_normal(seed=seed),
            dtype=self.dtype_policy,
        )

    @property
    def margin(self):
        """Pixels around an output pixel beyond which nothing counts for it.

        A multiple of `stride`, where tiles may be cut.
        """
        # Each block looks one step of 8 pixels further twice; everything
        # else together reaches 29 pixels.
        reach = 32 + 16 * self.blocks + self.output_margin
        return -(-reach // self.stride) * self.stride

    @property
    def feature_names(self):
        """Names of the contrastive features, in order."""
        blocks = dict.fromkeys((1, 1 + (self.blocks - 1) // 2))
        return (
            "encoder/stride_2",
            "encoder/stride_4",
            "encoder/stride_8",
            *(f"encoder/block_{number}" for number in blocks),
        )

    @property
    def feature_channels(self):
        """Channels of each contrastive feature, in order."""
        widths = [width * self.filters for width in _WIDTHS]
        blocks = len(self.feature_names) - len(widths)
        return (*widths, *(blocks * widths[-1:]))

    def build(self, input_shape):
        self.pad.build(input_shape)
        shape = input_shape
        shapes = []
        for layer in self.downsampling:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
            shapes.append(shape)
        for layer in self.residual_blocks:
            layer.build(shape)
        for narrow, merge, shape_up in zip(
            self.narrowing, self.merging, shapes[-2::-1]
        ):
            narrow.build(shape)
            merge.build(shape_up)
            shape = shape_up
        convolution, shuffle = self.head
        convolution.build(shape)
        shuffle.build(convolution.compute_output_shape(shape))
        self.built = True

    def trace(self, images):
        """Translates images and returns what was computed on the way.

        Args:
            images: As in the call.

        Returns:
            `Trace` of the outputs, the dict that `features` gives, and the
            last activation before the head, at half the padded size.
        """
        # Cast here and not by Keras: what is added to the input at the end
        # is added in full precision.
        inputs = floating_images(images, self.compute_dtype)
        hidden, maps, features = self._encoded(self.pad(inputs))
        for narrow, merge, skip in zip(
            self.narrowing, self.merging, maps[-2::-1]
        ):
            hidden = merge(self.upsample(narrow(hidden)) + skip)
        outputs = hidden
        for layer in self.head:
            outputs = layer(outputs)
        bias = ops.cast(self.output_bias, "float32")
        outputs = self.activation(ops.cast(outputs, "float32") + bias)
        return Trace(self.finished(images, outputs), features, hidden)

    def features(self, images):
        """Returns the contrastive features of images by name.

        Runs the first half of the network only.

        Args:
            images: As in the call.

        Returns:
            Dict from `feature_names` to tensors `(batch, height, width,
            channels)` of the padded image.
        """
        images = floating_images(images, self.compute_dtype)
        return self._encoded(self.pad(images))[2]

    def strided(self, layer, maps):
        """Applies a convolution of stride 2 of the way down.

        Args:
            layer: One of `downsampling`.
            maps: Tensor `(batch, height, width, channels)`.

        Returns:
            Tensor of half the height and width.
        """
        return layer(maps)

    def _encoded(self, images):
        """The last map of the way down, all of them, and the features."""
        hidden, maps, features = images, [], {}
        for index, layer in enumerate(self.downsampling):
            hidden = self.strided(layer, hidden)
            maps.append(hidden)
            features[f"encoder/stride_{2 ** (index + 1)}"] = hidden
        for index, layer in enumerate(self.residual_blocks):
            hidden = layer(hidden)
            features[f"encoder/block_{index + 1}"] = hidden
        return hidden, maps, {n: features[n] for n in self.feature_names}
