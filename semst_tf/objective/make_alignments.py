"""From a group of the configuration to what it compares."""

from semst_tf.objective.alignment import Alignment
from semst_tf.pretrained.frozen_networks import feature_channels


def make_alignments(name, config, networks):
    """Makes the comparisons of one alignment term.

    Args:
        name: str. Group of the configuration, such as `"structure"`.
        config: `semst_tf.config.SemSTConfig`.
        networks: `semst_tf.networks.Networks`.

    Returns:
        Dict from the name of a feature to its `Alignment`.
    """
    options = getattr(config, name)
    return {
        feature: Alignment(
            descriptor=options.descriptor,
            input_channels=_channels(feature, config, networks.generator),
            estimator=options.estimator,
            temperature=options.temperature,
            patches=options.patches,
            duplicate_threshold=options.duplicate_threshold,
            center=options.center,
            seed=config.seed + 3,
            name=f"{name}_{place}" if place else name,
        )
        for place, feature in enumerate(options.feature_names)
    }


def _channels(feature, config, generator):
    if feature == "pixels":
        channels = config.generator.input_channels
        same = channels == config.generator.output_channels
        # Images of different channels are compared by their luminance.
        return channels if same else 1
    encoder = dict(zip(generator.feature_names, generator.feature_channels))
    if feature.startswith("encoder/"):
        if feature not in encoder:
            raise ValueError(
                "The generator has no features of this name, but "
                f"{', '.join(encoder)}. Received: {feature!r}"
            )
        return encoder[feature]
    return feature_channels(feature)
