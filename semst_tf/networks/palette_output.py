"""Generators whose pixels are mixtures of a few colours of the target."""

import numpy as np
from keras import ops

from semst_tf.networks.checks import check_positive

_RAREST = 1e-3
"""Smallest share at which a colour begins; rarer ones could not grow."""


class PaletteOutput:
    """Output that mixes a palette; a mixin of Keras models.

    With a `palette` of so many colours, the last convolution has one channel
    a colour, and `outputs = softmax(channels) @ palette_colours`: places show
    the colours of the target itself, and mixtures of them at edges. `None`
    for free colours.

    Expects of the model `output_channels` and `output_bias`, the variable
    that is added to the last convolution.
    """

    def make_palette(self, palette):
        """Makes the variable of the colours, at first greys up to white.

        Args:
            palette: int or `None`. How many colours.

        Raises:
            ValueError: If it is less than two.
        """
        self.palette = palette
        if palette is None:
            return
        check_positive(palette=palette)
        if palette < 2:
            raise ValueError(
                f"`palette` is 2 colours or more. Received: palette={palette}"
            )
        self.palette_colours = self.add_weight(
            shape=(palette, self.output_channels),
            initializer="zeros",
            trainable=False,
            # Half precision would move the colours by a step or two.
            dtype="float32",
            autocast=False,
            name="palette_colours",
        )
        greys = np.linspace(-1.0, 1.0, palette)[:, None]
        self.palette_colours.assign(np.repeat(greys, self.output_channels, 1))

    def take_palette(self, colours, shares):
        """Takes colours, and begins with all of them in their shares.

        Args:
            colours: Array `(palette, output_channels)` in [-1, 1].
            shares: Array `(palette,)`, the shares of the target that have
                them.
        """
        self.palette_colours.assign(colours)
        self.output_bias.assign(np.log(np.maximum(shares, _RAREST)))

    def refuse_palette(self, option, value):
        """Raises if there is a palette, for an output made of the input.

        Args:
            option: str. Argument that asks for such an output.
            value: Its value.
        """
        if self.palette is not None:
            raise ValueError(
                f"A generator with `palette` has no `{option}`: its colours "
                "are those of the palette. Received: "
                f"palette={self.palette} and {option}={value}"
            )

    def mixed(self, head_outputs):
        """Makes colours of what the head gives.

        Args:
            head_outputs: Float32 tensor `(..., palette)`.

        Returns:
            Float32 tensor `(..., output_channels)` in [-1, 1]; without a
            palette `head_outputs` as they are.
        """
        if self.palette is None:
            return head_outputs
        shares = ops.softmax(head_outputs, axis=-1)
        return ops.matmul(shares, ops.convert_to_tensor(self.palette_colours))
