"""Which classes a segmenter is taught."""

from semst_tf.data.label_spaces import CITYSCAPES_CLASSES


def taught_classes(source, names=None):
    """Returns the classes to teach, in the order of Cityscapes.

    Args:
        source: `LabelledImages` to train on.
        names: List of names of Cityscapes classes, or `None` for all that
            occur in the labels.

    Returns:
        List of int.

    Raises:
        ValueError: If a class does not occur, or fewer than two are left.
    """
    if names is None:
        classes = source.classes
    else:
        unknown = set(names) - set(class_names(source.classes))
        if unknown:
            raise ValueError(
                "Classes to teach must occur in the labels of the source, "
                f"which show {', '.join(class_names(source.classes))}. "
                f"Received: {', '.join(sorted(unknown))}"
            )
        classes = [c for c in source.classes if CITYSCAPES_CLASSES[c] in names]
    if len(classes) < 2:
        raise ValueError(
            "A segmenter needs at least two classes to tell apart. "
            f"Received: {', '.join(class_names(classes)) or 'none'}"
        )
    return classes


def class_names(classes):
    """Returns the names of Cityscapes classes, a list of str."""
    return [CITYSCAPES_CLASSES[c] for c in classes]
