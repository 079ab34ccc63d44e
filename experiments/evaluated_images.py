"""What evaluate.py opens: source, target and true images, labels, masks."""

from absl import flags
from cli import show_label_shares
from controls import control_scores
from controls import halves

FLAGS = flags.FLAGS


def value_ranges(model):
    """What stands for black and white in sources and in translations."""
    from semst_tf.data.value_range import parse_value_range

    return [
        parse_value_range(FLAGS[name].value) or getattr(model, name, None)
        for name in ("value_range", "target_value_range")
    ]


def _channels_of(model, source):
    """Channels of source images and of translations.

    Without a model grey images are scored as colour, and others as they are.
    """
    if model is not None:
        return {
            "source": model.input_channels,
            "output": getattr(model, "output_channels", model.input_channels),
        }
    from semst_tf.data.read_images import open_images

    stored = open_images(source, channels="auto").header(0).channels
    return dict.fromkeys(("source", "output"), 3 if stored == 1 else stored)


def source_images(source, model):
    """Opens the images that are translated.

    Args:
        source: str. What --source names.
        model: Translator, or `None`.

    Returns:
        `ImageCollection`, and a dict of how images are opened that are like
        their translations.
    """
    from semst_tf.data.read_images import open_images

    channels = _channels_of(model, source)
    ranges = value_ranges(model)
    images = open_images(
        source,
        FLAGS.resize,
        FLAGS.resize_filter,
        FLAGS.limit,
        FLAGS.source_endings,
        channels=channels["source"],
        value_range=ranges[0],
    )
    return images, {"channels": channels["output"], "value_range": ranges[1]}


def keep_masks(images):
    """Masks of what is kept of images, all looked at; or `None`."""
    if FLAGS.keep is None:
        return None
    from semst_tf.data.keep_masks import KeepMasks

    masks = KeepMasks.of(
        images, FLAGS.keep, FLAGS.keep_border, FLAGS.source_endings
    )
    masks.check()
    return masks


def references(images, sources, target, options):
    """Opens labels, target and true images, where they are asked for.

    `options` say how images are opened that are like translations.
    """
    from semst_tf.metrics.distance_scores import check_enough_images

    labels = targets = truths = None
    if FLAGS.labels is not None:
        labels = _labels_of(images)
    if FLAGS.truth is not None:
        truths = _true_images(images, options)
    target_labels = None
    if target is not None:
        targets, target_labels = _target_images(target, options)
        check_enough_images(len(images), len(targets))
    return _evaluation(
        labels=labels,
        targets=targets,
        truths=truths,
        sources=sources,
        class_matched=FLAGS.class_matched,
        target_labels=target_labels,
    )


def _evaluation(**references):
    """An `Evaluation` as the flags say, against these."""
    from semst_tf.metrics.evaluation import Evaluation

    return Evaluation(
        inception=FLAGS.inception,
        cache=FLAGS.cache,
        seed=FLAGS.seed,
        **references,
    )


def scored_controls(evaluation, sources, target, options):
    """Scores images that nothing translated, see controls.py."""
    from semst_tf.data.on_demand import OnDemand
    from semst_tf.data.read_images import open_images

    targets, target_labels = _target_images(target, options)
    real = {}
    if len(targets) > 3:
        some, others = halves(targets)
        labels = (None, None)
        if target_labels is not None:
            labels = halves(target_labels)
        real["target itself"] = (_real_images(others, some, *labels), others)
    if FLAGS.control_images is not None:
        images = OnDemand.scored(
            open_images(
                FLAGS.control_images,
                FLAGS.target_resize,
                FLAGS.resize_filter,
                **options,
            )
        )
        real["other images"] = (
            _real_images(images, targets, target_labels),
            images,
        )
    return control_scores(evaluation, sources, real)


def _real_images(images, targets, target_labels, labels=None):
    """What real images are scored against: the target domain alone."""
    class_matched = FLAGS.class_matched
    if class_matched is None:
        class_matched = FLAGS.labels is not None
    return _evaluation(
        labels=labels,
        targets=targets,
        sources=images,
        class_matched=class_matched,
        target_labels=target_labels,
    )


def _target_images(target, options):
    """Opens the target images, and their labels if there are any."""
    from semst_tf.data.on_demand import OnDemand
    from semst_tf.data.read_images import open_images

    images = open_images(
        target,
        FLAGS.target_resize,
        FLAGS.resize_filter,
        endings=FLAGS.target_endings,
        **options,
    )
    labels = None
    if FLAGS.target_labels is not None:
        labels = _labels_of(images, "target")
    return OnDemand.scored(images), labels


def _labels_of(images, side="source"):
    """Opens the labels of images, and shows which classes they have."""
    from semst_tf.data.labels import Labels
    from semst_tf.data.on_demand import OnDemand
    from semst_tf.pretrained import SEGMENTER_SIZE

    prefix = "" if side == "source" else f"{side}_"
    labels = Labels.of(
        images,
        FLAGS[f"{prefix}labels"].value,
        FLAGS[f"{prefix}label_space"].value,
        FLAGS[f"{side}_endings"].value,
    )
    show_label_shares(f"{prefix}labels", labels.shares)
    return OnDemand(
        lambda index: labels.load(index, SEGMENTER_SIZE), len(labels)
    )


def _true_images(images, options):
    """Opens the images that belong to these."""
    from semst_tf.data.on_demand import OnDemand
    from semst_tf.data.read_images import open_partners

    truths, places = open_partners(
        images,
        FLAGS.truth,
        "true image",
        FLAGS.source_endings,
        resize=FLAGS.resize,
        resize_filter=FLAGS.resize_filter,
        **options,
    )
    truths = OnDemand.scored(truths)
    return OnDemand(lambda index: truths[places[index]], len(places))
