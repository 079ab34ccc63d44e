"""The wheel, as somebody who has never seen the checkout installs it."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).parents[1]
PACKED = ("semst_tf", "experiments", "saved_models")
FILES = ("setup.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
# Of `make test-wheel`; one that lacks TensorFlow is skipped with the reason.
OTHER_PYTHONS = ("python3.13",)
NEEDED = ("absl", "keras", "numpy", "PIL", "tensorflow", "tifffile")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Builds the wheel from a copy, so that nothing is left in the checkout."""
    pytest.importorskip("setuptools")
    pytest.importorskip("wheel")
    copy = tmp_path_factory.mktemp("checkout")
    for name in PACKED:
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    out = tmp_path_factory.mktemp("wheel")
    command = ["pip", "wheel", "--no-deps", "--no-build-isolation"]
    run([sys.executable, "-m", *command, "--no-index", "-w", out, copy])
    (path,) = out.glob("*.whl")
    return path


def run(command, cwd=None, **environment):
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module", params=[sys.executable, *OTHER_PYTHONS])
def installed(request, wheel, tmp_path_factory):
    """Folder of programs of an environment with the wheel and no checkout.

    It sees third-party packages of the tested interpreter, but, as the files
    that editable installs leave there are not run, not the checkout.
    """
    python = shutil.which(request.param)
    # Found and not imported, as TensorFlow takes seconds to load.
    code = (
        "import importlib.util, sysconfig\n"
        f"for name in {NEEDED}:\n"
        "    if importlib.util.find_spec(name) is None:\n"
        "        raise ImportError(name)\n"
        "print(sysconfig.get_path('purelib'))"
    )
    if python is None:
        pytest.skip(f"{request.param} is not installed")
    found = subprocess.run([python, "-c", code], capture_output=True, text=True)
    if found.returncode:
        reason = " ".join(found.stderr.split())
        pytest.skip(f"{request.param} lacks what is needed: {reason[-200:]}")
    packages = found.stdout.splitlines()[-1]
    place = tmp_path_factory.mktemp("environment")
    run([python, "-m", "venv", "--without-pip", place])
    programs = place / "bin"
    own = run(
        [
            programs / "python",
            "-c",
            "import sysconfig; print(sysconfig.get_path('purelib'))",
        ]
    ).strip()
    run(
        [sys.executable, "-m", "pip", "--python", programs / "python"]
        + ["install", "--no-deps", "--no-index", "--quiet", wheel]
    )
    (pathlib.Path(own) / "third_party.pth").write_text(f"{packages}\n")
    return programs


def test_only_what_a_user_needs_is_packed(wheel):
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    folders = {name.split("/")[0] for name in names}
    assert {f for f in folders if not f.endswith(".dist-info")} == {
        "semst_tf",
        "semst_tf_commands",
    }
    for part in ("studies", "measure", "notebooks", "tests", "__pycache__"):
        assert not [n for n in names if part in n.split("/")[:-1]]
    assert "semst_tf/saved_models/colour2vintage/3/saved_model.pb" in names
    assert "semst_tf/demo/page/index.html" in names
    assert "semst_tf/demo/page/litert/load_wasm.js" in names
    assert wheel.stat().st_size < 20e6


def test_the_metadata_name_the_versions_that_are_tested(wheel):
    with zipfile.ZipFile(wheel) as file:
        (name,) = [n for n in file.namelist() if n.endswith("/METADATA")]
        metadata = file.read(name).decode()
    for version in ("3.11", "3.13"):
        assert f"Programming Language :: Python :: {version}\n" in metadata


def test_the_package_is_the_installed_one(installed, tmp_path):
    code = (
        "from importlib.util import find_spec\n"
        "print(find_spec('semst_tf').origin)"
    )
    place = run([installed / "python", "-c", code], cwd=tmp_path).strip()
    assert pathlib.Path(place).is_relative_to(installed.parent)


@pytest.mark.parametrize("start", [["semst-tf"], ["python", "-m", "semst_tf"]])
def test_the_command_lists_the_commands(installed, tmp_path, start):
    command = [installed / start[0], *start[1:], "--help"]
    shown = run(command, cwd=tmp_path)
    assert "  translate " in shown and "  train " in shown


def test_a_photo_is_translated_with_the_model_that_ships(installed, tmp_path):
    photo = np.random.default_rng(0).integers(0, 256, (40, 60, 3), "uint8")
    Image.fromarray(photo).save(tmp_path / "photo.png")
    run(
        [installed / "semst-tf", "translate", "--model=colour2vintage"]
        + ["--input=photo.png", "--output=translated"],
        cwd=tmp_path,
    )
    with Image.open(tmp_path / "translated" / "photo.png") as translated:
        assert translated.size == (60, 40)
        assert (np.asarray(translated) != photo).any()
