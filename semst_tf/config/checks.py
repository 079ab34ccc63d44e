"""Rules between fields of a configuration.

What a field may be by itself is said where it is defined.
"""

import math

from semst_tf.data.label_spaces import OWN_SPACES
from semst_tf.layers.guided_filter import STRIDE


def check_config(config):
    """Refuses combinations that could only fail later, or train nonsense.

    Args:
        config: `SemSTConfig` whose fields fit by themselves.

    Raises:
        ValueError: If values do not fit together.
    """
    _check_accumulation(config)
    _check_whole_images(config)
    _check_strength(config)
    _check_guided(config)
    _check_start(config)
    _check_palette(config)
    _check_matching(config)
    _check_paired(config)
    _check_keep(config)
    _check_labels(config)
    _check_minimum_valid(config)
    if config.multi_scale.fusion is not None:
        _check_scales(config)


def _check_accumulation(config):
    """Refuses batches that cannot be split evenly."""
    if config.data.batch_size % config.training.accumulation:
        raise ValueError(
            "Config field `training.accumulation` must divide "
            f"`data.batch_size`, which is {config.data.batch_size}. "
            f"Received: {config.training.accumulation}"
        )


def _check_whole_images(config):
    """Refuses several images of different sizes in one array."""
    data = config.data
    if data.crop_size is None and data.batch_size != 1:
        raise ValueError(
            "Config field `data.batch_size` must be 1 for whole images, which "
            "differ in size: `data.crop_size` is None. "
            f"Received: {data.batch_size}"
        )


def _check_strength(config):
    """Refuses a blend strength where there is no way, or no average."""
    generator = config.generator
    averaged = config.training.ema_decay is not None
    blends = generator.residual or generator.guided_radius is not None
    if generator.strength < 1 and not (blends and averaged):
        raise ValueError(
            "Config field `generator.strength` below 1 needs "
            "`training.ema_decay`, and `generator.residual` or "
            "`generator.guided_radius`. "
            f"Received: {generator.strength}"
        )


def _check_guided(config):
    """Refuses a guided filter of nothing, or of no whole cells."""
    generator = config.generator
    radius = generator.guided_radius
    if radius is None:
        return
    if config.training.ema_decay is None:
        raise ValueError(
            "Config field `generator.guided_radius` needs "
            f"`training.ema_decay`. Received: {radius}"
        )
    if radius % STRIDE:
        raise ValueError(
            "Config field `generator.guided_radius` must be a multiple of "
            f"{STRIDE}. Received: {radius}"
        )


def _check_start(config):
    """Refuses to begin at the target and at the input at once."""
    generator = config.generator
    if (
        generator.target_start
        and generator.residual
        and generator.residual_output != "gain"
    ):
        raise ValueError(
            "Config field `generator.target_start` is for a generator that "
            "is not `generator.residual`, or whose "
            "`generator.residual_output` is 'gain'; any other begins at its "
            "input. "
            f"Received: {config.generator.target_start}"
        )


def _check_palette(config):
    """Refuses a palette for outputs that are made of the input."""
    generator = config.generator
    if generator.palette is None:
        return
    for name in ("residual", "guided_radius", "target_start"):
        value = getattr(generator, name)
        if value:
            raise ValueError(
                "Config field `generator.palette` is for a direct output that "
                "begins with the colours of the target: "
                f"`generator.{name}` cannot be set with it. "
                f"Received: {generator.palette}, with {value}"
            )


def _check_matching(config):
    """Refuses two ways of choosing the target crop at once."""
    if config.data.matching is not None and config.data.matched_crops:
        raise ValueError(
            "Config field `data.matched_crops` chooses the height of the "
            "target crop and `data.matching` its place; set one of them. "
            f"Received: {config.data.matching!r} and "
            f"{config.data.matched_crops}"
        )


def _check_paired(config):
    """Refuses pairs that would be read for nothing."""
    if config.data.paired is not None and config.paired_weight == 0:
        raise ValueError(
            "Config field `paired.weight` leaves out the pairs that "
            f"`data.paired` names, {config.data.paired!r}; make it positive, "
            f"or name none. Received: {config.paired.weight}"
        )
    for name in ("feature_weight", "real_share"):
        value = getattr(config.paired, name)
        if value > 0 and not config.paired_weight:
            raise ValueError(
                f"Config field `paired.{name}` needs pairs: name some by "
                "`data.paired`, or make `paired.weight` positive. "
                f"Received: {value:g} without them"
            )
    if config.data.paired is None and config.data.paired_limit is not None:
        raise ValueError(
            "Config field `data.paired_limit` is a number of pairs of "
            f"`data.paired`. Received: {config.data.paired_limit} without it"
        )


def _check_keep(config):
    """Refuses to keep values that would mean something else afterwards."""
    if config.data.keep is None:
        return
    channels = (
        config.generator.input_channels,
        config.generator.output_channels,
    )
    if channels[0] != channels[1]:
        raise ValueError(
            "Config field `data.keep` needs translations of as many channels "
            "as source images: `generator.input_channels` and "
            f"`generator.output_channels`. Received: {channels[0]} and "
            f"{channels[1]}"
        )
    ranges = (config.data.value_range, config.data.target_value_range)
    if ranges[0] != ranges[1]:
        raise ValueError(
            "Config field `data.keep` needs one meaning of values: "
            "`data.value_range` and `data.target_value_range` must be the "
            f"same. Received: {ranges[0]} and {ranges[1]}"
        )


def _check_labels(config):
    """Refuses labels whose classes are not the same."""
    data = config.data
    places = (data.source_labels, data.target_labels)
    found = {
        domain: _classes_of(data, domain)
        for domain, place in zip(("source", "target"), places)
        if place is not None
    }
    if len(set(found.values())) > 1:
        raise ValueError(
            "Config fields `data.source_labels` and `data.target_labels` must "
            f"name the same classes. Received: {found['source']} and "
            f"{found['target']}"
        )


def _classes_of(data, domain):
    """What the labels of a domain name, in words."""
    space = data.label_space(domain)
    count = {"index": data.label_classes, "mask": 2}.get(space, 19)
    if count is None:
        raise ValueError(
            "Config field `data.label_classes` must say how many classes "
            "labels of 'index' have. Received: None"
        )
    if data.label_classes not in (None, count):
        raise ValueError(
            f"Config field `data.label_classes` must be {count} or None, for "
            f"labels of {space!r}. Received: {data.label_classes}"
        )
    whose = "your own" if space in OWN_SPACES else "Cityscapes"
    return f"{count} classes of {whose}"


def _check_minimum_valid(config):
    """Refuses empty pixels where nothing knows what to do with them."""
    data = config.data
    if data.minimum_valid < 1 and (data.crop_size is None or data.matching):
        raise ValueError(
            "Config field `data.minimum_valid` below 1 is for crops that are "
            "drawn anywhere: `data.crop_size` must be a size, and "
            f"`data.matching` None. Received: {data.minimum_valid}, "
            f"{data.crop_size} and {data.matching!r}"
        )


def _check_scales(config):
    """Refuses crops whose parts do not lie on the grid of the encoder."""
    scales = config.multi_scale
    if config.generator.kind != "resnet":
        raise ValueError(
            "Config field `multi_scale.fusion` is for the generator of kind "
            "'resnet', whose last activations have the size of the image. "
            f"Received: generator.kind={config.generator.kind!r}"
        )
    grid = 4 * scales.ratio
    # Whole images are mirrored until they fit.
    sides = config.data.crop_height_width or (math.inf, math.inf)
    if config.data.crop_size and any(side % grid for side in sides):
        raise ValueError(
            f"Config field `data.crop_size` must be a multiple of {grid}, "
            "which is 4 times `multi_scale.ratio`, in height and width. "
            f"Received: {config.data.crop_size}"
        )
    if scales.detail_size % grid or scales.detail_size > min(sides):
        raise ValueError(
            "Config field `multi_scale.detail_size` must be a multiple of "
            f"{grid}, which is 4 times `multi_scale.ratio`, and not larger "
            f"than `data.crop_size`, which is {config.data.crop_size}. "
            f"Received: {scales.detail_size}"
        )
    if config.contrastive.flip_equivariance:
        raise ValueError(
            "Config field `contrastive.flip_equivariance` is for a single "
            "scale; `multi_scale.fusion` must be None with it. "
            f"Received: {scales.fusion!r}"
        )
