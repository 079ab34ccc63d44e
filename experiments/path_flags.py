"""Flags that name files and folders, looked at before TensorFlow is loaded.

What is missing is told within a fraction of a second. Nothing here imports
`semst_tf`, whose import loads Keras.
"""

import errno
import functools
import glob
import importlib.util
import os
import pathlib
import runpy

from absl import flags

FLAGS = flags.FLAGS


def check_images(*names):
    """Raises unless flags name images that could be there.

    Args:
        *names: str. Flags that take a folder, `folder@left`, `folder@right`
            or `tfds:...`. Those that are not given are passed over.

    Raises:
        ValueError: If there is no such folder.
    """
    for name, value in _given(names):
        if not value.startswith("tfds:"):
            _check_exists(name, without_half(value))


def check_inputs(*names):
    """Raises unless flags name files or folders that exist.

    Args:
        *names: str. Flags; those that are not given are passed over.

    Raises:
        ValueError: If there is no such file or folder.
    """
    for name, value in _given(names):
        _check_exists(name, value)


def check_globs(*names):
    """Raises unless flags name existing files, by their path or a glob.

    Args:
        *names: str. Flags; those that are not given are passed over.

    Raises:
        ValueError: If nothing is found.
    """
    for name, value in _given(names):
        if not found_paths(value):
            raise ValueError(f"--{name} finds nothing. Received: {value}")


def check_models(*names):
    """Raises unless flags name a translator, by its place or its name.

    Args:
        *names: str. Flags; those that are not given are passed over.

    Raises:
        ValueError: If there is no model.
    """
    for name in names:
        if FLAGS[name].value is not None:
            _model_place()(FLAGS[name].value)


def check_folders_to_write(*names):
    """Raises unless flags name folders that exist or can be made.

    Args:
        *names: str. Flags; those that are not given are passed over.

    Raises:
        ValueError: If the flag is empty, or something else is there.
        OSError: If a parent is no folder, or may not be written to.
    """
    for name, value in _given(names, "folder"):
        path = pathlib.Path(value).expanduser()
        if path.exists() and not path.is_dir():
            raise ValueError(f"--{name} is a folder. Received: {value!r}")
        _check_can_be_made(name, path)


def check_files_to_write(*names):
    """Raises unless flags name files that could be written.

    Args:
        *names: str. Flags; those that are not given are passed over.

    Raises:
        ValueError: If the flag is empty, or a folder is there.
        OSError: If a parent is no folder, or may not be written to.
    """
    for name, value in _given(names, "file"):
        path = pathlib.Path(value).expanduser()
        if path.is_dir():
            raise ValueError(f"--{name} is a file. Received: {value!r}")
        _check_can_be_made(name, path.parent)


def found_paths(text):
    """Paths that a path or a glob names, sorted.

    What exists by that very name is meant, whatever characters it has: of
    `photos [1]/*.png` the folder is a name and the rest a glob.

    Args:
        text: str.

    Returns:
        List of `pathlib.Path`.
    """
    if not text:  # It would be the folder that a person is in.
        return []
    path = pathlib.Path(text)
    if path.exists():
        return [path]
    root = path
    while not root.is_dir() and root != root.parent:
        root = root.parent
    if not root.is_dir() or root == path:
        return []
    pattern = str(path.relative_to(root))
    names = glob.glob(pattern, root_dir=root, recursive=True)
    return sorted(root / name for name in names)


def without_half(value):
    """Takes `@left` or `@right` off the end of a folder's name."""
    folder, _, suffix = value.rpartition("@")
    if suffix in ("left", "right") and folder and not os.path.exists(value):
        return folder
    return value


def package_folder():
    """Folder of the package `semst_tf`, which is not imported for it.

    Raises:
        ImportError: If it is not installed.
    """
    found = importlib.util.find_spec("semst_tf")
    if found is None:
        raise ImportError("semst_tf is not installed.")
    return pathlib.Path(found.origin).parent


@functools.cache
def _model_place():
    """The package's own function, without the package."""
    module = package_folder() / "loading" / "model_place.py"
    return runpy.run_path(str(module))["model_place"]


def _given(names, kind="file or folder"):
    for name in names:
        value = FLAGS[name].value
        if value is None:
            continue
        if not value:
            raise ValueError(f"--{name} is a {kind}. Received: {value!r}")
        yield name, value


def _check_exists(name, value):
    if not os.path.exists(os.path.expanduser(value)):
        raise ValueError(f"--{name}: {os.strerror(errno.ENOENT)}: {value}")


def _check_can_be_made(name, folder):
    existing = pathlib.Path(os.path.abspath(folder))
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        code = errno.ENOTDIR
    elif not os.access(existing, os.W_OK):
        code = errno.EACCES
    else:
        return
    raise ValueError(f"--{name}: {os.strerror(code)}: {existing}")
