"""Numbers and colours of classes in data sets, as Cityscapes classes."""

import numpy as np

IGNORE = 255

CITYSCAPES_CLASSES = (
    "road",
    "sidewalk",
    "building",
    "wall",
    "fence",
    "pole",
    "traffic light",
    "traffic sign",
    "vegetation",
    "terrain",
    "sky",
    "person",
    "rider",
    "car",
    "truck",
    "bus",
    "train",
    "motorcycle",
    "bicycle",
)

# Class numbers of data sets, by the name that Cityscapes has for the class.
# Names that are no training class (`None`) are ignored.
_CITYSCAPES_IDS = {
    **dict.fromkeys((0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30)),
    **dict(
        zip(
            (7, 8, 11, 12, 13, 17, *range(19, 29), 31, 32, 33),
            CITYSCAPES_CLASSES,
        )
    ),
    # The licence plate has the number -1, which 8-bit files cannot hold.
    255: None,
}
_CARLA_0_9_14 = {
    **dict.fromkeys((0, 20, 21, 22, 23, 25, 26, 27, 28)),
    1: "road",
    2: "sidewalk",
    3: "building",
    4: "wall",
    5: "fence",
    6: "pole",
    7: "traffic light",
    8: "traffic sign",
    9: "vegetation",
    10: "terrain",
    11: "sky",
    12: "person",
    13: "rider",
    14: "car",
    15: "truck",
    16: "bus",
    17: "train",
    18: "motorcycle",
    19: "bicycle",
    24: "road",  # road lines
}
# Sky has no number of its own there: it is 0, "none", like much else.
_CARLA_0_8 = {
    0: None,
    1: "building",
    2: "fence",
    3: None,
    4: "person",
    5: "pole",
    6: "road",  # road lines
    7: "road",
    8: "sidewalk",
    9: "vegetation",
    10: "car",  # every vehicle
    11: "wall",
    12: "traffic sign",
}
_CAMVID = {
    0: "sky",
    1: "building",
    2: "pole",
    3: "road",
    4: "sidewalk",
    5: "vegetation",
    6: "traffic sign",
    7: "fence",
    8: "car",
    9: "person",
    10: "rider",  # with the bicycle
    11: None,
}

LABEL_SPACES = {
    "cityscapes_train_ids": {
        **dict(enumerate(CITYSCAPES_CLASSES)),
        IGNORE: None,
    },
    "cityscapes_ids": _CITYSCAPES_IDS,
    "carla_0_9_14": _CARLA_0_9_14,
    "carla_0_8": _CARLA_0_8,
    "camvid": _CAMVID,
}

_COLOURS = (
    (128, 64, 128),
    (244, 35, 232),
    (70, 70, 70),
    (102, 102, 156),
    (190, 153, 153),
    (153, 153, 153),
    (250, 170, 30),
    (220, 220, 0),
    (107, 142, 35),
    (152, 251, 152),
    (70, 130, 180),
    (220, 20, 60),
    (255, 0, 0),
    (0, 0, 142),
    (0, 0, 70),
    (0, 60, 100),
    (0, 80, 100),
    (0, 0, 230),
    (119, 11, 32),
)
_IGNORED_COLOURS = (
    (0, 0, 0),  # unlabelled, ego vehicle, border, static
    (111, 74, 0),  # dynamic
    (81, 0, 81),  # ground
    (250, 170, 160),  # parking
    (230, 150, 140),  # rail track
    (180, 165, 180),  # guard rail
    (150, 100, 100),  # bridge
    (150, 120, 90),  # tunnel
    (0, 0, 90),  # caravan
    (0, 0, 110),  # trailer
)


def map_labels(labels, space):
    """Returns labels of a data set as Cityscapes training classes.

    Args:
        labels: Integer array of any shape.
        space: string. Where the numbers come from: a key of `LABEL_SPACES`.

    Returns:
        uint8 array of the same shape: 0 to 18, or 255 where there is no such
        class.

    Raises:
        ValueError: If the space is unknown, or a label is none of its
            numbers.

    Reference:
        The label definitions of Cityscapes, CARLA and CamVid.
    """
    if space not in LABEL_SPACES:
        raise ValueError(
            f"`space` must be one of {', '.join(LABEL_SPACES)}. "
            f"Received: space={space!r}"
        )
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError(
            "Labels must be integers; colours are read by "
            f"`decode_cityscapes_palette`. Received: dtype={labels.dtype}"
        )
    mapped = np.full(labels.shape, IGNORE, "uint8")
    for number in np.unique(labels):
        if int(number) not in LABEL_SPACES[space]:
            raise ValueError(
                f"These are no labels of {space!r}. Received: label {number}"
            )
        name = LABEL_SPACES[space][int(number)]
        if name is not None:
            mapped[labels == number] = CITYSCAPES_CLASSES.index(name)
    return mapped


def decode_cityscapes_palette(picture):
    """Returns the classes of a picture in the colours of Cityscapes.

    Every pixel gets the class of the nearest colour, so that JPEG files can
    be read. Colours of classes that are not trained are ignored.

    Args:
        picture: uint8 array `(height, width, 3)`.

    Returns:
        uint8 array `(height, width)`: 0 to 18, or 255.

    Raises:
        ValueError: If it is not such a picture.
    """
    picture = np.asarray(picture)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[-1] != 3:
        raise ValueError(
            "A picture of label colours is uint8 (height, width, 3). "
            f"Received: shape={picture.shape}, dtype={picture.dtype}"
        )
    colours = np.array(_COLOURS + _IGNORED_COLOURS, "float32")
    classes = np.full(len(colours), IGNORE, "uint8")
    classes[: len(_COLOURS)] = np.arange(len(_COLOURS))
    pixels = picture.reshape(-1, 3).astype("float32")
    # The squared distance, but for a part that is the same for all colours.
    distances = (colours**2).sum(axis=1) - 2.0 * pixels @ colours.T
    return classes[distances.argmin(axis=1)].reshape(picture.shape[:2])
