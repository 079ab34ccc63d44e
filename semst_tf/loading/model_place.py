"""Where a model is: a path, or the name of one that ships with the package.

Imports nothing of the package: the command line reads this file by itself,
before Keras is loaded.
"""

import pathlib

_PACKAGE = pathlib.Path(__file__).resolve().parents[1]


def shipped_models():
    """Translators that ship with the package.

    Returns:
        Dict from names to `pathlib.Path` of SavedModels.
    """
    # In a wheel beside the modules, in a checkout beside the package.
    for folder in (_PACKAGE / "saved_models", _PACKAGE.parent / "saved_models"):
        places = sorted(folder.glob("*/*/saved_model.pb"))
        if places:
            return {place.parents[1].name: place.parents[1] for place in places}
    return {}


def model_place(path):
    """Finds a model by its path, or by its name if it ships with the package.

    Args:
        path: Path, or str. What exists at a path is meant before a name.

    Returns:
        `pathlib.Path` that exists.

    Raises:
        ValueError: If there is neither. The message lists the names.

    Example:

    ```python
    model_place("colour2vintage")
    ```
    """
    place = pathlib.Path(path)
    if place.exists():
        return place
    names = shipped_models()
    if str(path) in names:
        return names[str(path)]
    listed = ", ".join(names) or "none"
    raise ValueError(
        "There is no model at this place, and none of this name; models that "
        f"ship with the package: {listed}. Received: {path}"
    )
