"""What generators make of their input and of their last convolution."""

import numpy as np
from keras import ops

from semst_tf.layers.guided_filter import GuidedFilter
from semst_tf.layers.match_channels import match_channels

RESIDUAL_OUTPUTS = ("shift", "gain")
"""Ways to compute a residual output."""

START_LIMIT = 0.95
"""Brightest colour to start at; beyond, tanh has hardly any slope."""

_GAIN_LIMIT = 0.98
"""Share of [-1, 1] that `arctanh` sees of an image, finite at its ends."""

_LINEAR_KERNEL = 0.1
"""Share of a head's initial kernel, so that outputs begin near their start."""

_GAIN_OF_START = -3.0
"""Gain at a start at a colour: about a tenth of the image shows through."""


class ResidualOutput:
    """Residual output and beginning of a generator; a mixin of Keras models.

    A residual output is one of `RESIDUAL_OUTPUTS`:

    - `"shift"`: `outputs = images * (1 - abs(t)) + t` for the last
      activation `t` in [-1, 1]: pixels become lighter, or darker.
    - `"gain"`: one gain `g` and an offset `o` a channel of every pixel,
      `outputs = tanh(2 sigmoid(g) arctanh(images) + o)`. With both at zero
      that is the input, with a gain far below zero a direct output.

    With a `guided_radius`, the difference of any output, residual or direct,
    and the input goes through a `semst_tf.layers.GuidedFilter` with the input
    as guide: colours then change at edges of the input and nowhere else.

    Expects of the model `residual`, `output_channels`, `palette`, and
    `output_bias`, the variable of `head_channels` that is added before
    `head_activation`.
    """

    @property
    def residual_output(self):
        """How a residual output is computed."""
        return self._residual_output

    @residual_output.setter
    def residual_output(self, name):
        if name not in RESIDUAL_OUTPUTS:
            raise ValueError(
                "`residual_output` is one of "
                f"{', '.join(map(repr, RESIDUAL_OUTPUTS))}. "
                f"Received: residual_output={name!r}"
            )
        self._residual_output = name

    @property
    def guided_radius(self):
        """Radius of the guided filter in pixels, or `None` for none.

        May be changed; what was compiled before keeps the earlier one.
        """
        return self._guided_radius

    @guided_radius.setter
    def guided_radius(self, radius):
        if radius is not None:
            GuidedFilter(radius)
            self.refuse_palette("guided_radius", radius)
        self._guided_radius = radius
        if not self.reads_input:
            self._strength = 1.0  # A direct output is not blended.

    @property
    def output_margin(self):
        """Pixels around one that the last step, `add_input`, looks at."""
        radius = self.guided_radius
        return 0 if radius is None else GuidedFilter(radius).margin

    @property
    def reads_input(self):
        """Whether the last step, `add_input`, is there."""
        return self.residual or self.guided_radius is not None

    @property
    def has_gain(self):
        """Whether the output is a residual one with a gain."""
        return self.residual and self.residual_output == "gain"

    @property
    def head_channels(self):
        """Channels that the last convolution has."""
        return self.palette or self.output_channels + self.has_gain

    @property
    def head_activation(self):
        """Name of the activation behind the last convolution."""
        return "linear" if self.has_gain or self.palette else "tanh"

    def begin_gently(self, kernel):
        """Shrinks the kernel of the last convolution where it is linear."""
        if self.head_activation == "linear":
            kernel.assign(_LINEAR_KERNEL * ops.convert_to_numpy(kernel))

    @property
    def strength(self):
        """Blend strength, from 0 (the input) to 1, of a residual output.

        Also of a direct one with a guided filter; without, its edges are
        not those of the input, and both would show.
        May be changed; what was compiled before keeps the earlier one.
        """
        return self._strength

    @strength.setter
    def strength(self, strength):
        if not 0 <= strength <= 1 or (strength < 1 and not self.reads_input):
            raise ValueError(
                "`strength` is from 0 to 1, and 1 for a generator that is "
                "neither residual nor has a guided filter. "
                f"Received: strength={strength}"
            )
        self._strength = strength

    def start_at(self, colour):
        """Makes a generator begin at a colour instead of grey or its input.

        An untrained direct output is grey, which is far from some domains:
        until it is near, a discriminator tells nothing else about its images.

        Args:
            colour: Array `(output_channels,)` in [-1, 1], the mean of the
                target.

        Raises:
            ValueError: If the output is a residual one without a gain, which
                begins at its input.
        """
        if self.residual and not self.has_gain:
            raise ValueError(
                "A generator with this residual output begins at its input. "
                f"Received: residual_output={self.residual_output!r}"
            )
        colour = np.clip(colour, -START_LIMIT, START_LIMIT)
        bias = np.arctanh(colour)
        if self.has_gain:
            bias = np.append(bias, _GAIN_OF_START)
        self.output_bias.assign(bias)

    @property
    def started(self):
        """Whether it begins at a colour, or was trained already."""
        return bool(ops.convert_to_numpy(self.output_bias).any())

    def add_input(self, images, head_outputs):
        """Makes the output of images and what the head gives.

        `strength` blends: 0 gives the input, 1 the full output. With a guided
        filter, height and width are multiples of 4.

        Args:
            images: Images, as in the call.
            head_outputs: Float32 tensor of their size with `head_channels`,
                after `head_activation`.

        Returns:
            Float32 tensor `(batch, height, width, output_channels)` in
            [-1, 1].
        """
        images = ops.cast(images, head_outputs.dtype)
        images = match_channels(images, self.output_channels)
        if self.guided_radius is not None:
            # Made here, as it may be asked for after the network was built.
            guided = GuidedFilter(self.guided_radius)
            added = guided(self._added(images, head_outputs), guide=images)
            return ops.clip(images + self.strength * added, -1.0, 1.0)
        if self.has_gain:
            return images + self.strength * self._added(images, head_outputs)
        shares = self.strength * head_outputs
        return images * (1.0 - ops.abs(shares)) + shares

    def _added(self, images, head_outputs):
        """Difference of the full output and the input."""
        if not self.residual:
            return head_outputs - images
        if self.has_gain:
            return _gain_and_offset(images, head_outputs) - images
        return head_outputs - images * ops.abs(head_outputs)


def _gain_and_offset(images, head_outputs):
    # Split, not sliced: the int8 export keeps a split in floats.
    offsets, gains = ops.split(head_outputs, [images.shape[-1]], axis=-1)
    # The inverse of tanh by logarithms, which LiteRT has.
    scaled = _GAIN_LIMIT * ops.clip(images, -1.0, 1.0)
    unbounded = 0.5 * (ops.log(1.0 + scaled) - ops.log(1.0 - scaled))
    outputs = ops.tanh(2.0 * ops.sigmoid(gains) * unbounded + offsets)
    return ops.clip(outputs / _GAIN_LIMIT, -1.0, 1.0)
