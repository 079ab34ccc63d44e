"""One look at a batch: images and what became of them."""

import dataclasses
import typing

from semst_tf.layers.match_channels import match_channels


class ViewKind(typing.NamedTuple):
    """What is asked of a view.

    Attributes:
        name: str. Begins the names of the terms; empty for the view that
            translations come from.
        weight: float. Weight of all its terms.
        level: str. Begins the names of the discriminators that score it.
        identity: bool. Whether target images are translated too and should
            stay what they are.
        aligned: bool. Whether alignment and semantic relation apply.
        paired: bool. Whether it holds translations of paired images.
    """

    name: str = ""
    weight: float = 1.0
    level: str = ""
    identity: bool = False
    aligned: bool = True
    paired: bool = False


class Scores(typing.NamedTuple):
    """Score maps of a discriminator.

    Attributes:
        real: List of tensors `(batch, rows, columns, 1)` of target images.
        fake: The same of translations.
        real_valid: Tensor `(batch, height, width, 1)`, 1 where the target as
            the discriminator saw it holds data; `None` for everywhere.
        fake_valid: The same of translations.
    """

    real: list
    fake: list
    real_valid: typing.Any = None
    fake_valid: typing.Any = None


@dataclasses.dataclass(frozen=True)
class View:
    """Images of one size, their translations, and features of both by name.

    Names are `"pixels"`, those of the generator's encoder such as
    `"encoder/block_1"`, and those of frozen networks such as
    `"efficientnet_lite0/stride_8"`. Only what the terms of an objective read
    is there.

    Attributes:
        kind: `ViewKind`.
        source: Source images `(batch, height, width, channels)`.
        target: Images of the target domain.
        output: Translations of the source images.
        features: Dict from name to features of the source.
        output_features: The same of the output.
        target_features: Features of frozen networks of the target.
        identity_features: Dict from name to encoder features of the target,
            where it is translated too; else empty.
        identity_output_features: The same of its translation.
        scores: Dict from the name of a discriminator, without the level, to
            `Scores`.
        paired_output: Translations of the source images of pairs, where the
            kind says so; else `None`.
        paired_target: What they should be.
        source_labels: Class of every pixel of the source, `(batch, height,
            width)`, 255 for none; `None` where no term reads it.
        target_labels: The same of the target.
        valid: Where both source and target hold data, `(batch, height, width,
            1)`, 1 and 0; elsewhere all three images are 0, and no term looks
            there. `None` for everywhere.
        paired_features: Dict from name to features of frozen networks of
            what they should be; only those that a term compares.
        paired_output_features: The same of the translations.
    """

    kind: ViewKind
    source: typing.Any
    target: typing.Any
    output: typing.Any
    features: dict
    output_features: dict
    target_features: dict = dataclasses.field(default_factory=dict)
    identity_features: dict = dataclasses.field(default_factory=dict)
    identity_output_features: dict = dataclasses.field(default_factory=dict)
    scores: dict = dataclasses.field(default_factory=dict)
    paired_output: typing.Any = None
    paired_target: typing.Any = None
    source_labels: typing.Any = None
    target_labels: typing.Any = None
    valid: typing.Any = None
    paired_features: dict = dataclasses.field(default_factory=dict)
    paired_output_features: dict = dataclasses.field(default_factory=dict)

    def pair(self, name):
        """Returns features of source and output that can be compared.

        Args:
            name: str. Name of a feature. `"pixels"` are the images, or their
                luminance where numbers of channels differ.

        Returns:
            Tuple of two tensors `(batch, height, width, channels)`.
        """
        if name != "pixels":
            return self.features[name], self.output_features[name]
        if self.source.shape[-1] == self.output.shape[-1]:
            return self.source, self.output
        return match_channels(self.source, 1), match_channels(self.output, 1)
