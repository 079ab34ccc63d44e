"""The kinds of discriminators that a configuration can choose from."""

import itertools

from semst_tf.networks.patch_discriminator import PatchDiscriminator
from semst_tf.networks.projected_discriminator import ProjectedDiscriminator
from semst_tf.pretrained.frozen_networks import feature_channels


def _patch(config, name, seed, dtype):
    return PatchDiscriminator(
        filters=config.discriminator.filters,
        layers=config.discriminator.layers,
        normalization=config.discriminator.normalization,
        input_channels=config.generator.output_channels,
        seed=seed,
        label_classes=config.label_classes,
        name=name,
        dtype=dtype,
    )


def _projected(config, name, seed, dtype):
    options = config.discriminator
    return ProjectedDiscriminator(
        {name: feature_channels(name) for name in options.feature_names},
        units=options.units,
        mixing=options.mixing,
        kernel_size=options.kernel_size,
        depth=options.depth,
        seed=seed,
        label_classes=config.label_classes,
        name=name,
    )


DISCRIMINATORS = {"patch": _patch, "projected": _projected}
"""From names to functions of `(config, name, seed, dtype)`.

A new kind is one entry here.
"""


def discriminator_kinds():
    """Returns what a configuration can choose: each kind, and any two.

    Returns:
        Tuple of str; two kinds have a plus between them.
    """
    pairs = itertools.combinations(DISCRIMINATORS, 2)
    return (*DISCRIMINATORS, *("+".join(pair) for pair in pairs))
