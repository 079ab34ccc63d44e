"""Scores of translations: like the target, and still the same scene."""

import pathlib

import numpy as np
from PIL import Image

from semst_tf.data.resize import resize_image
from semst_tf.metrics import CITYSCAPES_CLASSES
from semst_tf.metrics import JUDGE_SIZE
from semst_tf.metrics import FrechetInceptionDistance
from semst_tf.metrics import KernelInceptionDistance
from semst_tf.metrics import SemanticConsistency
from semst_tf.metrics import decode_cityscapes_palette
from semst_tf.metrics import load_judge
from semst_tf.metrics import map_labels
from semst_tf.metrics import segment_pictures


def consistency_scores(pictures, labels):
    """Scores whether a street scene still shows what its labels say.

    The Cityscapes segmenter that ships with the package looks at the
    pictures, at its own size.

    Args:
        pictures: List of uint8 arrays `(height, width, 3)`.
        labels: List of uint8 arrays of Cityscapes training classes, 255 for
            pixels that do not count, of the judge's size.

    Returns:
        Dict, see `SemanticConsistency.report`.
    """
    metric = SemanticConsistency(class_names=CITYSCAPES_CLASSES)
    seen = segment_pictures(load_judge(), pictures, size=JUDGE_SIZE)
    for label, prediction in zip(labels, seen):
        metric.update_state(label, prediction)
    return metric.report()


def read_labels(folder, names, space):
    """Reads the labels of pictures, at the judge's size.

    Args:
        folder: Path of a folder of PNG files, or palette pictures, with the
            names of the pictures (their endings may differ).
        names: List of names of pictures, with or without folders.
        space: str. A key of `semst_tf.metrics.label_spaces.LABEL_SPACES`, or
            `"cityscapes_palette"` for pictures in label colours.

    Returns:
        List of uint8 arrays of Cityscapes training classes.

    Raises:
        ValueError: If a picture has no labels, or a label is none of the
            space's.
    """
    files = {
        path.stem: path
        for path in sorted(pathlib.Path(folder).rglob("*"))
        if path.is_file()
    }
    labels = []
    for name in names:
        stem = pathlib.Path(name).stem
        if stem not in files:
            raise ValueError(
                "Every picture needs a label file of its name. "
                f"Received: no file named {stem} in {folder}"
            )
        labels.append(_read_label(files[stem], space))
    return labels


def _read_label(path, space):
    with Image.open(path) as picture:
        if space == "cityscapes_palette":
            label = decode_cityscapes_palette(
                np.asarray(picture.convert("RGB"))
            )
        else:
            label = map_labels(np.asarray(picture), space)
    # Classes must not be mixed at their borders.
    return resize_image(label[..., None], JUDGE_SIZE, "nearest")[..., 0]


def distance_scores(pictures, targets, weights=None, seed=0):
    """Scores how much pictures look like those of the target domain.

    Args:
        pictures: List of uint8 arrays `(height, width, 3)`.
        targets: List of pictures of the target domain.
        weights: Path of the weights of the 2015 Inception network, or `None`
            to download them on first use.
        seed: int. Of the subsets of KID.

    Returns:
        Dict with `"fid"`, `"kid"`, `"kid_standard_error"` and the counts.
    """
    fid = FrechetInceptionDistance(weights=weights)
    kid = KernelInceptionDistance(
        weights=weights, network=fid.network, seed=seed
    )
    for metric in (fid, kid):
        for target in targets:
            metric.update_target(target[None])
        for picture in pictures:
            metric.update_state(picture[None])
    distance, error = kid.result_and_error()
    return {
        "fid": float(fid.result()),
        "kid": float(distance),
        "kid_standard_error": float(error),
        "pictures": len(pictures),
        "targets": len(targets),
    }
