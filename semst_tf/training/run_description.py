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
    "source",
    "source_pictures",
    "target",
    "target_pictures",
    "config",
)


def describe_run(config, source, target, dtype, replicas):
    """Describes a training as plain values, for `config.json`.

    Args:
        config: `SemSTConfig`.
        source: `ImageCollection` of source pictures.
        target: `ImageCollection` of target pictures.
        dtype: str or `None`. Precision policy.
        replicas: int.

    Returns:
        Dict.
    """
    return {
        "semst_tf": __version__,
        "keras": keras.__version__,
        "dtype": dtype or keras.config.dtype_policy().name,
        "replicas": replicas,
        "source": source.description,
        "source_pictures": _fingerprint(source),
        "target": target.description,
        "target_pictures": _fingerprint(target),
        "config": config.to_dict(),
    }


def read_description(path):
    """Reads what `describe_run` returned back from a JSON file.

    Raises:
        ValueError: If the file holds something else.
    """
    try:
        description = json.loads(path.read_text())
    except ValueError:
        description = None
    if not isinstance(description, dict):
        raise ValueError(
            "This file does not describe a training; use another directory. "
            f"Received: {path}"
        )
    return description


def description_changes(before, now):
    """Lists what makes two descriptions different trainings.

    Versions are not compared. What an older version did not write down
    counts as unchanged, and fields that it did not know as their defaults.

    Args:
        before: Dict, as `read_description` returns it.
        now: Dict, as `describe_run` returns it.

    Returns:
        List of str, such as `"config.seed: 0 -> 1"`.
    """
    changes = []
    for name in _COMPARED:
        if name in before:
            value = before[name]
            if name == "config":
                value = _with_defaults(value)
            changes += _differences(value, now[name], name)
    return changes


def _fingerprint(pictures):
    """How many pictures, and a number that their names and sizes make."""
    digest = hashlib.sha256()
    for path in pictures.paths:
        digest.update(f"{path}\0{_size(path)}\0".encode("utf-8", "replace"))
    if not pictures.paths:
        return f"{len(pictures)} pictures"
    return f"{len(pictures)} pictures, names and sizes {digest.hexdigest()[:8]}"


def _size(path):
    try:
        return os.path.getsize(path)
    except OSError:
        return -1  # The check of the pictures says what is wrong with it.


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
