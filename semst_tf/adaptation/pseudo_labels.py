"""Labels that a segmenter gives to images of the target domain."""

import pathlib

import numpy as np

from semst_tf.adaptation.labelled_images import LabelledImages
from semst_tf.adaptation.segmenter_training import probabilities
from semst_tf.data import write_image
from semst_tf.data.label_spaces import IGNORE
from semst_tf.data.resize import resize_image


def pseudo_labelled(model, target, classes, folder, confidence, cache=None):
    """Labels images of the target where a segmenter is sure.

    Args:
        model: `keras.Model`, see `make_segmenter`.
        target: `TargetImages`.
        classes: List of int. Cityscapes classes in the order of its maps.
        folder: Path of the labels. Created if it is missing; what is there
            already is kept.
        confidence: float. Pixels whose largest probability is below it have
            no label.
        cache: `FeatureCache`, or `None`.

    Returns:
        `LabelledImages`: those of the target with these labels.

    Raises:
        ValueError: If the segmenter is sure of no pixel.
        OSError: If a file cannot be written.

    Reference:
        Self-training, as Zou et al. 2018 without their class balance.
    """
    folder = pathlib.Path(folder)
    missing = [
        index
        for index, name in enumerate(target.names)
        if not (folder / f"{name}.png").exists()
    ]
    found = probabilities(model, target, cache, missing)
    for index, maps in zip(missing, found):
        label = np.asarray(classes, "uint8")[maps.argmax(-1)]
        label[maps.max(-1) < confidence] = IGNORE
        path = folder / f"{target.names[index]}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        # Of the image in its file, which may have other proportions than the
        # size at which it is segmented.
        shape = target.stored_shape(index)
        write_image(path, resize_image(label[..., None], shape, "nearest"))
    labelled = LabelledImages(
        target.folder, folder, "cityscapes_train_ids", size=target.size
    )
    if not labelled.classes:
        raise ValueError(
            "The segmenter is nowhere sure of the target images; ask for less "
            f"confidence. Received: confidence={confidence}"
        )
    return labelled
