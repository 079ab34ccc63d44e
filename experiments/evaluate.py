"""Scores translations: like the target, and still the same scene.

Prints and writes the distance to the target domain (FID, KID) and, for street
scenes with labels, what the Cityscapes segmenter that ships with the package
still recognises. Without --model the pictures are scored untranslated.
Example:

  python experiments/evaluate.py --model=runs/street --source=game/test \
      --target=street/test --labels=game/labels --output=runs/street/scores.json
"""

import hashlib
import json
import pathlib

from absl import flags
from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model", None, "Run directory, .keras or .pth file; none: untranslated."
)
flags.DEFINE_string(
    "source", None, "Source pictures, as in train.py.", required=True
)
flags.DEFINE_string("target", None, "Target pictures; none: no FID and KID.")
flags.DEFINE_string("labels", None, "Folder of labels of the source pictures.")
flags.DEFINE_string(
    "label_space",
    "cityscapes_train_ids",
    "Numbers of the labels: cityscapes_train_ids, cityscapes_ids, camvid, "
    "carla_0_8, carla_0_9_14, or cityscapes_palette for label colours.",
)
flags.DEFINE_string(
    "resize", "", "Size of source pictures before translation: 256, 152x256."
)
flags.DEFINE_string("target_resize", "", "The same for target pictures.")
flags.DEFINE_string("resize_filter", "bicubic", "Filter of both.")
flags.DEFINE_string(
    "inception",
    None,
    "Weights of the Inception network of FID (.npz, or the public .pth); "
    "downloaded and checked if not given.",
)
flags.DEFINE_integer("limit", 0, "Score the first pictures only; 0: all.")
flags.DEFINE_integer("seed", 0, "Of the subsets of KID.")
flags.DEFINE_string("output", None, "JSON file to write.", required=True)


def main(_):
    if FLAGS.target is None and FLAGS.labels is None:
        raise ValueError(
            "Nothing to score against: give --target, --labels or both. "
            "Received: neither"
        )
    with quiet_imports():
        from semst_tf.files import write_json

    sources, names = pictures(FLAGS.source, FLAGS.resize)
    labels, targets = references(names)
    scores = {"settings": settings(), "pictures": len(sources)}
    scores |= score(translated(sources), labels, targets)
    output = pathlib.Path(FLAGS.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_json(output, scores)
    print(summary(scores))
    print(f"wrote {output}")


def pictures(folder, resize):
    """Reads the pictures of a collection and their names."""
    from semst_tf.data import ImageCollection

    collection = ImageCollection(
        folder,
        resize=resize or None,
        resize_filter=FLAGS.resize_filter,
        channels=3,
    )
    count = min(FLAGS.limit or len(collection), len(collection))
    names = [collection.name(i) for i in range(count)]
    return [collection.load(i) for i in range(count)], names


def references(names):
    """Reads labels and target pictures, where they are asked for."""
    from semst_tf.evaluation import read_labels

    labels = targets = None
    if FLAGS.labels is not None:
        labels = read_labels(FLAGS.labels, names, FLAGS.label_space)
    if FLAGS.target is not None:
        targets, _ = pictures(FLAGS.target, FLAGS.target_resize)
    return labels, targets


def translated(sources):
    """Translates the pictures, or returns them if there is no model."""
    if FLAGS.model is None:
        return sources
    from semst_tf.load_translator import load_translator
    from semst_tf.translate import translate

    return translate(load_translator(FLAGS.model), sources)


def score(translations, labels, targets):
    """Computes the scores that labels and targets allow."""
    from semst_tf.evaluation import consistency_scores
    from semst_tf.evaluation import distance_scores

    scores = {}
    if labels is not None:
        scores["consistency"] = consistency_scores(translations, labels)
    if targets is not None:
        scores["distance"] = distance_scores(
            translations, targets, FLAGS.inception, FLAGS.seed
        )
    return scores


def settings():
    """What the scores depend on, besides the pictures."""
    from semst_tf.version import __version__

    described = {
        name: FLAGS[name].value
        for name in ("resize", "target_resize", "resize_filter", "seed")
    }
    if FLAGS.labels is not None:
        described["label_space"] = FLAGS.label_space
    if FLAGS.inception is not None:
        content = pathlib.Path(FLAGS.inception).read_bytes()
        described["inception_sha256"] = hashlib.sha256(content).hexdigest()
    config = pathlib.Path(FLAGS.model or "") / "config.json"
    if FLAGS.model is not None and config.is_file():
        described["config"] = json.loads(config.read_text())["config"]
    return {"semst_tf": __version__, **described}


def summary(scores):
    """One line to read."""
    parts = []
    if "distance" in scores:
        distance = scores["distance"]
        parts.append(f"FID {distance['fid']:.1f}")
        parts.append(
            f"KID x100 {100 * distance['kid']:.2f} "
            f"+- {100 * distance['kid_standard_error']:.2f}"
        )
    if "consistency" in scores:
        consistency = scores["consistency"]
        parts.append(f"pixel accuracy {consistency['pixel_accuracy']:.3f}")
        parts.append(f"mIoU {consistency['mean_iou']:.3f}")
    return ", ".join(parts)


if __name__ == "__main__":
    run(main)
