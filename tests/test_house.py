"""How the package is laid out: docstrings, rooms and their floors, names."""

import ast
import importlib
import pathlib
import pkgutil

import pytest

import semst_tf

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "semst_tf"

FLOORS = (
    ("version", "ops", "distribution"),
    ("layers", "storage"),
    ("losses", "descriptors"),
    ("data",),
    ("pretrained",),
    ("networks",),
    ("objective", "metrics"),
    ("config", "importers", "tiling"),
    ("trainers", "inference"),
    ("callbacks",),
    ("semst",),
    ("export",),
    ("loading", "demo"),
    ("training", "adaptation"),
    ("distillation",),
)
"""Rooms from below to above; each imports from floors below its own."""


def modules(*folders):
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    )


def test_every_module_says_in_one_line_what_it_is():
    silent = []
    for path in modules("semst_tf", "experiments"):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        first, *rest = text.split("\n")
        if path != PACKAGE / "version.py" and (
            not first.endswith((".", "?", "`")) or (rest and rest[0])
        ):
            silent.append(path.relative_to(ROOT).as_posix())
    assert silent == []


def test_every_room_has_a_floor():
    rooms = {room_of(path) for path in modules("semst_tf")}
    placed = [room for floor in FLOORS for room in floor]
    assert sorted(placed) == sorted(rooms - {"__init__", "__main__"})


def test_no_room_imports_from_its_own_floor_or_above():
    height = {
        room: number for number, floor in enumerate(FLOORS) for room in floor
    }
    wrong = [
        f"{path.relative_to(PACKAGE)}: {room}"
        for path in modules("semst_tf")
        for room in imported_rooms(path)
        if room_of(path) in height
        and room != room_of(path)
        and height.get(room, len(FLOORS)) >= height[room_of(path)]
    ]
    assert wrong == []


def test_an_import_from_above_would_be_seen(tmp_path):
    file = tmp_path / "blur.py"
    file.write_text(
        "import semst_tf.training.run_page\n"
        "from semst_tf import SemST\n"
        "from semst_tf.networks import ResNetGenerator\n"
        "def later():\n    from semst_tf import losses\n"
    )
    assert imported_rooms(file) == {"training", "__init__", "networks"}


@pytest.mark.parametrize(
    "package",
    ["semst_tf"]
    + [
        f"semst_tf.{name}"
        for _, name, is_package in pkgutil.iter_modules([str(PACKAGE)])
        if is_package
    ],
)
def test_no_name_is_a_module_and_something_else(package):
    module = importlib.import_module(package)
    submodules = {
        name
        for _, name, is_package in pkgutil.iter_modules(module.__path__)
        if package != "semst_tf" or not is_package
    }
    names = set(getattr(module, "__all__", ()))
    assert names & submodules == set()
    assert [name for name in names if not hasattr(module, name)] == []


def test_what_the_pages_live_on_is_at_the_top():
    for name in (
        "SemST",
        "presets",
        "load_translator",
        "TrainingRun",
        "Evaluation",
        "data",
        "losses",
        "metrics",
        "callbacks",
        "export",
    ):
        assert name in semst_tf.__all__
        assert hasattr(semst_tf, name)


def room_of(path):
    """The folder below the package that a module is in, or itself."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path):
    """Rooms that a module imports when it is imported itself."""
    rooms = set()
    for node in at_import(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] == "semst_tf":
                rooms.add(room_named(name))
    return rooms


def room_named(name):
    """The room of a dotted name; `__init__` for names of the package."""
    parts = [*name.split("."), ""]
    place = PACKAGE / parts[1]
    if parts[1] and (place.is_dir() or place.with_suffix(".py").is_file()):
        return parts[1]
    return "__init__"


def at_import(node):
    """Nodes that run when a module is imported: not those in functions."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from at_import(child)
