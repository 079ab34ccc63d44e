"""Flags of trainings, and what scripts that train do with them."""

import pathlib
import shlex

import dataroot
from absl import flags
from cli import assignments
from cli import command
from cli import quiet_imports
from cli import show_label_shares
from path_flags import check_folders_to_write
from path_flags import check_images
from path_flags import check_inputs
from shared_flags import define_max_pixels

FLAGS = flags.FLAGS

SHORT = {
    "steps": "training.steps",
    "seed": "seed",
    "paired": "data.paired",
    "keep": "data.keep",
}
"""Flags, and the fields of the configuration that they are short for."""

AUTO = "auto"
"""The preset that is chosen by how far apart the domains are."""

# Flags defined here belong to the script that asks for them.
flags.disclaim_key_flags()


def define_flags(preset):
    """Defines the flags of a training.

    Args:
        preset: str. Default of --preset.
    """
    _define_configuration(preset)
    _define_images()
    _define_run()
    _define_validation()


def _define_configuration(preset):
    """What is trained."""
    flags.DEFINE_string(
        "preset",
        preset,
        "Named configuration to start from: tiny, small, cut, fastcut, "
        "hneg_src, semst, semst_guided, semst_pixels, semst_distant, "
        "semst_matched, semst_palette, semst_distant_pixels, fast, faster, "
        "fast_guided, semst_multiscale, tiny_multiscale."
        + (
            " auto is the preset of a run directory that is continued; else "
            "semst_matched, or semst where crops cannot be matched, "
            "semst_distant where the domains are far apart, or semst_palette "
            "where the target has few flat colours, too."
            if preset == AUTO
            else ""
        ),
    )
    flags.DEFINE_integer(
        "steps", None, "Length of the training; short for --set=training.steps."
    )
    flags.DEFINE_integer(
        "seed", None, "Seed of everything; short for --set=seed."
    )
    flags.DEFINE_multi_string(
        "set",
        [],
        "Override a field of the configuration, as often as needed: "
        "--set=generator.filters=32 --set=data.crop_size=128. All fields: "
        "docs/options.md.",
    )


def _define_images():
    """What it is trained on."""
    flags.DEFINE_string(
        "source",
        None,
        "Source images: a folder, searched with its subfolders; a folder@left "
        "or folder@right for one half of side-by-side files; or "
        "tfds:name[/config][@split].",
    )
    flags.DEFINE_string("target", None, "Target images, in the same ways.")
    dataroot.define_flags("trainA", "trainB")
    flags.DEFINE_string(
        "paired",
        None,
        "Images of which the translation is known; short for "
        "--set=data.paired.",
    )
    flags.DEFINE_string(
        "keep",
        None,
        "Masks of what must not change; short for --set=data.keep.",
    )
    define_max_pixels()
    flags.DEFINE_bool(
        "skip_bad", False, "Leave out unreadable images instead of stopping."
    )


def _define_run():
    """How it is trained, and what is written how often."""
    flags.DEFINE_string(
        "workdir", None, "Run directory; made if it is missing."
    )
    flags.DEFINE_enum(
        "dtype",
        "float32",
        ["float32", "mixed_bfloat16", "mixed_float16"],
        "Precision policy. mixed_bfloat16 is nearly twice as fast on "
        "processors that have it.",
    )
    flags.DEFINE_integer(
        "interval", 100, "Steps that a point of the loss curves averages over."
    )
    flags.DEFINE_integer("checkpoint_every", 500, "Steps between checkpoints.")
    flags.DEFINE_integer(
        "keep_checkpoints", 2, "Newest checkpoints that are kept."
    )
    flags.DEFINE_integer("sample_every", 500, "Steps between sample grids.")
    flags.DEFINE_string(
        "devices",
        None,
        "Where to train: gpu:0,gpu:1 or gpu for several GPUs, cpu, or cpu:2 "
        "for two replicas on the processor. Without it all GPUs, or the "
        "processor.",
    )
    flags.DEFINE_bool(
        "deterministic",
        False,
        "Make every operation give the same bits each time; slower on a GPU.",
    )
    flags.DEFINE_string(
        "init",
        None,
        "Begin with the weights of an earlier model that fit: a run "
        "directory, a .keras file, a SavedModel, a latest_net_G.pth of the "
        "CUT family, or the name of a translator that ships with the package.",
    )
    flags.DEFINE_bool(
        "accept_changes",
        False,
        "Continue a training although settings, images or devices have "
        "changed.",
    )


def _define_validation():
    """What is scored while training."""
    flags.DEFINE_string(
        "validate_source",
        None,
        "Images that are translated and scored while training.",
    )
    flags.DEFINE_string(
        "validate_target",
        None,
        "Photographs to compare them with: FID and KID.",
    )
    flags.DEFINE_string(
        "validate_labels",
        None,
        "Labels of --validate_source: what a segmenter still recognises.",
    )
    flags.DEFINE_string(
        "validate_label_space",
        "cityscapes_train_ids",
        "Meaning of the labels, as in evaluate.py.",
    )
    flags.DEFINE_string(
        "validate_keep",
        None,
        "Masks of what of --validate_source must not change; those of --keep "
        "unless given.",
    )
    flags.DEFINE_list(
        "source_endings",
        [],
        "How names of --validate_source and --validate_labels end where this "
        "does not count: _leftImg8bit,_gtFine_labelIds.",
    )
    flags.DEFINE_integer("validate_every", 1000, "Steps between validations.")
    flags.DEFINE_integer(
        "validate_limit", 50, "Images of it that are used.", lower_bound=0
    )
    flags.DEFINE_string(
        "inception", None, "Weights for FID and KID, as in evaluate.py."
    )


def prepare():
    """Does what comes before images are read."""
    from semst_tf.data.pixel_limit import set_max_pixels

    set_max_pixels(FLAGS.max_pixels)
    if FLAGS.deterministic:
        make_deterministic()


def chosen_preset(source, target):
    """The preset that --preset names, or stands for.

    Args:
        source: Source images.
        target: Target images.
    """
    if FLAGS.preset != AUTO:
        return FLAGS.preset
    from semst_tf.config.preset_configs import preset_config
    from semst_tf.config.preset_configs import presets
    from semst_tf.training.run_description import read_description
    from semst_tf.training.suggest_preset import NEAR_PRESET
    from semst_tf.training.suggest_preset import suggest_preset

    description = pathlib.Path(FLAGS.workdir) / "config.json"
    if description.exists():
        preset = read_description(description)["config"].get("preset")
        if preset in presets():
            return preset
    config = preset_config(NEAR_PRESET).replace(overrides())
    preset = suggest_preset(source, target, config)
    print(f"preset: {preset}, by how far apart the domains are")
    return preset


def trained(config, source, target, paired=None):
    """Trains as the flags say; returns the exit code.

    Args:
        config: `SemSTConfig`.
        source: Source images.
        target: Target images.
        paired: `PairedImages` or `None`.
    """
    with quiet_imports():
        from semst_tf.callbacks import TrainingStopped
        from semst_tf.training.training_run import TrainingRun

    training = TrainingRun(
        FLAGS.workdir,
        config,
        source,
        target,
        interval=FLAGS.interval,
        checkpoint_every=FLAGS.checkpoint_every,
        sample_every=FLAGS.sample_every,
        keep_checkpoints=FLAGS.keep_checkpoints,
        dtype=FLAGS.dtype,
        devices=FLAGS.devices,
        skip_bad=FLAGS.skip_bad,
        accept_changes=FLAGS.accept_changes,
        init=FLAGS.init,
        paired=paired,
    )
    # After the devices were chosen: networks that score use them.
    training.validation = validation(config)
    try:
        training.train()
    except TrainingStopped as stopped:
        print(f"\n{stopped}; the same command continues")
        return stopped.exit_code
    print(f"trained: {FLAGS.workdir}/model.keras")
    print(
        f"translate: {command('translate')} "
        f"--model={shlex.quote(FLAGS.workdir)} "
        "--input=image.jpg --output=translated"
    )
    return 0


def check_flags():
    """Raises for what can be seen before anything is loaded."""
    check_images("source", "target", "validate_source", "validate_target")
    check_images("validate_labels", "validate_keep", "paired", "keep")
    if FLAGS.validate_keep is not None and FLAGS.validate_source is None:
        raise ValueError("--validate_keep has no use without --validate_source")
    check_inputs("inception")
    check_folders_to_write("workdir")
    overrides()
    if FLAGS.validate_source is not None:
        if FLAGS.validate_every % FLAGS.interval:
            raise ValueError(
                "--validate_every must be a multiple of --interval, which is "
                f"{FLAGS.interval}. Received: {FLAGS.validate_every}"
            )


def make_deterministic():
    """Makes every operation give the same bits, which TensorFlow can."""
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "--deterministic is for the TensorFlow backend; JAX reads "
            "XLA_FLAGS=--xla_gpu_deterministic_ops=true. Received: backend "
            f"{keras.backend.backend()}"
        )
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()


def validation(config):
    """Reads what is translated and scored while training, if anything."""
    if FLAGS.validate_source is None:
        return None
    from semst_tf.callbacks import ValidationScores
    from semst_tf.data.read_images import open_images
    from semst_tf.metrics.evaluation import Evaluation

    data = config.data
    limit = FLAGS.validate_limit
    images = open_images(
        FLAGS.validate_source,
        data.resize,
        data.resize_filter,
        limit,
        FLAGS.source_endings,
        channels=config.generator.input_channels,
        value_range=data.value_range,
    )
    labels = targets = None
    if FLAGS.validate_labels is not None:
        labels = validation_labels(images)
    if FLAGS.validate_target is not None:
        targets = scored(
            open_images(
                FLAGS.validate_target,
                data.target_resize or data.resize,
                data.resize_filter,
                limit,
                channels=config.generator.output_channels,
                value_range=data.target_value_range,
            )
        )
    masks = validation_masks(config, images)
    sources = loaded(images)
    evaluation = Evaluation(
        labels=labels,
        targets=targets,
        sources=scored(images),
        inception=FLAGS.inception,
    )
    return ValidationScores(
        sources,
        evaluation,
        every=FLAGS.validate_every // FLAGS.interval,
        keep=masks,
    )


def validation_masks(config, images):
    """Reads what is kept of images that are scored; `None` for nothing."""
    place = FLAGS.validate_keep or config.data.keep
    if place is None:
        return None
    from semst_tf.data.keep_masks import KeepMasks

    try:
        masks = KeepMasks.of(
            images, place, config.data.keep_border, FLAGS.source_endings
        )
        return [masks.load(index) for index in range(len(masks))]
    except ValueError as error:
        raise ValueError(
            f"--validate_keep holds the masks of --validate_source: {error}"
        ) from error


def scored(images):
    """Reads all images of a collection, in a range that scores know."""
    if images.value_range is None:
        return loaded(images)
    return [images.to_unit_range(image) for image in loaded(images)]


def loaded(images):
    """Reads all images of a collection."""
    return [images.load(index) for index in range(len(images))]


def validation_labels(images):
    """Reads the labels of images, and shows which classes they have."""
    from semst_tf.data.labels import Labels
    from semst_tf.pretrained import SEGMENTER_SIZE

    labels = Labels.of(
        images,
        FLAGS.validate_labels,
        FLAGS.validate_label_space,
        FLAGS.source_endings,
    )
    arrays = [
        labels.load(index, SEGMENTER_SIZE) for index in range(len(labels))
    ]
    show_label_shares("validate_labels", labels.shares)
    return arrays


def overrides():
    """Reads --set, --steps and --seed as fields of the configuration."""
    fields = assignments(FLAGS.set)
    for name, field in SHORT.items():
        value = FLAGS[name].value
        if value is None:
            continue
        if fields.get(field, str(value)) != str(value):
            raise ValueError(
                f"--{name} is short for --set={field}, and both are given. "
                f"Received: {value} and {fields[field]}"
            )
        fields[field] = value
    return fields
