"""What the generators that work at one scale share."""

import keras

from semst_tf.layers import PadToMultiple
from semst_tf.networks.checks import check_positive
from semst_tf.networks.palette_output import PaletteOutput
from semst_tf.networks.residual_output import ResidualOutput
from semst_tf.ops.crop_like import crop_like


class SingleScaleGenerator(ResidualOutput, PaletteOutput, keras.Model):
    """Base of generators: their options, and how they are called.

    A subclass makes its layers and calls `build` at the end of its
    constructor. It has the attributes `stride` (sizes that are a multiple of
    it are not padded) and `minimum_size`, and the methods `trace` and
    `features`; and `output_bias`, as `ResidualOutput` asks for.

    Args:
        filters: int. See the subclass, as for all that follow.
        blocks: int.
        input_channels: int.
        output_channels: int.
        residual: bool.
        residual_output: str.
        guided_radius: int or `None`.
        strength: float.
        seed: int or `None`.
        palette: int or `None`.
        **kwargs: Arguments of `keras.Model`.

    Raises:
        ValueError: If a number is not positive, `residual_output` or
            `strength` means nothing, or a palette is asked for with an output
            that is made of the input.
    """

    def __init__(
        self,
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
    ):
        super().__init__(**kwargs)
        check_positive(
            filters=filters,
            blocks=blocks,
            input_channels=input_channels,
            output_channels=output_channels,
        )
        # Layers cast by themselves: what is added to the input at the end is
        # added in full precision.
        self.autocast = False
        self.filters = filters
        self.blocks = blocks
        self.input_channels = input_channels
        self.output_channels = output_channels
        self.make_palette(palette)
        self.residual = residual
        if residual:
            self.refuse_palette("residual", residual)
        self.residual_output = residual_output
        self.guided_radius = guided_radius
        self.strength = strength
        self.seed = seed
        self.pad = PadToMultiple(
            self.stride, minimum=self.minimum_size, dtype=self.dtype_policy
        )
        self.pad_images = PadToMultiple(
            self.stride, minimum=self.minimum_size, dtype="float32"
        )

    def single_scale(self):
        """Returns the generator that works at one scale: this one."""
        return self

    def call(self, images, return_features=False):
        outputs, features, _ = self.trace(images)
        return (
            (outputs, list(features.values())) if return_features else outputs
        )

    def encode(self, images):
        """Returns the contrastive features of images as a list.

        Args:
            images: As in the call.

        Returns:
            List of the tensors of `features`, in the order of
            `feature_names`.
        """
        return list(self.features(images).values())

    def finished(self, images, head_outputs):
        """Makes translations of images and what the head gives of them.

        Args:
            images: As in the call.
            head_outputs: Float32 tensor of the size of the padded images.

        Returns:
            Float32 tensor of the size of the images.
        """
        if self.guided_radius is not None:
            # The filter works in cells, and in full precision.
            padded = self.pad_images(images)
            outputs = self.add_input(padded, head_outputs)
            return crop_like(outputs, images)
        outputs = crop_like(head_outputs, images)
        if self.residual:
            return self.add_input(images, outputs)
        return self.mixed(outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.output_channels)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "blocks": self.blocks,
            "input_channels": self.input_channels,
            "output_channels": self.output_channels,
            "residual": self.residual,
            "residual_output": self.residual_output,
            "guided_radius": self.guided_radius,
            "strength": self.strength,
            "seed": self.seed,
            "palette": self.palette,
        }
