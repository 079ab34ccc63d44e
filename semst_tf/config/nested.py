"""Trees of dicts, by paths of names."""

import dataclasses


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
            insert_field(group, str(name).split("."), inner)
    else:
        _group(nested, path[:-1])[path[-1]] = value


def take_field(nested, name):
    """Removes a value by its dotted name; an emptied group stays.

    Args:
        nested: Dict of dicts.
        name: str, such as `"generator.filters"`.

    Returns:
        Tuple of whether it was there, and the value.
    """
    *path, last = name.split(".")
    for part in path:
        nested = nested.get(part)
        if not isinstance(nested, dict):
            return False, None
    if last not in nested:
        return False, None
    return True, nested.pop(last)


def _group(nested, path):
    for name in path:
        if not isinstance(nested.get(name), dict):
            nested[name] = {}
        nested = nested[name]
    return nested
