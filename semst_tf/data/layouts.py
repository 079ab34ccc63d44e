"""Folder layouts of driving data sets: where images and labels lie."""

import dataclasses
import os
import pathlib
import re

from semst_tf.data.image_files import printable


@dataclasses.dataclass(frozen=True)
class Layout:
    """How a data set names its images and their labels.

    Args:
        name: str.
        image: str. Regular expression of the whole path of an image below the
            root, with `/` between folders.
        label: str. The path of its label, with groups of `image`.
        label_space: str. What the numbers mean, a key of
            `semst_tf.data.label_spaces.LABEL_SPACES`.
        example: Pair of str: an image and its label, for messages.
    """

    name: str
    image: str
    label: str
    label_space: str
    example: tuple

    def label_of(self, path):
        """Relative path of the label of an image; `None` for other files."""
        found = re.fullmatch(self.image, path)
        return found and found.expand(self.label)


_ALL = (
    # github.com/mcordts/cityscapesScripts
    Layout(
        "cityscapes",
        r"leftImg8bit/(.+)_leftImg8bit\.png",
        r"gtFine/\1_gtFine_labelIds.png",
        "cityscapes_ids",
        (
            "leftImg8bit/train/ulm/a_leftImg8bit.png",
            "gtFine/train/ulm/a_gtFine_labelIds.png",
        ),
    ),
    # Richter et al. 2016, download.visinf.tu-darmstadt.de/data/from_games
    Layout(
        "gta5",
        r"images/(.+)\.png",
        r"labels/\1.png",
        "gta5",
        ("images/00001.png", "labels/00001.png"),
    ),
    # Ros et al. 2016, SYNTHIA-RAND-CITYSCAPES
    Layout(
        "synthia",
        r"RGB/(.+)\.png",
        r"GT/LABELS/\1.png",
        "synthia",
        ("RGB/0000000.png", "GT/LABELS/0000000.png"),
    ),
    # Cabon et al. 2020, Virtual KITTI 2
    Layout(
        "virtual_kitti",
        r"(Scene\d+/[^/]+/frames)/rgb/(Camera_\d)/rgb_(\d+)\.jpg",
        r"\1/classSegmentation/\2/classgt_\3.png",
        "virtual_kitti",
        (
            "Scene01/clone/frames/rgb/Camera_0/rgb_00001.jpg",
            "Scene01/clone/frames/classSegmentation/Camera_0/classgt_00001.png",
        ),
    ),
    # As recorders of CARLA 0.8 name cameras; later versions have no layout of
    # their own.
    Layout(
        "carla",
        r"((?:.+/)?)CameraRGB/(.+)\.png",
        r"\1CameraSeg/\2.png",
        "carla_0_8",
        ("CameraRGB/1.png", "CameraSeg/1.png"),
    ),
)

LAYOUTS = {layout.name: layout for layout in _ALL}
"""The layouts, by the names that flags have for them."""


@dataclasses.dataclass(frozen=True)
class LayoutFiles:
    """The files of a data set in a layout.

    Args:
        root: Path of its folder.
        images: List of relative paths, str, sorted.
        labels: List of the relative paths of their labels, in that order;
            `None` for an image without one.
        others: List of the relative paths of all other files: labels,
            depth, lists of splits.
    """

    root: pathlib.Path
    images: list
    labels: list
    others: list


def find_layout(root, name):
    """Finds the files of a data set.

    Args:
        root: Path of its folder.
        name: str. A key of `LAYOUTS`.

    Returns:
        `LayoutFiles`.

    Raises:
        OSError: If the folder cannot be read.
        ValueError: If there is no such layout, or no image lies as it says,
            or no image has a label.
    """
    if name not in LAYOUTS:
        raise ValueError(
            f"A layout is one of {', '.join(LAYOUTS)}. Received: {name!r}"
        )
    layout, root = LAYOUTS[name], pathlib.Path(root)
    files = _files(root)
    images = [path for path in files if layout.label_of(path)]
    shown = " and ".join(layout.example)
    if not images:
        fits = [
            other.name
            for other in _ALL
            if any(other.label_of(path) for path in files)
        ]
        hint = f"; it looks like {', '.join(fits)}" if fits else ""
        raise ValueError(
            f"The layout {name!r} has files such as {shown}{hint}. "
            f"Received: {printable(root)} without such images"
        )
    there = set(files)
    labels = [layout.label_of(path) for path in images]
    labels = [label if label in there else None for label in labels]
    if not any(labels):
        raise ValueError(
            f"The layout {name!r} has files such as {shown}. Received: "
            f"{printable(root)} with {len(images)} images and none of their "
            "labels"
        )
    others = sorted(there - set(images))
    return LayoutFiles(root, images, labels, others)


def _files(root):
    """Relative paths of all files below a folder, sorted."""
    os.listdir(root)  # A missing folder is told apart from an empty one.
    found = []
    for folder, subfolders, names in os.walk(root, followlinks=True):
        subfolders[:] = sorted(f for f in subfolders if not f.startswith("."))
        below = pathlib.Path(folder).relative_to(root)
        found += [
            (below / name).as_posix()
            for name in names
            if not name.startswith(".")
        ]
    return sorted(found)
