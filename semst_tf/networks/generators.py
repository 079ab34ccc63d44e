"""The kinds of generators that a configuration can choose from."""

from semst_tf.networks.antialiased_fast_generator import (
    AntialiasedFastGenerator,
)
from semst_tf.networks.fast_generator import FastGenerator
from semst_tf.networks.resnet_generator import ResNetGenerator

GENERATORS = {
    "resnet": ResNetGenerator,
    "fast": FastGenerator,
    "fast_antialiased": AntialiasedFastGenerator,
}
"""From names to classes, all with the arguments of `SingleScaleGenerator`.

A new kind is one entry here.
"""
