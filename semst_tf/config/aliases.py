"""What older versions called a field or wrote into it.

Configurations live long: in `config.json` beside a model, in `.keras` files
and in programs. Every way into a configuration (`from_dict`, `replace`,
`from_preset`, `--set`) goes through these tables.
"""

from semst_tf.config.nested import insert_field
from semst_tf.config.nested import take_field

RENAMED = {
    "discriminator.weight": "adversarial.weight",
    "optimizer.steps": "training.steps",
    "optimizer.ema_decay": "training.ema_decay",
    "optimizer.accumulation": "training.accumulation",
    "optimizer.rematerialise": "training.rematerialise",
}
"""From the old name of a field to its name."""

REMOVED = {
    "structure.critic": "fixed",
    "texture.critic": "fixed",
    "tone.critic": "fixed",
}
"""From a field that is gone to the value that means what is done today."""

OFF = {
    "contrastive.duplicate_threshold": 1.0,
    "structure.duplicate_threshold": 1.0,
    "texture.duplicate_threshold": 1.0,
    "tone.duplicate_threshold": 1.0,
    "multi_scale.fusion": "",
    "training.ema_decay": 0.0,
    "data.resize": "",
    "data.target_resize": "",
}
"""From a field whose "off" is `None` to what used to say so."""

REMOVED_CHOICES = {
    "estimator": ("joint_histogram",),
    "descriptor": ("self_similarity", "encoder_moments", "luminance"),
}
"""From the name of a field, whatever its group, to choices that are gone."""


def upgraded(nested):
    """Translates the fields of an older version into those of this one.

    Where a field is given by its old and its new name, the new one counts.

    Args:
        nested: Dict of dicts of values, by names of any version.

    Returns:
        Dict of dicts, by names of this version.
    """
    result = {}
    insert_field(result, [], nested)
    for old, name in RENAMED.items():
        there, value = take_field(result, old)
        if there and not take_field(_copied(result), name)[0]:
            insert_field(result, name.split("."), value)
    for name, only in REMOVED.items():
        there, value = take_field(result, name)
        if there and value != only:
            raise ValueError(
                f"Config field `{name}` was removed; what is done today is "
                f"{only!r}. Received: {value!r}"
            )
    for name, off in OFF.items():
        there, value = take_field(result, name)
        if there:
            value = None if _says(value, off) else value
            insert_field(result, name.split("."), value)
    return result


def _copied(nested):
    copy = {}
    insert_field(copy, [], nested)
    return copy


def _says(value, off):
    """Whether a value, perhaps text of a command line, is the one for off."""
    if isinstance(value, bool):
        return False
    if isinstance(value, str) and isinstance(off, float):
        try:
            value = float(value)
        except ValueError:
            return False
    return type(value) in (type(off), int) and value == off
