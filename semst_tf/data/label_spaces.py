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
# From 0.9.10 to 0.9.13: the numbers of 0.8, and ten more.
_CARLA_0_9_13 = {
    **_CARLA_0_8,
    13: "sky",
    **dict.fromkeys((14, 15, 16, 17, 19, 20, 21)),
    18: "traffic light",
    22: "terrain",
}
# GTA5 ("Playing for Data"): the numbers of Cityscapes; the licence plate is 34.
_GTA5 = {**_CITYSCAPES_IDS, 34: None}
_SYNTHIA = {
    0: None,
    1: "sky",
    2: "building",
    3: "road",
    4: "sidewalk",
    5: "fence",
    6: "vegetation",
    7: "pole",
    8: "car",
    9: "traffic sign",
    10: "person",
    11: "bicycle",
    12: "motorcycle",
    13: None,  # parking slot
    14: None,  # road works
    15: "traffic light",
    16: "terrain",
    17: "rider",
    18: "truck",
    19: "bus",
    20: "train",
    21: "wall",
    22: "road",  # lane marking
}
# Virtual KITTI 2 stores colours; numbers are places in `colors.txt`.
_VIRTUAL_KITTI = {
    0: None,
    1: "terrain",
    2: "sky",
    3: "vegetation",  # tree
    4: "vegetation",
    5: "building",
    6: "road",
    7: None,  # guard rail
    8: "traffic sign",
    9: "traffic light",
    10: "pole",
    11: None,
    12: "truck",
    13: "car",
    14: "car",  # van
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
    "carla_0_9_13": _CARLA_0_9_13,
    "carla_0_8": _CARLA_0_8,
    "gta5": _GTA5,
    "synthia": _SYNTHIA,
    "virtual_kitti": _VIRTUAL_KITTI,
    "camvid": _CAMVID,
}

COLOUR_CODES = {
    "virtual_kitti": (
        (0, 0, 0),
        (210, 0, 200),
        (90, 200, 255),
        (0, 199, 0),
        (90, 240, 0),
        (140, 140, 140),
        (100, 60, 100),
        (250, 100, 255),
        (255, 255, 0),
        (200, 200, 0),
        (255, 130, 0),
        (80, 80, 80),
        (160, 60, 60),
        (255, 127, 80),
        (0, 139, 139),
    ),
}
"""Label spaces whose files hold colours: the colour of every number."""

PALETTE = "cityscapes_palette"
"""Label space of images in the colours of Cityscapes."""

INDEX = "index"
"""Label space of classes of one's own: their numbers from 0, 255 for none."""

MASK = "mask"
"""Label space of black and white images: class 0 is black, class 1 white."""

OWN_SPACES = (INDEX, MASK)
"""Label spaces whose classes are none of Cityscapes."""

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


def class_name(number, space):
    """Returns what a number of a space shows, `None` for no class.

    Args:
        number: int. A number of the space, or a class for label colours.
        space: str. Label space, those of classes of one's own too.

    Returns:
        str or `None`.
    """
    if space in OWN_SPACES:
        return None if number == IGNORE else f"class {number}"
    found = number if space == PALETTE else class_of(number, space)
    return None if found == IGNORE else CITYSCAPES_CLASSES[found]


def check_label_space(space):
    """Raises a `ValueError` unless labels of this space can be read."""
    if space != PALETTE and space not in LABEL_SPACES:
        raise ValueError(
            f"A label space is one of {', '.join(LABEL_SPACES)} or "
            f"{PALETTE}. Received: {space!r}"
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
        ValueError: If the space is unknown, or labels are none of its
            numbers.

    Reference:
        The label definitions of Cityscapes (`labels.py` of its scripts),
        CARLA (its documentation of the semantic camera), CamVid, "Playing for
        Data" (Richter et al. 2016), SYNTHIA-RAND-CITYSCAPES (its README), and
        Virtual KITTI 2 (its page, and `colors.txt`).
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
    counts = count_numbers(labels)
    unknown = {n: c for n, c in counts.items() if n not in LABEL_SPACES[space]}
    if unknown:
        raise ValueError(_unknown_numbers(counts, unknown, space))
    table = np.full(max(counts, default=0) + 1, IGNORE, "uint8")
    for number in counts:
        table[number] = class_of(number, space)
    return table[labels]


def class_of(number, space):
    """Cityscapes training class of a number of a space; 255 for none."""
    name = LABEL_SPACES[space][number]
    return IGNORE if name is None else CITYSCAPES_CLASSES.index(name)


def count_numbers(labels):
    """Returns how many pixels each number has, as a dict of int to int."""
    labels = labels.ravel()
    if labels.dtype in (np.uint8, np.uint16):
        # Many times faster than sorting.
        counts = np.bincount(labels)
        return {int(n): int(counts[n]) for n in np.flatnonzero(counts)}
    numbers, counts = np.unique(labels, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist()))


def _unknown_numbers(counts, unknown, space):
    most = sorted(unknown, key=unknown.get, reverse=True)
    listed = ", ".join(f"label {n} ({unknown[n]} pixels)" for n in most[:5])
    more = f", and {len(most) - 5} more" if len(most) > 5 else ""
    fitting = [n for n, s in LABEL_SPACES.items() if set(counts) <= set(s)]
    hint = f"; all of them are labels of {', '.join(fitting)}"
    return (
        f"These are no labels of {space!r}{hint if fitting else ''}. "
        f"Received: {listed}{more}"
    )


def decode_colour_codes(image, space):
    """Returns the numbers of an image whose colours are exact codes.

    Args:
        image: uint8 array `(height, width, 3)`.
        space: str. A key of `COLOUR_CODES`.

    Returns:
        uint8 array `(height, width)` of numbers of the space.

    Raises:
        ValueError: If it is no such image, or has another colour.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[-1] != 3:
        raise ValueError(
            f"Labels of {space!r} are colours, uint8 (height, width, 3). "
            f"Received: shape={image.shape}, dtype={image.dtype}"
        )
    codes = image.astype("uint32") @ np.array([65536, 256, 1], "uint32")
    numbers = np.full(codes.shape, IGNORE, "uint8")
    for number, (red, green, blue) in enumerate(COLOUR_CODES[space]):
        numbers[codes == 65536 * red + 256 * green + blue] = number
    if (numbers == IGNORE).any():
        other = image[numbers == IGNORE][0].tolist()
        raise ValueError(
            f"Colours of labels must be those of {space!r} exactly (PNG). "
            f"Received: colour {tuple(other)}"
        )
    return numbers


def decode_cityscapes_palette(image):
    """Returns the classes of an image in the colours of Cityscapes.

    Every pixel gets the class of the nearest colour, so that JPEG files can
    be read. Colours of classes that are not trained are ignored.

    Args:
        image: uint8 array `(height, width, 3)`.

    Returns:
        uint8 array `(height, width)`: 0 to 18, or 255.

    Raises:
        ValueError: If it is not such an image.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[-1] != 3:
        raise ValueError(
            "An image of label colours is uint8 (height, width, 3). "
            f"Received: shape={image.shape}, dtype={image.dtype}"
        )
    colours = np.array(_COLOURS + _IGNORED_COLOURS, "float32")
    classes = np.full(len(colours), IGNORE, "uint8")
    classes[: len(_COLOURS)] = np.arange(len(_COLOURS))
    pixels = image.reshape(-1, 3).astype("float32")
    # The squared distance, but for a part that is the same for all colours.
    distances = (colours**2).sum(axis=1) - 2.0 * pixels @ colours.T
    return classes[distances.argmin(axis=1)].reshape(image.shape[:2])
