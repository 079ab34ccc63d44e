"""Options of the discriminator."""

import dataclasses

from semst_tf.config.names import Names
from semst_tf.config.option import option
from semst_tf.layers.random_mixing import MIXINGS
from semst_tf.networks.discriminators import discriminator_kinds
from semst_tf.networks.patch_discriminator import NORMALIZATIONS


@dataclasses.dataclass(frozen=True)
class DiscriminatorConfig:
    """The network that tells translations from target images."""

    kind: str = option(
        "patch",
        '`"patch"` learns from the images alone (CUT); `"projected"` reads '
        'frozen features; `"patch+projected"` are both, each with the weight '
        "of the adversarial term.",
        choices=discriminator_kinds,
    )
    filters: int = option(
        64, "Channels after the first convolution, of `patch`.", above=0
    )
    layers: int = option(
        3,
        "Convolutions of stride 2, of `patch`. 3: a score sees 70 x 70 "
        "pixels, 2: 34 x 34, 1: 16 x 16.",
        above=0,
    )
    normalization: str = option(
        "instance",
        'Of `patch`. `"instance"` (CUT) hides most of the tint of a crop, '
        '`"layer"` keeps it; `"none"`.',
        choices=NORMALIZATIONS,
    )
    features: Names = option(
        "efficientnet_lite0/stride_2,efficientnet_lite0/stride_4,"
        "efficientnet_lite0/stride_8,efficientnet_lite0/stride_16",
        "Features of frozen networks that `projected` reads, finest first, "
        "with commas between.",
    )
    units: int = option(
        64, "Channels after mixing and in heads, of `projected`.", above=0
    )
    mixing: str = option(
        "scales",
        "Fixed random mixing of the features, of `projected`: across channels "
        "and scales, across channels, or none.",
        choices=MIXINGS,
    )
    kernel_size: int = option(
        3, "Of the hidden convolutions of a head, of `projected`.", above=0
    )
    depth: int = option(
        1, "Hidden convolutions of a head, of `projected`.", above=0
    )
    labels: bool = option(
        False,
        "Compare like with like: scores of places depend on the classes that "
        "labels say are there: road is compared with road. Needs "
        "`data.source_labels` and `data.target_labels`; where a pixel has no "
        "class, nothing is added.",
    )
    augmentation: float = option(
        0.0,
        "Probability of shifting and of cutting out a part of what the "
        "discriminator sees, for long trainings on few images. Colours are "
        "never changed.",
        at_least=0.0,
        at_most=1.0,
    )

    @property
    def feature_names(self):
        """Names of the features that `projected` reads, a tuple of str."""
        return Names.split(self.features)
