"""What a training is made of, and what is different from before."""

import hashlib
import json
import os

import keras

from semst_tf.config.semst_config import SemSTConfig
from semst_tf.version import __version__

_COMPARED = (
    "dtype",
    "replicas",
    "source_images",
    "target_images",
    "guide_images",
    "config",
)
_PLACES = ("paired", "keep", "source_labels", "target_labels")
"""Fields of `data` that say where something lies, not what it is."""
# What versions before 0.2 wrote in the place of the images: with the path in
# it, so that the same images at another path were others.
_WITH_PATHS = ("source", "source_pictures", "target", "target_pictures")
_LOOKED_INTO = 64  # Files of which the beginning is read.
_BEGINNING = 4096


def describe_run(config, source, target, dtype, replicas, guides=None):
    """Describes a training as plain values, for `config.json`.

    Args:
        config: `SemSTConfig`.
        source: `ImageCollection` of source images.
        target: `ImageCollection` of target images.
        dtype: str or `None`. Precision policy.
        replicas: int.
        guides: Dict from fields of `config.data` to lists of what they name,
            `ImageCollection`s or text that tells it from others; or `None`.

    Returns:
        Dict.
    """
    return {
        "semst_tf": __version__,
        "keras": keras.__version__,
        "dtype": dtype or keras.config.dtype_policy().name,
        "replicas": replicas,
        "source": source.description,
        "source_images": _identity(source),
        "target": target.description,
        "target_images": _identity(target),
        "guide_images": {
            name: ", ".join(
                one if isinstance(one, str) else _identity(one) for one in named
            )
            for name, named in (guides or {}).items()
        },
        "config": config.to_dict(),
    }


def continued_description(now, workdir, source, target, accept_changes=False):
    """Refuses to mix two different trainings in one directory.

    Args:
        now: Dict, as `describe_run` returns it.
        workdir: Path of the run directory, which need not exist.
        source: `ImageCollection` of source images.
        target: `ImageCollection` of target images.
        accept_changes: bool. Say what has changed instead of refusing it.

    Returns:
        Dict: what `config.json` shall say from now on.

    Raises:
        ValueError: If the directory holds another training, or its
            description cannot be read.
    """
    path = workdir / "config.json"
    if not path.exists():
        return now
    before = read_description(path)
    if "init" in before:
        now = {**now, "init": before["init"]}
    changes = description_changes(before, now, source, target)
    if changes and not accept_changes:
        raise ValueError(
            f"{workdir} holds a training with other settings; use "
            "another directory, the settings it began with, or "
            f"`accept_changes`. Received: {'; '.join(changes)}"
        )
    if changes:
        print(f"continuing with changes: {'; '.join(changes)}")
    moves = description_moves(before, now)
    if moves and not changes:
        print(f"the same images at another place: {'; '.join(moves)}")
    return now


def read_description(path):
    """Reads what `describe_run` returned back from a JSON file.

    Raises:
        ValueError: If the file holds something else.
    """
    try:
        description = json.loads(path.read_text())
    except ValueError:
        description = None
    if not isinstance(description, dict) or not isinstance(
        description.get("config"), dict
    ):
        raise ValueError(
            "This file does not describe a training; use another directory. "
            f"Received: {path}"
        )
    return description


def description_changes(before, now, source=None, target=None):
    """Lists what makes two descriptions different trainings.

    Versions are not compared, and neither is where the images lie: the same
    images at another path are the same data. What an older version did not
    write down counts as unchanged, and fields that it did not know as their
    defaults.

    Args:
        before: Dict, as `read_description` returns it.
        now: Dict, as `describe_run` returns it.
        source: `ImageCollection` of source images, to compare with what
            older versions wrote; or `None`.
        target: `ImageCollection` of target images, or `None`.

    Returns:
        List of str, such as `"config.seed: 0 -> 1"`.
    """
    changes = []
    if "source_images" not in before and source is not None:
        older = {
            "source": source.description,
            "source_pictures": _older_fingerprint(source),
            "target": target.description,
            "target_pictures": _older_fingerprint(target),
        }
        for name in _WITH_PATHS:
            if name in before:
                changes += _differences(before[name], older[name], name)
    for name in _COMPARED:
        if name in before:
            value, other = before[name], now[name]
            if name == "config":
                value, other = _without_places(_with_defaults(value), other)
            changes += _differences(value, other, name)
    return changes


def description_moves(before, now):
    """Lists where images lie that lay at another place before.

    Args:
        before: Dict, as `read_description` returns it.
        now: Dict, as `describe_run` returns it.

    Returns:
        List of str, such as `"source: job1/photos -> job2/photos"`.
    """
    moves = [
        f"{name}: {before[name]} -> {now[name]}"
        for name in ("source", "target")
        if name in before and before[name] != now[name]
    ]
    places = [_places_of(description) for description in (before, now)]
    return moves + [
        f"config.data.{name}: {place} -> {places[1][name]}"
        for name, place in places[0].items()
        if name in places[1] and places[1][name] != place
    ]


def _identity(images):
    """How many images, and a number that names, sizes and contents make.

    Names are relative to the folder. Of the contents, the beginnings of a few
    files are read, evenly spaced.
    """
    if not images.paths:
        return f"{len(images)} images of {images.description}"
    digest = hashlib.sha256((images.half or "").encode())
    step = -(-len(images) // _LOOKED_INTO)
    for index, path in enumerate(images.paths):
        name = images.relative_name(index)
        digest.update(f"{name}\0{_size(path)}\0".encode("utf-8", "replace"))
        if index % step == 0:
            digest.update(_beginning(path))
    return f"{len(images)} images, names and contents {digest.hexdigest()[:8]}"


def _beginning(path):
    try:
        with open(path, "rb") as file:
            return file.read(_BEGINNING)
    except OSError:
        return b""  # The check of the images says what is wrong with it.


def _older_fingerprint(images):
    """What versions before 0.2 wrote about images."""
    digest = hashlib.sha256()
    for path in images.paths:
        digest.update(f"{path}\0{_size(path)}\0".encode("utf-8", "replace"))
    if not images.paths:
        return f"{len(images)} pictures"
    return f"{len(images)} pictures, names and sizes {digest.hexdigest()[:8]}"


def _size(path):
    try:
        return os.path.getsize(path)
    except OSError:
        return -1  # The check of the images says what is wrong with it.


def _places_of(description):
    """Dict from the fields that name a place to the place."""
    config = description.get("config")
    data = config.get("data") if isinstance(config, dict) else None
    if not isinstance(data, dict):
        return {}
    return {name: data[name] for name in _PLACES if data.get(name)}


def _without_places(before, now):
    """Two configurations without the places that both of them name."""
    places = [_places_of({"config": config}) for config in (before, now)]
    shared = set(places[0]) & set(places[1])
    if not shared:
        return before, now
    return tuple(
        {
            **config,
            "data": {
                k: v for k, v in config["data"].items() if k not in shared
            },
        }
        for config in (before, now)
    )


def _with_defaults(config):
    try:
        return SemSTConfig.from_dict(config).to_dict()
    except (ValueError, AttributeError):
        return config


def _differences(before, now, name):
    if not isinstance(before, dict) or not isinstance(now, dict):
        return [] if before == now else [f"{name}: {before} -> {now}"]
    lines = []
    for key in {**before, **now}:
        lines += _differences(before.get(key), now.get(key), f"{name}.{key}")
    return lines
