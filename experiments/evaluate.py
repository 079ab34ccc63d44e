"""Scores translations: like the target, and the same scene.

Prints and writes the distance to the target domain (FID, KID); for street
scenes with labels, what the Cityscapes segmenter that ships with the package
still recognises; for paired images, the distance to the true ones. Without
--model the images are scored untranslated. Images are read one after the
other: memory does not grow with their number. Examples:

  python experiments/evaluate.py --model=runs/street --source=game/test \\
      --target=street/test --labels=game/labels --output=runs/street/scores.json

How much of the scene each step towards the target costs, in one run:

  python experiments/evaluate.py --model=runs/street --source=game/test \\
      --target=street/test --labels=game/labels --strength=0,0.25,0.5,0.75,1 \\
      --output=runs/street/frontier.json --plot=runs/street/frontier.png
"""

import hashlib
import json
import pathlib
import warnings

import dataroot
from absl import flags
from cli import quiet_imports
from cli import run
from evaluated_images import keep_masks
from evaluated_images import references
from evaluated_images import scored_controls
from evaluated_images import source_images
from evaluated_models import load_model
from evaluated_models import scores_of_models
from path_flags import check_files_to_write
from path_flags import check_folders_to_write
from path_flags import check_images
from path_flags import check_inputs
from path_flags import check_models
from shared_flags import define_guided_radius

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model",
    None,
    "Run directory, .keras or .pth file, or the name of a translator that "
    "ships with the package; none: untranslated.",
)
flags.DEFINE_string("source", None, "Source images, as in train.py.")
flags.DEFINE_string("target", None, "Target images; none: no FID and KID.")
dataroot.define_flags("testA", "testB")
flags.DEFINE_string(
    "labels",
    None,
    "Folder of labels of the source images, or @left or @right half of it.",
)
flags.DEFINE_string(
    "label_space",
    "cityscapes_train_ids",
    "Numbers of the labels: cityscapes_train_ids, cityscapes_ids, camvid, "
    "carla_0_8, carla_0_9_13, carla_0_9_14, gta5, synthia, virtual_kitti, or "
    "cityscapes_palette for label colours.",
)
flags.DEFINE_string(
    "truth",
    None,
    "Images that the translations should be, with the names of the source "
    "images; none: no paired scores.",
)
flags.DEFINE_string(
    "keep",
    None,
    "Masks of what of the source images must not change, as in translate.py; "
    "their names end as those of --labels may.",
)
flags.DEFINE_integer(
    "keep_border",
    8,
    "Pixels around what is kept in which input and translation are mixed.",
    lower_bound=0,
)
flags.DEFINE_list(
    "source_endings",
    [],
    "How names end where this does not count, those of source images first: "
    "_leftImg8bit,_gtFine_labelIds.",
)
flags.DEFINE_string(
    "resize", "", "Size of source images before translation: 256, 152x256."
)
flags.DEFINE_string("target_resize", "", "The same for target images.")
flags.DEFINE_string("resize_filter", "bicubic", "Filter of both.")
flags.DEFINE_string(
    "inception",
    None,
    "Weights of the Inception network of FID (.npz, or the public .pth); "
    "downloaded and checked if not given.",
)
flags.DEFINE_string(
    "cache",
    None,
    "Folder that keeps what Inception saw in target images, for the next "
    "evaluation against them.",
)
flags.DEFINE_string(
    "fusion",
    None,
    "Of a model of two scales: attention, laplacian, fixed, context or "
    "detail, instead of that of its training.",
)
flags.DEFINE_list(
    "strength",
    None,
    "Blend strength, from 0 (the input) to 1 (the full translation), of a "
    "residual generator, or one with a guided filter; its own if not given. "
    "Several, as 0,0.5,1, are scored one after the other, beside the "
    "untranslated images.",
)
define_guided_radius()
flags.DEFINE_string(
    "plot",
    None,
    "Image file for the scores of several --strength: likeness to the target "
    "against what of the scene is kept.",
)
flags.DEFINE_bool(
    "class_matched",
    None,
    "Compare with --target class by class, for street scenes; unless given, "
    "where there are --labels. Without these the segmenter's are taken.",
)
flags.DEFINE_string(
    "target_labels",
    None,
    "Labels of --target for it; none: what the segmenter sees.",
)
flags.DEFINE_string(
    "target_label_space", "cityscapes_train_ids", "What they mean."
)
flags.DEFINE_list(
    "target_endings",
    [],
    "How names of --target and of --target_labels end where this does not "
    "count, as --source_endings.",
)
flags.DEFINE_bool(
    "controls",
    False,
    "Score also the untranslated, blurred and JPEG-compressed source images, "
    "and one half of --target against the other.",
)
flags.DEFINE_string(
    "control_images",
    None,
    "Real images to score against --target as a control, such as those of "
    "another city; of the size that --target_resize says.",
)
flags.DEFINE_integer(
    "limit",
    0,
    "Score the first source images only; 0: all.",
    lower_bound=0,
)
flags.DEFINE_string(
    "value_range",
    None,
    "Stored values of source images that stand for black and white, as "
    "low,high; what the model was trained with, or the range of their type.",
)
flags.DEFINE_string(
    "target_value_range",
    None,
    "The same for translations, target images and true images.",
)
flags.DEFINE_integer("seed", 0, "Of the subsets of KID.")
flags.DEFINE_string("output", None, "JSON file to write.")


def main(_):
    source, target = dataroot.places(
        "test", "source", "target", ("source", "output")
    )
    strengths = parsed_strengths()
    check_flags(target, strengths)
    with quiet_imports():
        from semst_tf.data.on_demand import OnDemand
        from semst_tf.metrics.all_scores import score_line
        from semst_tf.storage.atomic_files import write_json

    # A warning about few images is for the person, not for a log.
    warnings.showwarning = lambda message, *_, **__: print(f"note: {message}")
    # A model that cannot be read is told before images are looked at.
    models = {
        strength: load_model(strength) for strength in strengths or [None]
    }
    images, like_outputs = source_images(source, next(iter(models.values())))
    masks = keep_masks(images)
    shown = OnDemand.scored(images)
    evaluation = references(images, shown, target, like_outputs)
    scores = {
        "settings": settings(strengths),
        "images": len(images),
        **scores_of_models(evaluation, models, images, masks),
    }
    if FLAGS.controls or FLAGS.control_images is not None:
        scores["controls"] = scored_controls(
            evaluation, shown, target, like_outputs
        )
        for name, row in scores["controls"].items():
            print(f"control, {name}: {score_line(row)}")
    output = pathlib.Path(FLAGS.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_json(output, scores)
    print(f"wrote {output}")
    if FLAGS.plot is not None:
        plot(scores)


def parsed_strengths():
    """Reads --strength as a list of numbers, empty if it is not given."""
    try:
        strengths = [float(text) for text in FLAGS.strength or []]
    except ValueError:
        strengths = [-1.0]
    if not all(0 <= strength <= 1 for strength in strengths):
        raise ValueError(
            "--strength takes numbers from 0 to 1, as 0.5 or 0,0.5,1. "
            f"Received: {','.join(FLAGS.strength)}"
        )
    if len(set(strengths)) < len(strengths):
        raise ValueError(
            "--strength names a number twice. "
            f"Received: {','.join(FLAGS.strength)}"
        )
    return strengths


def check_flags(target, strengths):
    """Raises for what can be seen before anything is loaded."""
    if target is FLAGS.labels is FLAGS.truth is None:
        raise ValueError(
            "Nothing to score against: give --target, --labels or --truth. "
            "Received: none of them"
        )
    if strengths and FLAGS.model is None:
        raise ValueError("--strength has no use without --model")
    if FLAGS.guided_radius is not None and FLAGS.model is None:
        raise ValueError("--guided_radius has no use without --model")
    if FLAGS.plot is not None:
        if len(strengths) < 2 or target is None or FLAGS.labels is None:
            raise ValueError(
                "--plot shows several --strength against each other, and "
                "needs --target and --labels"
            )
        if pathlib.Path(FLAGS.plot).suffix not in (".png", ".svg", ".pdf"):
            raise ValueError(
                f"--plot ends in .png, .svg or .pdf. Received: {FLAGS.plot}"
            )
    check_models("model")
    if target is None:
        for name in ("target_labels", "control_images"):
            if FLAGS[name].value is not None:
                raise ValueError(f"--{name} has no use without --target")
        if FLAGS.class_matched or FLAGS.controls:
            raise ValueError("--class_matched and --controls need --target")
    check_images("source", "target", "labels", "truth", "keep")
    if FLAGS.keep is not None and FLAGS.model is None:
        raise ValueError("--keep has no use without --model")
    check_images("target_labels", "control_images")
    check_inputs("inception")
    check_folders_to_write("cache")
    check_files_to_write("output", "plot")
    output = pathlib.Path(FLAGS.output)
    if output.exists() and output.suffix.lower() != ".json":
        raise ValueError(
            "--output is a JSON file, and something else is there. "
            f"Received: {output}"
        )


def plot(scores):
    """Draws the scores of several strengths."""
    from semst_tf.metrics.plot_frontier import plot_frontier

    pathlib.Path(FLAGS.plot).parent.mkdir(parents=True, exist_ok=True)
    plot_frontier(FLAGS.plot, scores["strengths"], scores["untranslated"])
    print(f"wrote {FLAGS.plot}")


def settings(strengths):
    """What the scores depend on, besides the images."""
    from semst_tf.version import __version__

    described = {
        name: FLAGS[name].value
        for name in ("resize", "target_resize", "resize_filter", "seed")
    }
    if strengths:
        several = len(strengths) > 1
        described["strength"] = strengths if several else strengths[0]
    if FLAGS.guided_radius is not None:
        described["guided_radius"] = FLAGS.guided_radius
    if FLAGS.fusion is not None:
        described["fusion"] = FLAGS.fusion
    if FLAGS.labels is not None:
        described["label_space"] = FLAGS.label_space
    if FLAGS.keep is not None:
        described["keep_border"] = FLAGS.keep_border
    if FLAGS.inception is not None:
        content = pathlib.Path(FLAGS.inception).read_bytes()
        described["inception_sha256"] = hashlib.sha256(content).hexdigest()
    described |= model_settings(FLAGS.model)
    return {"semst_tf": __version__, **described}


def model_settings(model):
    """What the `config.json` of a model's folder says of it.

    Args:
        model: str. Value of --model, or `None`.

    Returns:
        Dict: `"config"` and its hash of a run directory, the hash of the
        weights of an exported model; empty where there is no such file.
    """
    if model is None:
        return {}
    from semst_tf.export.write_saved_model import newest_version
    from semst_tf.loading.load_translator import is_saved_model
    from semst_tf.loading.model_place import model_place

    place = model_place(model)
    if is_saved_model(place):
        place = newest_version(place)
    path = place / "config.json"
    if not path.is_file():
        return {}
    try:
        described = json.loads(path.read_text())
    except ValueError:
        return {}
    if not isinstance(described, dict):
        return {}
    if "config" not in described:
        names = {"weights_sha256"} & set(described)
        return {name: described[name] for name in names}
    content = json.dumps(described["config"], sort_keys=True).encode()
    return {
        "config": described["config"],
        "config_sha256": hashlib.sha256(content).hexdigest(),
    }


if __name__ == "__main__":
    run(main)
