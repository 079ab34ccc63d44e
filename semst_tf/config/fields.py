"""Fields of trees of dataclasses: their names, values and checks."""

import dataclasses
import math
import numbers
import types
import typing

from semst_tf.config.aliases import REMOVED_CHOICES
from semst_tf.config.aliases import RENAMED
from semst_tf.config.suggestion import suggestion


def field_names(config):
    """Lists the dotted names of all fields of a config, in order.

    Args:
        config: A dataclass instance, such as a `SemSTConfig`.

    Returns:
        List of str.
    """
    names = []
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if is_group(field):
            names += [f"{field.name}.{inner}" for inner in field_names(value)]
        else:
            names.append(field.name)
    return names


def is_group(field):
    """Whether a field of a dataclass is a group of fields."""
    return dataclasses.is_dataclass(field.type)


def kind_of(field):
    """Returns the type of a field, and whether it may be `None`."""
    if isinstance(field.type, types.UnionType):
        kind, _ = typing.get_args(field.type)
        return kind, True
    return field.type, False


def option_of(field, group=None):
    """Returns the `Option` of a field.

    Args:
        field: `dataclasses.Field`.
        group: `Group` that the field stands in, or `None`. Its choices
            replace those of the field.
    """
    option = field.metadata["option"]
    if group is not None and field.name in group.choices:
        return dataclasses.replace(option, choices=group.choices[field.name])
    return option


def replace_fields(config, nested, prefix=""):
    """Returns a copy of a tree with some fields changed.

    Args:
        config: A dataclass instance.
        nested: Dict of dicts of new values. Text is read as the type of the
            field.
        prefix: str. How messages begin the names of fields.

    Returns:
        An instance of the same class.

    Raises:
        ValueError: If a field does not exist or a value does not fit.
    """
    fields = {field.name: field for field in dataclasses.fields(config)}
    changes = {}
    for name, value in nested.items():
        if name not in fields:
            raise ValueError(_unknown_field(config, prefix, name))
        if is_group(fields[name]):
            if not isinstance(value, dict):
                raise ValueError(
                    f"`{prefix}{name}` is a group of fields; give a dict. "
                    f"Received: {value!r}"
                )
            changes[name] = replace_fields(
                getattr(config, name), value, f"{prefix}{name}."
            )
        elif isinstance(value, str):
            changes[name] = _from_text(value, fields[name], prefix + name)
        else:
            changes[name] = value
    return dataclasses.replace(config, **changes)


def normalise_fields(config, prefix="", group=None):
    """Checks every field of a config by itself and stores its plain value.

    A whole number becomes a float where the field is one, a NumPy number a
    number of Python.

    Args:
        config: A dataclass instance, frozen or not.
        prefix: str. How messages begin the names of fields.
        group: `Group` that the instance stands in, or `None`.

    Raises:
        ValueError: If a value has another type than its field, is not finite,
            out of its limits or not among the choices.
    """
    for field in dataclasses.fields(config):
        name, value = prefix + field.name, getattr(config, field.name)
        if is_group(field):
            if not isinstance(value, field.type):
                raise ValueError(
                    f"`{name}` is a group of fields; give a "
                    f"`{field.type.__name__}`. Received: {value!r}"
                )
            # A copy: the instance that was passed stays what it is.
            plain = dataclasses.replace(value)
            normalise_fields(plain, f"{name}.", field.metadata["group"])
        else:
            plain = _typed(value, field, name)
            _check(plain, option_of(field, group), name)
        object.__setattr__(config, field.name, plain)


def _unknown_field(config, prefix, name):
    names = [field.name for field in dataclasses.fields(config)]
    known = {prefix + field: prefix + field for field in names}
    known |= {prefix + field: prefix + field for field in field_names(config)}
    known |= {
        old: new for old, new in RENAMED.items() if old.startswith(prefix)
    }
    hint = suggestion(prefix + name, known)
    return f"There is no config field `{prefix}{name}`.{hint} Received: {name}"


def _from_text(text, field, name):
    kind, optional = kind_of(field)
    if optional and text.lower() in ("", "none"):
        return None
    if kind is bool:
        words = {"true": True, "1": True, "false": False, "0": False}
        if text.lower() in words:
            return words[text.lower()]
    elif kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    else:
        return text
    raise ValueError(_wrong_type(text, field, name))


def _typed(value, field, name):
    kind, optional = kind_of(field)
    if value is None and optional:
        return None
    if hasattr(kind, "read"):
        plain = kind.read(value)
        if plain is not None:
            return plain
    elif isinstance(value, bool) or kind in (bool, str):
        if isinstance(value, kind) and (kind is bool or kind is str):
            return value
    elif kind is int and isinstance(value, numbers.Integral):
        return int(value)
    elif kind is float and isinstance(value, numbers.Real):
        return float(value)
    raise ValueError(_wrong_type(value, field, name))


def _wrong_type(value, field, name):
    return (
        f"Config field `{name}` takes {type_name(field)}. Received: {value!r}"
    )


def type_name(field):
    """Returns the type of a field in words."""
    kind, optional = kind_of(field)
    words = getattr(kind, "words", kind.__name__)
    return f"{words} or None" if optional else words


def _check(value, option, name):
    if value is None:
        return
    names = option.names()
    if names is not None and value not in names:
        if value in REMOVED_CHOICES.get(name.rpartition(".")[2], ()):
            raise ValueError(
                f"Config field `{name}` is {value!r}, which this version no "
                "longer has: no preset and no published result used it. It "
                f"must be one of {', '.join(names)}. Received: {value!r}"
            )
        raise ValueError(
            f"Config field `{name}` must be one of {', '.join(names)}."
            f"{suggestion(value, names)} Received: {value!r}"
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        finite = math.isfinite(value)
        if not (finite and option.contains(value)):
            limits = [option.interval(), "" if finite else "finite"]
            raise ValueError(
                f"Config field `{name}` must be "
                f"{' and '.join(filter(None, limits))}. Received: {value}"
            )
