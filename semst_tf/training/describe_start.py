"""What a training is about to do, said before its first step."""

import collections
import math
import pathlib

import keras

from semst_tf.data.left_out_folders import describe_left_out
from semst_tf.training.domain_distance import FAR
from semst_tf.training.domain_distance import domain_distance
from semst_tf.training.suggest_preset import far_preset

_LOOKED_AT = 64  # Images whose sizes are read.


def describe_start(config, source, target, model, strategy, workdir, guides=()):
    """Returns what a person wants to know while the first step compiles.

    Args:
        config: `SemSTConfig`.
        source: `ImageCollection` of source images.
        target: `ImageCollection` of target images.
        model: `SemST`.
        strategy: Distribution strategy of the training.
        workdir: Path of the run directory.
        guides: Iterable of lines about what is read beside the images.

    Returns:
        List of str, lines.
    """
    crop = config.data.crop_height_width
    size = f"crops, {crop[0]}x{crop[1]}" if crop else "whole images"
    variables = model.generator_variables + model.discriminator_variables
    trained = sum(math.prod(variable.shape) for variable in variables)
    batch = config.data.batch_size
    page = (pathlib.Path(workdir) / "index.html").resolve()
    return [
        *_describe_images("source", source),
        *_describe_images("target", target),
        *_describe_domains(config, source, target),
        *guides,
        f"device: {_devices(strategy)}",
        f"model: preset {config.preset}, "
        f"{model.translator.count_params():,} parameters that translate, "
        f"{trained:,} trained",
        f"training: {config.training.steps:,} steps of {batch} "
        f"{'pair' if batch == 1 else 'pairs'} of {size}",
        f"look: {page}",
    ]


def _describe_images(domain, images):
    sizes, channels = collections.Counter(), collections.Counter()
    step = -(-len(images) // _LOOKED_AT) or 1
    for index in range(0, len(images), step):
        try:
            header = images.header(index)
        except (OSError, ValueError):
            continue  # The check of the images says what is wrong with it.
        sizes[(header.height, header.width)] += 1
        channels[header.channels] += 1
    lines = [
        f"{domain}: {len(images):,} images, {_range(sizes)}, "
        f"{'/'.join(map(str, sorted(channels)))} channels, of "
        f"{images.description}"
    ]
    left_out = describe_left_out(images.left_out)
    return [*lines, f"  {left_out}"] if left_out else lines


def _describe_domains(config, source, target):
    """How far apart they are, where frozen features are there anyway."""
    if not config.semantics.weight or not (source.channels and target.channels):
        return []
    try:
        distance = domain_distance(
            source, target, config.data.crop_height_width
        )
    except (OSError, ValueError):
        return []  # The check of the images says what is wrong with them.
    line = f"domains: {distance:.2f} apart by frozen features"
    begins_at_input = (
        config.generator.residual and not config.generator.target_start
    )
    if distance >= FAR and begins_at_input:
        line += (
            f", which is far (from {FAR} on): --preset="
            f"{far_preset(target, config.data.crop_height_width)} begins at "
            "the target instead of the input"
        )
    return [line]


def _range(sizes):
    if not sizes:
        return "of unknown sizes"
    ordered = sorted(sizes, key=lambda size: size[0] * size[1])
    small, large = ("x".join(map(str, ordered[i])) for i in (0, -1))
    return small if small == large else f"{small} to {large}"


def _devices(strategy):
    try:
        devices = strategy.extended.worker_devices
    except (AttributeError, RuntimeError):
        # One device of TensorFlow, or what Keras itself distributes.
        devices = keras.distribution.list_devices()
        devices = devices[: max(1, strategy.num_replicas_in_sync)]
    kinds = collections.Counter(
        "GPU" if "GPU" in str(device).upper() else "processor"
        for device in devices
    )
    return ", ".join(
        kind if count == 1 else f"{count} x {kind}"
        for kind, count in kinds.items()
    )
