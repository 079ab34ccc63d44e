"""`semst-tf COMMAND`: one command for all scripts, and its help."""

import os
import runpy
import subprocess
import sys

import pytest
from scripts import EXPERIMENTS

COMMANDS = runpy.run_path(str(EXPERIMENTS / "main.py"))["SCRIPTS"]


def run(*arguments, start=(str(EXPERIMENTS / "main.py"),), **environment):
    return subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("help",)])
def test_every_command_has_one_line_that_fits_a_terminal(arguments):
    result = run(*arguments)
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for name in COMMANDS:
        (line,) = [line for line in lines if line.startswith(f"  {name} ")]
        assert line.endswith(".")


def test_every_command_has_a_script():
    for script in COMMANDS.values():
        assert (EXPERIMENTS / f"{script}.py").is_file()


@pytest.mark.parametrize("name", ["train", "paint-labels", "check_data"])
def test_help_of_a_command_speaks_of_the_command(name):
    result = run(name, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "semst-tf " in result.stdout
    assert "experiments/" not in result.stdout


def test_a_typo_is_one_line_that_says_what_was_meant():
    result = run("trian", "--source=x")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "did you mean train?" in result.stderr
    assert result.stdout == ""


def test_messages_begin_with_the_command():
    result = run("translate", "--model=x", "--input=/no/file", "--output=out")
    assert result.returncode == 2
    assert result.stderr.startswith("semst-tf translate: ")


def test_the_version_is_that_of_the_package():
    from semst_tf.version import __version__

    assert run("--version").stdout == f"semst-tf {__version__}\n"


def test_python_m_looks_at_paths_before_keras_is_loaded(tmp_path):
    (tmp_path / "keras.py").write_text("raise SystemExit('Keras was loaded')")
    wrong = run(
        "check",
        "--source=/no/folder",
        "--target=x",
        start=("-m", "semst_tf"),
        PYTHONPATH=os.pathsep.join([str(tmp_path), os.getcwd()]),
    )
    assert wrong.returncode == 2, wrong.stderr
    assert "/no/folder" in wrong.stderr and wrong.stderr.count("\n") == 1


def test_python_m_is_the_same_command():
    start = ("-m", "semst_tf")
    overview = run(start=start)
    assert overview.returncode == 0, overview.stderr
    assert "python -m semst_tf COMMAND" in overview.stdout
    wrong = run("check", "--source=/no/folder", "--target=x", start=start)
    assert wrong.returncode == 2
    message = wrong.stderr.splitlines()[-1]
    assert message.startswith("python -m semst_tf check: ")
    assert "/no/folder" in message


def test_help_into_a_closed_pipe_is_no_traceback():
    for arguments in ("train --help", ""):
        result = subprocess.run(
            f"{sys.executable} {EXPERIMENTS}/main.py {arguments} | head -n 1",
            shell=True,
            capture_output=True,
            text=True,
        )
        assert result.stdout.count("\n") == 1
        assert result.stderr == ""
