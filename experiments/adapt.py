"""Trains a segmenter for a domain that has no labels.

Translates labelled images, trains one segmenter on these and one on the
untranslated images, with equal labels, steps and seeds, and scores both on
labelled images of the target domain. Everything lands in --workdir; the
same command continues. Example:

  python experiments/adapt.py --model=runs/street --workdir=runs/adapt \\
      --source=camvid/train --source_labels=camvid/trainannot \\
      --source_label_space=camvid --source_size=192x256 \\
      --test=streets/val@left --test_labels=streets/val@right \\
      --test_label_space=cityscapes_palette --test_size=128x256

Without --model, and with --baselines, it tells what can be had without a
translator; --mixed, --strengths and --self_training are further ways to train,
and --oracle the ceiling.

Print what runs found, without training:

  python experiments/adapt.py --show="runs/*/results.json"
"""

import json
import pathlib

from absl import flags
from cli import quiet_imports
from cli import run
from cli import show_label_shares
from path_flags import check_folders_to_write
from path_flags import check_images
from path_flags import check_models
from path_flags import found_paths
from shared_flags import define_guided_radius

FLAGS = flags.FLAGS
SPACES = (
    "cityscapes_train_ids, cityscapes_ids, camvid, carla_0_8, carla_0_9_13, "
    "carla_0_9_14, gta5, synthia, virtual_kitti, or cityscapes_palette for "
    "label colours."
)
flags.DEFINE_string(
    "model",
    None,
    "The translator: run directory, .keras file, SavedModel, or .pth file of "
    "the CUT family. None: a study without translations.",
)
flags.DEFINE_string("workdir", None, "Directory; made if it is missing.")
for prefix, meaning in (
    ("source", "to train on"),
    ("test", "of the target domain to score on"),
    ("fine_tuning", "to fine-tune on, if wanted"),
    ("oracle", "of the target domain to train on as a ceiling, if wanted"),
):
    flags.DEFINE_string(
        prefix, None, f"Folder of images {meaning}, or folder@left."
    )
    flags.DEFINE_string(
        f"{prefix}_labels", None, "Folder of their labels, or folder@right."
    )
    flags.DEFINE_string(
        f"{prefix}_label_space",
        "cityscapes_train_ids",
        f"Numbers of these labels: {SPACES}",
    )
    flags.DEFINE_string(
        f"{prefix}_size",
        "",
        "Size to which these images and labels are brought, as 128x256 "
        "(height x width); empty: their own.",
    )
    flags.DEFINE_list(
        f"{prefix}_endings",
        [],
        "How names end where this does not count, those of images first: "
        "_leftImg8bit,_gtFine_labelIds.",
    )
flags.DEFINE_string(
    "target",
    None,
    "Folder of images of the target domain without labels, or folder@left: for "
    "--baselines and --self_training.",
)
flags.DEFINE_string(
    "target_size", "", "Size to which these are brought; empty: their own."
)
flags.DEFINE_list(
    "baselines",
    [],
    "Also train on images that are adapted without training: fda (Fourier "
    "amplitudes of the target), colour_map (one linear map of colours).",
)
flags.DEFINE_bool(
    "mixed", False, "Also train on untranslated and translated images in turn."
)
flags.DEFINE_list(
    "strengths",
    [],
    "Also train on images translated at these blend strengths in turn, as "
    "0.4,0.7,1; of a residual generator.",
)
flags.DEFINE_bool(
    "self_training",
    False,
    "Also train on translated images and, in turn, on images of --target with "
    "the labels that the segmenter of translated images gives them.",
)
flags.DEFINE_float(
    "confidence",
    0.9,
    "Probability from which a label of --self_training counts.",
)
flags.DEFINE_list(
    "classes",
    None,
    "Cityscapes classes to teach, as road,car; all that the labels of the "
    "source show if not given.",
)
flags.DEFINE_enum(
    "mode",
    "whole",
    ["whole", "tiled", "exact_tiled"],
    "How images are translated: in one piece, or in tiles.",
)
flags.DEFINE_float(
    "strength",
    None,
    "Blend strength, from 0 (the input) to 1 (the full translation), of a "
    "residual generator, or one with a guided filter; its own if not given.",
)
define_guided_radius()
flags.DEFINE_integer("seeds", 3, "Repetitions; more can be added later.")
flags.DEFINE_enum(
    "segmenter",
    "efficientnet_lite0",
    ["efficientnet_lite0", "deeplab"],
    "A head on the ImageNet network that ships, or a DeepLabV3+ of keras-cv "
    "from random weights.",
)
flags.DEFINE_float(
    "backbone_rate",
    0.0,
    "How fast the backbone of efficientnet_lite0 is fine-tuned, as a share of "
    "the learning rate; 0: frozen.",
)
flags.DEFINE_integer("filters", 24, "Width of the segmenter.")
flags.DEFINE_integer("steps", 400, "Steps of each training.")
flags.DEFINE_integer("fine_tuning_steps", 100, "Steps of each fine-tuning.")
flags.DEFINE_integer("batch_size", 4, "Images a step.")
flags.DEFINE_float("learning_rate", 1e-3, "Of the segmenters, at the start.")
flags.DEFINE_integer("checkpoint_every", 100, "Steps between checkpoints.")
flags.DEFINE_string(
    "show", None, "Only print the tables of these results.json (a glob)."
)


def main(_):
    if FLAGS.show is not None:
        show(FLAGS.show)
        return
    check_flags()
    with quiet_imports():
        from semst_tf.adaptation import AdaptationStudy
        from semst_tf.adaptation import adaptation_table

    study = AdaptationStudy(
        FLAGS.workdir,
        labelled("source"),
        labelled("test"),
        FLAGS.model,
        fine_tuning=labelled("fine_tuning") if FLAGS.fine_tuning else None,
        classes=FLAGS.classes,
        seeds=FLAGS.seeds,
        recipe=recipe(),
        mode=FLAGS.mode,
        strength=FLAGS.strength,
        guided_radius=FLAGS.guided_radius,
        target=target_images(),
        baselines=FLAGS.baselines,
        mixed=FLAGS.mixed,
        strengths=strengths(),
        self_training=FLAGS.self_training,
        confidence=FLAGS.confidence,
        oracle=labelled("oracle") if FLAGS.oracle else None,
    )
    print(adaptation_table(study.run()), end="")
    print(f"wrote {pathlib.Path(FLAGS.workdir) / 'results.json'}")


def check_flags():
    """Raises for flags that have to be given and are not."""
    needed = ["workdir", "source", "source_labels", "test"]
    needed += ["test_labels"]
    if FLAGS.fine_tuning:
        needed.append("fine_tuning_labels")
    if FLAGS.oracle:
        needed.append("oracle_labels")
    if FLAGS.baselines or FLAGS.self_training:
        needed.append("target")
    if FLAGS.model == "" or (
        FLAGS.mixed or FLAGS.strengths or FLAGS.self_training
    ):
        needed.append("model")
    missing = [f"--{name}" for name in needed if not FLAGS[name].value]
    if missing:
        raise ValueError(
            f"These options have to be given: {', '.join(missing)} "
            "(try --help). Received: none of them"
        )
    check_models("model")
    for prefix in ("source", "test", "fine_tuning", "oracle"):
        check_images(prefix, f"{prefix}_labels")
    check_images("target")
    check_folders_to_write("workdir")


def labelled(prefix):
    """Reads the images and labels that the flags of a prefix name."""
    from semst_tf.adaptation import LabelledImages

    value = {
        name: FLAGS[f"{prefix}_{name}"].value
        for name in ("labels", "label_space", "size", "endings")
    }
    images = LabelledImages(
        FLAGS[prefix].value,
        value["labels"],
        value["label_space"],
        size=value["size"] or None,
        endings=value["endings"],
    )
    show_label_shares(f"{prefix}_labels", images.shares)
    return images


def target_images():
    """The images of the target domain, if there are any."""
    from semst_tf.adaptation import TargetImages

    if not FLAGS.target:
        return None
    return TargetImages(FLAGS.target, FLAGS.target_size or None)


def strengths():
    """The blend strengths of --strengths."""
    try:
        return [float(value) for value in FLAGS.strengths]
    except ValueError as error:
        raise ValueError(
            "--strengths are numbers from 0 to 1, separated by commas. "
            f"Received: {','.join(FLAGS.strengths)}"
        ) from error


def recipe():
    """Reads how segmenters are trained."""
    from semst_tf.adaptation import SegmenterRecipe

    return SegmenterRecipe(
        filters=FLAGS.filters,
        steps=FLAGS.steps,
        fine_tuning_steps=FLAGS.fine_tuning_steps,
        batch_size=FLAGS.batch_size,
        learning_rate=FLAGS.learning_rate,
        checkpoint_every=FLAGS.checkpoint_every,
        segmenter=FLAGS.segmenter,
        backbone_rate=FLAGS.backbone_rate,
    )


def show(pattern):
    """Prints the tables of studies that were done."""
    paths = found_paths(pattern)
    if not paths:
        raise ValueError(f"There are no results. Received: --show={pattern}")
    with quiet_imports():
        from semst_tf.adaptation import adaptation_table
    for path in paths:
        results = json.loads(pathlib.Path(path).read_text())
        if not isinstance(results, dict) or "cells" not in results:
            raise ValueError(
                f"This is no results.json of adapt.py. Received: {path}"
            )
        print(f"{pathlib.Path(path).stem}\n\n{adaptation_table(results)}")


if __name__ == "__main__":
    run(main)
