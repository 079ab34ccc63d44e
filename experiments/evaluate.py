"""Scores translations: like the target, and the same scene.

Prints and writes the distance to the target domain (FID, KID); for street
scenes with labels, what the Cityscapes segmenter that ships with the package
still recognises; for paired pictures, the distance to the true ones. Without
--model the pictures are scored untranslated. Example:

  python experiments/evaluate.py --model=runs/street --source=game/test \\
      --target=street/test --labels=game/labels --output=runs/street/scores.json
"""

import hashlib
import json
import pathlib

from absl import flags
from cli import quiet_imports
from cli import run
from cli import show_label_shares

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model", None, "Run directory, .keras or .pth file; none: untranslated."
)
flags.DEFINE_string(
    "source", None, "Source pictures, as in train.py.", required=True
)
flags.DEFINE_string("target", None, "Target pictures; none: no FID and KID.")
flags.DEFINE_string(
    "labels",
    None,
    "Folder of labels of the source pictures, or @left or @right half of it.",
)
flags.DEFINE_string(
    "label_space",
    "cityscapes_train_ids",
    "Numbers of the labels: cityscapes_train_ids, cityscapes_ids, camvid, "
    "carla_0_8, carla_0_9_14, or cityscapes_palette for label colours.",
)
flags.DEFINE_string(
    "truth",
    None,
    "Pictures that the translations should be, with the names of the source "
    "pictures; none: no paired scores.",
)
flags.DEFINE_list(
    "source_endings",
    [],
    "How names end where this does not count, those of source pictures first: "
    "_leftImg8bit,_gtFine_labelIds.",
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
flags.DEFINE_string(
    "cache",
    None,
    "Folder that keeps what Inception saw in target pictures, for the next "
    "evaluation against them.",
)
flags.DEFINE_string(
    "fusion",
    None,
    "Of a model of two scales: attention, laplacian, fixed, context or "
    "detail, instead of that of its training.",
)
flags.DEFINE_float(
    "strength",
    None,
    "Share of the way from the input that translations go, from 0 to 1, of a "
    "residual generator (semst and semst_multiscale); its own if not given.",
)
flags.DEFINE_integer(
    "limit", 0, "Score the first source pictures only; 0: all."
)
flags.DEFINE_integer("seed", 0, "Of the subsets of KID.")
flags.DEFINE_string("output", None, "JSON file to write.", required=True)


def main(_):
    if FLAGS.target is FLAGS.labels is FLAGS.truth is None:
        raise ValueError(
            "Nothing to score against: give --target, --labels or --truth. "
            "Received: none of them"
        )
    with quiet_imports():
        from semst_tf.data.read_images import open_images
        from semst_tf.metrics.all_scores import score_line
        from semst_tf.storage.atomic_files import write_json

    images = open_images(
        FLAGS.source,
        FLAGS.resize,
        FLAGS.resize_filter,
        FLAGS.limit,
        FLAGS.source_endings,
    )
    sources = [images.load(index) for index in range(len(images))]
    evaluation = references(images, sources)
    scores = {"settings": settings(), "pictures": len(sources)}
    translations, attention = translated(sources)
    scores |= {**evaluation.scores(translations), **attention}
    output = pathlib.Path(FLAGS.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_json(output, scores)
    print(score_line(scores))
    print(f"wrote {output}")


def references(images, sources):
    """Reads labels, target and true pictures, where they are asked for."""
    from semst_tf.data.read_images import read_images
    from semst_tf.metrics.evaluation import Evaluation

    labels = targets = truths = None
    if FLAGS.labels is not None:
        labels = labels_of(images)
    if FLAGS.truth is not None:
        truths = true_pictures(images)
    if FLAGS.target is not None:
        _, targets = read_images(
            FLAGS.target, FLAGS.target_resize, FLAGS.resize_filter
        )
    return Evaluation(
        labels=labels,
        targets=targets,
        truths=truths,
        sources=sources,
        inception=FLAGS.inception,
        cache=FLAGS.cache,
        seed=FLAGS.seed,
    )


def labels_of(images):
    """Reads the labels of images, and shows which classes they have."""
    from semst_tf.data.labels import Labels
    from semst_tf.pretrained import SEGMENTER_SIZE

    labels = Labels.of(
        images, FLAGS.labels, FLAGS.label_space, FLAGS.source_endings
    )
    arrays = [
        labels.load(index, SEGMENTER_SIZE) for index in range(len(labels))
    ]
    show_label_shares("labels", labels.shares)
    return arrays


def true_pictures(images):
    """Reads the pictures that belong to these."""
    from semst_tf.data.read_images import open_partners

    truths, places = open_partners(
        images,
        FLAGS.truth,
        "true picture",
        FLAGS.source_endings,
        resize=FLAGS.resize,
        resize_filter=FLAGS.resize_filter,
    )
    return [truths.load(place) for place in places]


def translated(sources):
    """Translates the pictures, and describes the attention of two scales.

    Without a model the pictures themselves are returned.
    """
    if FLAGS.model is None:
        return sources, {}
    from semst_tf.inference.translate import translate
    from semst_tf.loading.load_translator import load_translator
    from semst_tf.metrics.attention_scores import attention_scores

    translator = load_translator(FLAGS.model, FLAGS.strength)
    if FLAGS.fusion is not None:
        if not hasattr(translator, "fused_by"):
            raise ValueError(
                "Only a model of two scales has a fusion. "
                f"Received: --fusion={FLAGS.fusion}"
            )
        translator = translator.fused_by(FLAGS.fusion)
    attention = attention_scores(translator, sources)
    translations = translate(translator, sources)
    return translations, {} if attention is None else {"attention": attention}


def settings():
    """What the scores depend on, besides the pictures."""
    from semst_tf.version import __version__

    described = {
        name: FLAGS[name].value
        for name in ("resize", "target_resize", "resize_filter", "seed")
    }
    if FLAGS.strength is not None:
        described["strength"] = FLAGS.strength
    if FLAGS.fusion is not None:
        described["fusion"] = FLAGS.fusion
    if FLAGS.labels is not None:
        described["label_space"] = FLAGS.label_space
    if FLAGS.inception is not None:
        content = pathlib.Path(FLAGS.inception).read_bytes()
        described["inception_sha256"] = hashlib.sha256(content).hexdigest()
    config = pathlib.Path(FLAGS.model or "") / "config.json"
    if FLAGS.model is not None and config.is_file():
        described["config"] = json.loads(config.read_text())["config"]
        content = json.dumps(described["config"], sort_keys=True).encode()
        described["config_sha256"] = hashlib.sha256(content).hexdigest()
    return {"semst_tf": __version__, **described}


if __name__ == "__main__":
    run(main)
