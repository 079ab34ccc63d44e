"""The networks of a translator, together."""

import typing


class Networks(typing.NamedTuple):
    """What an objective works on; Keras models.

    Attributes:
        generator: Network that translates.
        discriminators: Dict from name to discriminator. Names end in
            `"discriminator"`; those of the context of two scales begin with
            `"context_"`.
        projector: `PatchProjector`, or `None` where nothing contrasts.
    """

    generator: typing.Any
    discriminators: dict
    projector: typing.Any = None

    def of_level(self, level):
        """Returns the discriminators of a level, named without it.

        Args:
            level: str. `""` or `"context_"`.

        Returns:
            Dict from name to discriminator.
        """
        return {
            name.removeprefix(level): network
            for name, network in self.discriminators.items()
            if name.startswith("context_") == (level == "context_")
        }

    def discriminator_names(self):
        """Returns the names of the discriminators that score a view."""
        return list(self.of_level(""))

    @staticmethod
    def reads(discriminator):
        """Returns the names of the features that a discriminator reads.

        Args:
            discriminator: Keras model.

        Returns:
            Tuple of str; empty for one that reads images.
        """
        return tuple(getattr(discriminator, "feature_names", ()))

    def read_names(self):
        """Returns the names of features that any discriminator reads."""
        return [
            name
            for network in self.discriminators.values()
            for name in self.reads(network)
        ]
