"""Residual output and beginning, which generators share."""

import numpy as np
from keras import ops

from semst_tf.layers.match_channels import match_channels

START_LIMIT = 0.95
"""Brightest colour to start at; beyond, tanh has hardly any slope."""


class ResidualOutput:
    """Blend strength and beginning of a generator; a mixin of Keras models.

    Expects of the model `residual`, `output_channels`, and `output_bias`, the
    variable that a tanh turns into the colour of the output.
    """

    @property
    def strength(self):
        """Blend strength of a residual generator, from 0 (the input) to 1.

        May be changed; what was compiled before keeps the earlier one.
        """
        return self._strength

    @strength.setter
    def strength(self, strength):
        if not 0 <= strength <= 1 or (strength < 1 and not self.residual):
            raise ValueError(
                "`strength` is from 0 to 1, and 1 for a generator that is not "
                f"residual. Received: strength={strength}"
            )
        self._strength = strength

    def start_at(self, colour):
        """Makes a generator that is not residual begin at a colour.

        An untrained one paints grey, which is far from some domains: until
        it is near, a discriminator tells nothing else about its images.

        Args:
            colour: Array `(output_channels,)` in [-1, 1], the mean of the
                target.

        Raises:
            ValueError: If the generator is residual, and begins at its input.
        """
        if self.residual:
            raise ValueError(
                "A residual generator begins at its input. "
                f"Received: residual={self.residual}"
            )
        colour = np.clip(colour, -START_LIMIT, START_LIMIT)
        self.output_bias.assign(np.arctanh(colour))

    @property
    def started(self):
        """Whether it begins at a colour, or was trained already."""
        return bool(ops.convert_to_numpy(self.output_bias).any())

    def moved(self, images, shares):
        """Moves pixels towards white, or towards black where negative.

        Goes `strength` of the way.

        Args:
            images: Images, as in the call.
            shares: Float32 tensor in [-1, 1] of their size with
                `output_channels`, how far.

        Returns:
            Float32 tensor of the shape of `shares`.
        """
        images = ops.cast(images, shares.dtype)
        images = match_channels(images, self.output_channels)
        shares = self.strength * shares
        return images * (1.0 - ops.abs(shares)) + shares
