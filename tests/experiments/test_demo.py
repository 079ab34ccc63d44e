"""demo.py from outside: what it writes and says, and what it refuses."""

import importlib
import json

import pytest
from folders import contents
from scripts import assert_one_line
from scripts import run_here
from scripts import run_in_shell

from semst_tf.export.parity import Parity
from semst_tf.export.parity import beside
from semst_tf.networks import ResNetGenerator


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "street.keras"
    ResNetGenerator(filters=4, blocks=1, residual=True, seed=0).save(path)
    return path


@pytest.fixture(autouse=True)
def exported(monkeypatch):
    """Exports nothing, which takes seconds; lists what would be."""
    exported = []

    def litert(network, path, precision, size, **keywords):
        exported.append((network.strength, precision, size))
        for place in (path, beside(path)):
            place.write_text("exported")
        return Parity(0.0, 0.0, 99.0, 1)

    def runtime(place):
        if place is not None:
            raise ValueError(f"no package. Received: {place}")
        return {"index.js": b""}

    module = importlib.import_module("semst_tf.demo.write_demo")
    monkeypatch.setattr(module, "litert", litert)
    monkeypatch.setattr(module, "browser_runtime", runtime)
    return exported


def test_a_page_is_written_and_how_to_see_it_is_said(model, tmp_path, exported):
    folder = tmp_path / "my site"
    result = run_here("demo", f"--model={model}", f"--output={folder}")
    assert result.returncode == 0, result.stderr
    assert f"--directory '{folder}'" in result.stdout.splitlines()[-1]
    described = json.loads((folder / "demo.json").read_text())
    assert described["title"] == "street"
    assert [e[1:] for e in exported] == [
        ("float16", (192, 256)),
        ("float16", (256, 192)),
        ("float16", (384, 512)),
        ("float16", (512, 384)),
    ]


def test_what_is_asked_for_is_exported(model, tmp_path, exported):
    folder = tmp_path / "site"
    arguments = ("--size=256x512,64", "--precision=float32", "--strength=0.4")
    result = run_here(
        "demo",
        f"--model={model}",
        f"--output={folder}",
        "--title=A",
        *arguments,
    )
    assert result.returncode == 0, result.stderr
    described = json.loads((folder / "demo.json").read_text())
    assert described["title"] == "A"
    assert exported == [
        (0.4, "float32", (256, 512)),
        (0.4, "float32", (64, 64)),
    ]
    before = contents(folder)
    result = run_here(
        "demo", f"--model={model}", f"--output={folder}", "--title=B"
    )
    assert result.returncode == 0, result.stderr
    after = contents(folder)
    assert "models/256x512.tflite" in set(before) - set(after)


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--model=missing.keras", ["missing.keras"]),
        ("--output=", ["--output"]),
        ("--output={root}/full", ["something else", "full"]),
        ("--output={root}/full/thesis.txt", ["--output"]),
        ("--size=256x", ["--size", "256x"]),
        ("--size=0x8", ["--size", "0x8"]),
        ("--size=8x8,8x8", ["sizes"]),
        ("--strength=2", ["strength"]),
        ("--sample={root}/none.png", ["--sample", "none.png"]),
        ("--sample={root}/full/thesis.txt", ["JPEG", "thesis.txt"]),
        ("--runtime={root}/none.tgz", ["--runtime", "none.tgz"]),
        ("--runtime={root}/full", ["no package", "full"]),
        ("--precision=int8", ["int8"]),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(
    model, tmp_path, flag, words
):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("precious")
    before = contents(tmp_path)
    result = run_here(
        "demo",
        f"--model={model}",
        f"--output={tmp_path / 'site'}",
        flag.format(root=tmp_path),
    )
    assert_one_line(result, *words)
    assert contents(tmp_path) == before


def test_a_wrong_folder_is_told_before_anything_is_loaded(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    result = run_in_shell(
        "demo", "--model=colour2vintage", f"--output={tmp_path}"
    )
    assert_one_line(result, "something else", str(tmp_path))
