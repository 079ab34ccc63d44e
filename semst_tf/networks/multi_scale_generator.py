"""The network that translates an image at two scales."""

import keras
from keras import ops

from semst_tf.layers import LayerSequence
from semst_tf.layers import PadToMultiple
from semst_tf.layers import ScaleFusion
from semst_tf.networks.checks import check_positive
from semst_tf.networks.floating_images import floating_images
from semst_tf.networks.scale_attention import ScaleAttention
from semst_tf.ops.crop_like import crop_like


@keras.saving.register_keras_serializable(package="semst_tf")
class MultiScaleGenerator(keras.Model):
    """Translates context and detail with one generator and fuses them.

    The context is the image smaller by the ratio, so that the same network
    sees `ratio` times as far; the detail is the image itself. An attention
    computed from the context decides pixel by pixel how far the detail is
    trusted.

    A size that is not a multiple of `stride` is padded by mirroring and
    cropped back, so that the output has the size of the input.

    Args:
        base: `ResNetGenerator` that translates both.
        ratio: int. How much smaller the context is. Defaults to `2`.
        fusion: str. Mode of `semst_tf.layers.ScaleFusion`. Defaults to
            `"attention"`.
        seed: int or `None`. Seed of the initial weights of the attention.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        images: Tensor `(batch, height, width, input_channels)`, values in
            [-1, 1].

    Returns:
        Float32 tensor `(batch, height, width, output_channels)` in [-1, 1].

    Raises:
        ValueError: If `ratio` is not positive or `fusion` unknown.

    Example:

    >>> base = ResNetGenerator(filters=8, blocks=2)
    >>> generator = MultiScaleGenerator(base)
    >>> generator(keras.ops.zeros((1, 30, 45, 3))).shape
    (1, 30, 45, 3)

    Reference:
        After HRDA (Hoyer et al. 2022), which segments at two scales; SemST
        (Zhao et al. 2023) says that it translates at several scales, this way
        of doing it is semst_tf design.
    """

    def __init__(self, base, ratio=2, fusion="attention", seed=None, **kwargs):
        super().__init__(**kwargs)
        check_positive(ratio=ratio)
        self.autocast = False
        self.base = base
        self.ratio = ratio
        self.seed = seed
        self.fusion = ScaleFusion(fusion, ratio)
        self.scale_attention = None
        if self.fusion.uses_attention:
            self.scale_attention = ScaleAttention(
                base.filters, seed=seed, dtype=self.dtype_policy
            )
        # In float32: these are images, which half precision would coarsen.
        self.pad = PadToMultiple(
            self.stride, minimum=self.minimum_size, dtype="float32"
        )
        self.built = True

    @property
    def stride(self):
        """Sizes that are a multiple of it are not padded."""
        return self.base.stride * self.ratio

    @property
    def minimum_size(self):
        """Smallest height and width that are not padded."""
        return self.base.minimum_size * self.ratio

    @property
    def input_channels(self):
        return self.base.input_channels

    @property
    def output_channels(self):
        return self.base.output_channels

    @property
    def filters(self):
        return self.base.filters

    @property
    def residual(self):
        return self.base.residual

    @property
    def reads_input(self):
        """Whether outputs of the base are made of its input, too."""
        return self.base.reads_input

    @property
    def strength(self):
        """Blend strength of the base, see `ResNetGenerator`."""
        return self.base.strength

    @strength.setter
    def strength(self, strength):
        self.base.strength = strength

    @property
    def guided_radius(self):
        """Radius of the guided filter of the base."""
        return self.base.guided_radius

    @guided_radius.setter
    def guided_radius(self, radius):
        self.base.guided_radius = radius

    @property
    def feature_names(self):
        return self.base.feature_names

    @property
    def feature_channels(self):
        return self.base.feature_channels

    def single_scale(self):
        """Returns the generator that works at one scale: the base."""
        return self.base

    def start_at(self, colour):
        """Makes a base that is not residual begin at a colour."""
        self.base.start_at(colour)

    @property
    def palette(self):
        """Number of colours that pixels of the base are mixed of."""
        return self.base.palette

    def take_palette(self, colours, shares):
        """Gives the base its colours, see `PaletteOutput`."""
        self.base.take_palette(colours, shares)

    @property
    def started(self):
        """Whether the base begins at a colour, or was trained already."""
        return self.base.started

    def encode(self, images):
        """Returns the contrastive features as a list."""
        return self.base.encode(images)

    def features(self, images):
        """Returns the contrastive features at the scale of the images."""
        return self.base.features(images)

    def call(self, images):
        padded = self.pad(floating_images(images, "float32"))
        context, _, hidden = self.base.trace(self.context_of(padded))
        outputs = self.fuse(context, hidden, self.base(padded))
        return crop_like(outputs, images)

    def context_of(self, images):
        """Shrinks images by the ratio; each pixel is the mean of a block.

        Args:
            images: Tensor `(batch, height, width, channels)`.

        Returns:
            Tensor of the sizes divided by `ratio`, rounded up after mirroring
            to multiples of `stride`.
        """
        return ops.average_pool(
            self.pad(images),
            self.ratio,
            # Keras on JAX needs them said.
            strides=self.ratio,
            padding="valid",
            data_format="channels_last",
        )

    def attention(self, images):
        """Returns the share of detail in the translation of images.

        Args:
            images: As in the call.

        Returns:
            Float32 tensor `(batch, height / ratio, width / ratio, 1)` in
            [0, 1], of the size of `context_of(images)`; a constant where the
            fusion uses no attention.
        """
        _, _, hidden = self.base.trace(
            self.context_of(floating_images(images, "float32"))
        )
        return self.attention_of(hidden)

    @property
    def attention_layers(self):
        """The layers behind `attention_of`; none where the share is fixed."""
        attention = self.scale_attention
        return LayerSequence([] if attention is None else attention.stack)

    def attention_of(self, hidden):
        """Returns the share of detail that follows from the context.

        Args:
            hidden: Last activation of `base` for the context, as its `trace`
                gives it.

        Returns:
            Float32 tensor `(batch, height, width, 1)` in [0, 1].
        """
        if self.scale_attention is None:
            return self.fusion.share(ops.cast(hidden[..., :1], "float32"))
        return self.scale_attention(hidden)

    def fuse(self, context, hidden, detail, corner=None):
        """Fuses the translations of context and detail.

        Args:
            context: Translation of the context.
            hidden: Last activation of `base` for it.
            detail: Translation of the image, or of a region of it.
            corner: Int tensor `(2,)`, top and left of the region. Defaults to
                `None`, the whole image.

        Returns:
            Float32 tensor of the shape of `detail`.
        """
        return self.fusion(context, self.attention_of(hidden), detail, corner)

    def fused_by(self, fusion):
        """Returns this generator with another fusion; they share weights.

        To see what context and detail translate alone.

        Args:
            fusion: str. Mode of `semst_tf.layers.ScaleFusion`.

        Returns:
            A `MultiScaleGenerator`.

        Raises:
            ValueError: If the fusion is unknown, or needs an attention that
                was never trained.
        """
        other = MultiScaleGenerator(
            self.base, self.ratio, fusion, self.seed, dtype=self.dtype_policy
        )
        if other.fusion.uses_attention:
            if self.scale_attention is None:
                raise ValueError(
                    "This generator was trained without an attention. "
                    f"Received: fusion={fusion!r}"
                )
            other.scale_attention = self.scale_attention
        return other

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.output_channels)

    def get_config(self):
        return {
            **super().get_config(),
            "base": keras.saving.serialize_keras_object(self.base),
            "ratio": self.ratio,
            "fusion": self.fusion.mode,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        base = keras.saving.deserialize_keras_object(config["base"])
        return cls(**{**config, "base": base})
