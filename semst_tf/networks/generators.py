"""The kinds of generators that a configuration can choose from."""

from semst_tf.networks.fast_generator import FastGenerator
from semst_tf.networks.resnet_generator import ResNetGenerator


def _of(network):
    def make(config, name, strength, dtype):
        options = config.generator
        return network(
            filters=options.filters,
            blocks=options.blocks,
            input_channels=options.input_channels,
            output_channels=options.output_channels,
            residual=options.residual,
            residual_output=options.residual_output,
            strength=strength,
            seed=config.seed,
            name=name,
            dtype=dtype,
        )

    return make


GENERATORS = {"resnet": _of(ResNetGenerator), "fast": _of(FastGenerator)}
"""From names to functions of `(config, name, strength, dtype)`.

A new kind is one entry here.
"""
