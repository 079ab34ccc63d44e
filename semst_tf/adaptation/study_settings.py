"""What the results of a study depend on, and what may be asked for later."""

import dataclasses
import hashlib
import json

from semst_tf.adaptation.labelled_images import LabelledImages
from semst_tf.adaptation.taught_classes import class_names

_ADDED_LATER = (
    "fine_tuning",
    "translator",
    "strength",
    "target",
    "oracle",
    "strengths",
    "confidence",
)
"""Settings that a study may begin without: they add ways of training."""


def study_settings(study):
    """Describes a study as plain values; continuing asks for the same.

    Args:
        study: `AdaptationStudy`.

    Returns:
        Dict, without the paths of one machine.
    """
    described = {
        "source": _description(study.source),
        "test": _description(study.test),
        "mode": study.mode,
        "classes": class_names(study.classes),
        "recipe": dataclasses.asdict(study.recipe),
    }
    if study.translator is not None:
        described["translator"] = _digest(study.translator)
        described["strength"] = study.strength
        if study.guided_radius is not None:
            described["guided_radius"] = study.guided_radius
    for name in ("fine_tuning", "oracle", "target"):
        images = getattr(study, name)
        if images is not None:
            described[name] = _description(images)
    if study.strengths:
        described["strengths"] = study.strengths
    if study.self_training:
        described["confidence"] = study.confidence
    return described


def settings_before(path):
    """Reads the settings that a study began with.

    Args:
        path: Path of its `config.json`, which need not exist.

    Returns:
        Dict, empty where there is no study; of a study that an older version
        began, as today's version would have written it.
    """
    return _of_today(json.loads(path.read_text())) if path.exists() else {}


def changed_settings(before, now):
    """Lists the settings that make two studies different ones.

    Args:
        before: Dict, as `settings_before` returns it.
        now: Dict, as `study_settings` returns it.

    Returns:
        List of str, without what adds ways of training: that may come later,
        or be left out.
    """
    if not before:
        return []
    return [
        name
        for name in {**before, **now}
        if before.get(name) != now.get(name)
        and not (
            name in _ADDED_LATER and (name not in before or name not in now)
        )
    ]


def _of_today(settings):
    """Settings of a study that an older version began."""
    for name in ("source", "test", "fine_tuning"):
        if "pictures" in settings.get(name, {}):
            described = settings[name]
            settings[name] = {"images": described.pop("pictures"), **described}
    if "translator" in settings:
        settings.setdefault("strength", None)
    recipe = settings.get("recipe", {})
    # There was no other segmenter.
    settings["recipe"] = {
        "segmenter": "deeplab",
        "backbone_rate": 0.0,
        **recipe,
    }
    return settings


def _description(images):
    """What is known of images without the paths of one machine."""
    names = "\n".join(images.names).encode()
    described = {
        "images": len(images),
        "names_sha256": hashlib.sha256(names).hexdigest(),
    }
    if isinstance(images, LabelledImages):
        described["label_space"] = images.space
        described["size"] = list(images.shape)
    return described


def _digest(path):
    """Check sum of the files of a translator."""
    files = [path]
    if path.is_dir():
        kinds = (".keras", ".pb", ".index")
        files = sorted(
            file
            for file in path.rglob("*")
            if file.suffix in kinds or ".data-" in file.name
        )
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
