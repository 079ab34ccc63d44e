"""The script from outside: what it prints, exit codes, one line on stderr."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from absl.testing import flagsaver
from PIL import Image

from semst_tf.networks import ResNetGenerator

EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.keras"
    ResNetGenerator(filters=4, blocks=1, seed=0).save(path)
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    for number in range(3):
        pixels = random.integers(0, 256, (26, 34, 3), "uint8")
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(EXPERIMENTS))
    try:
        # Not by `import export`: another module may have taken that name.
        from importlib import util

        import cli

        spec = util.spec_from_file_location(
            "export_script", EXPERIMENTS / "export.py"
        )
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(EXPERIMENTS))
    return cli, module


@pytest.fixture
def run_here(script, monkeypatch, capfd):
    """Runs the script in this process, where TensorFlow is loaded."""
    cli, module = script

    def run(*arguments):
        command = ["export.py", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", command)
        with flagsaver.flagsaver():
            try:
                code = cli.exit_code_of(module.main, cli.parse_flags(command))
            except SystemExit as exit:
                code = exit.code
        printed = capfd.readouterr()
        return subprocess.CompletedProcess(
            command, code or 0, printed.out, printed.err
        )

    return run


def assert_complaint(result, *words):
    """The last line names the problem; native libraries may print before."""
    assert result.returncode == 2, result.stderr
    line = result.stderr.splitlines()[-1]
    assert line.startswith("export: ")
    for word in words:
        assert word in line


def test_saved_model_and_its_check(run_here, model, photos, tmp_path):
    folder = tmp_path / "street"
    result = run_here(f"--model={model}", f"--output={folder}", "--licence=CC0")
    assert result.returncode == 0, result.stderr
    assert "max abs error" in result.stdout and "PSNR" in result.stdout
    assert "CC0" in (folder / "1" / "model_card.md").read_text()
    result = run_here(
        f"--model={model}", f"--verify={folder}", f"--input={photos}"
    )
    assert result.returncode == 0, result.stderr
    assert "(3 images)" in result.stdout


def test_int8_with_a_folder_of_images(run_here, model, photos, tmp_path):
    pytest.importorskip("ai_edge_litert")
    path = tmp_path / "street.tflite"
    arguments = (
        f"--model={model}",
        f"--output={path}",
        "--format=litert",
        "--precision=int8",
        "--size=16x24",
        f"--calibration={photos}",
    )
    result = run_here(*arguments)
    assert result.returncode == 0, result.stderr
    stored = json.loads((tmp_path / "street.tflite.parity.json").read_text())
    assert (stored["precision"], stored["size"]) == ("int8", [16, 24])
    assert_complaint(run_here(*arguments), "already", "street.tflite")
    result = run_here(
        f"--model={model}", f"--verify={path}", f"--input={photos / '0.png'}"
    )
    assert "(1 image)" in result.stdout


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((), ("--output", "--verify")),
        (("--output=a", "--verify=b"), ("--output", "--verify")),
        (("--output=a", "--size=64"), ("--size", "saved_model")),
        (("--verify=a", "--tile=64"), ("--tile", "--verify")),
        (("--output=a.onnx", "--format=onnx", "--size=1,2"), ("1,2",)),
        (("--output=a.txt", "--format=litert"), (".tflite",)),
        (("--output=a.tflite", "--format=litert", "--precision=int8"),)
        + (("calibration",),),
        (("--verify=missing",), ("missing",)),
    ],
)
def test_wrong_flags(run_here, model, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert_complaint(run_here(f"--model={model}", *arguments), *words)
    assert list(tmp_path.iterdir()) == []


def test_missing_model_is_one_line(tmp_path):
    result = subprocess.run(
        [sys.executable, EXPERIMENTS / "export.py"]
        + ["--model=missing.keras", "--output=street"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert_complaint(result, "missing.keras")
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
