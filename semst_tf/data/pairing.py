"""Which file of one folder belongs to which image of another."""

import os
import pathlib
import unicodedata

from semst_tf.data.heif_files import AVIF_SUFFIXES
from semst_tf.data.heif_files import HEIF_SUFFIXES
from semst_tf.data.image_files import SUFFIXES
from semst_tf.data.image_files import printable

_SUFFIXES = (*SUFFIXES, *HEIF_SUFFIXES, *AVIF_SUFFIXES)

NAMED = 3
"""Names of images that an error lists."""


def pair_names(
    names,
    partners,
    kind,
    endings=(),
    place="the other folder",
    option=None,
):
    """Finds the partner of every image by their names.

    Names are compared without their suffix (`.png`) and without their ending.
    An image belongs to the file of the same path below the folder; where
    there is none, to the file of its name in another subfolder, if no other
    file and no other image has that name. Letters with accents are the same
    in both ways that Unicode has to write them.

    Args:
        names: List of names of images, relative to their folder.
        partners: List of names of files, relative to theirs.
        kind: str. What the partners are, for messages: `"label"`.
        endings: Strings that end names and do not count:
            `("_leftImg8bit", "_gtFine_labelIds")`. The first one is that of
            images, the others are those of partners. Where partners end in
            one of the others, all those that do not are left out. Defaults
            to none.
        place: str. Where the partners are, for messages.
        option: str or `None`. What a user sets endings by, for messages;
            `None` where there is no such thing.

    Returns:
        List of int: the positions of the partners, one an image.

    Raises:
        ValueError: If images have no partner, or it is not clear which.

    Example:

    >>> pair_names(["a/1.png", "b/1.png"], ["b/1.png", "a/1.png"], "label")
    [1, 0]
    """
    images = [_key(name, endings[:1]) for name in _relative(names)]
    keys = _partner_keys(_relative(partners), endings)
    found = _by_path(names, images, partners, keys, kind)
    found |= _by_stem(names, images, partners, keys, found, kind)
    _check_none_is_missing(names, found, kind, place, option)
    _check_none_is_shared(names, found, partners, kind)
    return [found[index] for index in range(len(names))]


def paired_paths(names, files, kind, endings=(), option="source_endings"):
    """Finds the file of every image in a collection, see `pair_names`.

    Args:
        names: List of names of images, relative to their folder.
        files: `ImageCollection` of the partners.
        kind: str. What the partners are, for messages.
        endings: As of `pair_names`.
        option: As of `pair_names`. Defaults to `"source_endings"`.

    Returns:
        List of paths, one an image.

    Raises:
        ValueError: If images have no partner, or it is not clear which.
    """
    places = pair_names(
        names, files.relative_names, kind, endings, files.description, option
    )
    return [files.paths[place] for place in places]


def image_name(name, endings=()):
    """Returns the name of an image without suffix and ending.

    Args:
        name: str. Relative path.
        endings: As for `pair_names`; the first one is that of images.

    Returns:
        str; `None` for a file that is no image because it ends otherwise.
    """
    if endings and not _without_suffix(name).endswith(_ending(endings[0])):
        return None
    return _key(name, endings[:1])


def _by_path(names, images, partners, keys, kind):
    """Partners of the same path, by the positions of the images."""
    places = _places(keys)
    found = {}
    for index, image in enumerate(images):
        if image in places:
            _check_one(names[index], places[image], partners, kind)
            (found[index],) = places[image]
    return found


def _by_stem(names, images, partners, keys, found, kind):
    """Partners of the same name in another folder, for images without one."""
    places = _places({p: _stem(key) for p, key in keys.items()})
    taken = set(found.values())
    by_stem = {}
    for index, image in enumerate(images):
        so_called = places.get(_stem(image), [])
        if index not in found and not taken.issuperset(so_called):
            # One that is taken tells that the name says too little.
            _check_one(names[index], so_called, partners, kind)
            (by_stem[index],) = so_called
    return by_stem


def _places(keys):
    places = {}
    for place, key in keys.items():
        places.setdefault(key, []).append(place)
    return places


def _check_one(name, places, partners, kind):
    if len(places) > 1:
        first, second = (printable(partners[place]) for place in places[:2])
        raise ValueError(
            f"Every image needs one {kind} of its name, and here are "
            f"{len(places)}. Received: {first} and {second} for "
            f"{printable(name)}"
        )


def _check_none_is_missing(names, found, kind, place, option):
    missing = [n for index, n in enumerate(names) if index not in found]
    if missing:
        listed = ", ".join(printable(name) for name in missing[:NAMED])
        how = f"; `{option}` names endings that do not count" if option else ""
        raise ValueError(
            f"Every image needs a {kind} of its name, in the same subfolder "
            f"or in another one where the name is there once{how}. Received: "
            f"no {kind} for {len(missing)} of {len(names)} images in {place}: "
            f"{listed}{', ...' if len(missing) > NAMED else ''}"
        )


def _check_none_is_shared(names, found, partners, kind):
    owners = {}
    for index, place in found.items():
        owner = owners.setdefault(place, names[index])
        if owner != names[index]:
            raise ValueError(
                f"Two images would have the same {kind}. Received: "
                f"{printable(owner)} and {printable(names[index])} for "
                f"{printable(partners[place])}"
            )


def _partner_keys(partners, endings):
    """What partners are compared by, without those of other endings."""
    others = [ending for ending in map(_ending, endings[1:]) if ending]
    ending_so = {
        place: _key(name, others)
        for place, name in enumerate(partners)
        if others and _without_suffix(name).endswith(tuple(others))
    }
    if ending_so:
        return ending_so
    return {
        place: _key(name, endings[:1]) for place, name in enumerate(partners)
    }


def _key(name, endings):
    """A name without its suffix and without the longest of the endings."""
    name = _without_suffix(name)
    fitting = [e for e in map(_ending, endings) if e and name.endswith(e)]
    return name[: len(name) - max(map(len, fitting), default=0)]


def _ending(ending):
    return _without_suffix(ending.strip())


def _without_suffix(name):
    # macOS may write one letter as two characters.
    name = unicodedata.normalize("NFC", name)
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in _SUFFIXES else name


def _stem(key):
    return key.rpartition("/")[2]


def _relative(names):
    """Absolute paths count from the folder that they have in common."""
    paths = [pathlib.PurePath(name) for name in names]
    if paths and all(path.is_absolute() for path in paths):
        root = os.path.commonpath([path.parent for path in paths])
        paths = [path.relative_to(root) for path in paths]
    return [path.as_posix() for path in paths]
