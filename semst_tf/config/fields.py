"""Fields of trees of dataclasses, by their dotted names."""

import dataclasses
import difflib


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
        if dataclasses.is_dataclass(value):
            names += [f"{field.name}.{inner}" for inner in field_names(value)]
        else:
            names.append(field.name)
    return names


def insert_field(nested, path, value):
    """Puts a value where its path leads; the caller's dicts stay untouched.

    Args:
        nested: Dict of dicts that is added to.
        path: List of str.
        value: A plain value, a dict or a dataclass instance.
    """
    if dataclasses.is_dataclass(value):
        value = dataclasses.asdict(value)
    if isinstance(value, dict):
        group = _group(nested, path)
        for name, inner in value.items():
            insert_field(group, name.split("."), inner)
    else:
        _group(nested, path[:-1])[path[-1]] = value


def _group(nested, path):
    for name in path:
        if not isinstance(nested.get(name), dict):
            nested[name] = {}
        nested = nested[name]
    return nested


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
        current = getattr(config, name)
        if dataclasses.is_dataclass(current):
            if not isinstance(value, dict):
                raise ValueError(
                    f"`{prefix}{name}` is a group of fields; give a dict. "
                    f"Received: {value!r}"
                )
            changes[name] = replace_fields(current, value, f"{prefix}{name}.")
        else:
            changes[name] = _converted(value, fields[name], f"{prefix}{name}")
    return dataclasses.replace(config, **changes)


def _unknown_field(config, prefix, name):
    names = [prefix + known for known in field_names(config)]
    close = difflib.get_close_matches(prefix + name, names, n=3, cutoff=0.5)
    hint = f" Did you mean {', '.join(close)}?" if close else ""
    return f"There is no config field `{prefix}{name}`.{hint} Received: {name}"


def _converted(value, field, name):
    if "parse" in field.metadata:
        try:
            return field.metadata["parse"](value)
        except ValueError as error:
            raise ValueError(f"Config field `{name}`: {error}") from error
    kind = field.type
    if isinstance(value, str) and kind is not str:
        value = _from_text(value, kind, name)
    truth = isinstance(value, bool)
    if kind is float and isinstance(value, int) and not truth:
        value = float(value)
    if not isinstance(value, kind) or (truth and kind is not bool):
        raise ValueError(
            f"Config field `{name}` takes {kind.__name__}. Received: {value!r}"
        )
    return value


def _from_text(text, kind, name):
    if kind is bool:
        words = {"true": True, "1": True, "false": False, "0": False}
        if text.lower() in words:
            return words[text.lower()]
    else:
        try:
            return kind(text)
        except ValueError:
            pass
    raise ValueError(
        f"Config field `{name}` takes {kind.__name__}. Received: {text!r}"
    )
