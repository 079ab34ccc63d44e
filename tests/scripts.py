"""Runs the scripts as a shell would, but in this process."""

import contextlib
import importlib
import io
import os
import subprocess
import sys
from importlib import util
from pathlib import Path
from unittest import mock

from absl import flags

EXPERIMENTS = Path(__file__).parents[1] / "experiments"


def script_path(name):
    """The file of a script, whichever room of `experiments/` it is in."""
    (path,) = EXPERIMENTS.rglob(f"{name}.py")
    return path


def run_here(name, *arguments):
    """Runs a script where the package is loaded already.

    Returns:
        `subprocess.CompletedProcess` with exit code, stdout and stderr.
    """
    command = [f"{name}.py", *map(str, arguments)]
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(sys, "argv", command))
        stack.enter_context(contextlib.redirect_stdout(output))
        stack.enter_context(contextlib.redirect_stderr(errors))
        cli, script = stack.enter_context(imported_script(name))
        try:
            code = cli.exit_code_of(script.main, cli.parse_flags(command))
        except SystemExit as exit:
            code = exit.code
    return subprocess.CompletedProcess(
        command, code or 0, output.getvalue(), errors.getvalue()
    )


def flag_names(name):
    """Names of the flags that a script defines."""
    with imported_script(name):
        return [flag for flag in flags.FLAGS if not _is_absls(flag)]


def run_in_shell(name, *arguments):
    """Runs a script in a process of its own."""
    result = subprocess.run(
        [sys.executable, script_path(name), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    result.args = result.args[1:]
    return result


def assert_one_line(result, *words):
    """Wrong input: exit code 2, and one line on stderr with these words."""
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith(Path(result.args[0]).stem + ": ")
    assert result.stderr.count("\n") == 1, result.stderr
    assert "Traceback" not in result.stdout
    for word in words:
        assert word in result.stderr


@contextlib.contextmanager
def imported_script(name):
    """The modules `cli` and of a script, whose flags exist meanwhile.

    Scripts have flags of the same names, which absl refuses in one process.
    """
    known = flags.FLAGS
    others = {flag: known[flag] for flag in known if not _is_absls(flag)}
    known.remove_flag_values(others)
    path = script_path(name)
    specification = util.spec_from_file_location(f"{name}_script", path)
    script = util.module_from_spec(specification)
    try:
        places = [str(path.parent), str(EXPERIMENTS), *sys.path]
        with mock.patch.object(sys, "path", places):
            cli = importlib.import_module("cli")
            specification.loader.exec_module(script)
        yield cli, script
    finally:
        own = [flag for flag in known if not _is_absls(flag)]
        known.remove_flag_values(own)
        for flag, value in others.items():
            known[flag] = value


def _is_absls(flag):
    module = flags.FLAGS.find_module_defining_flag(flag)
    return str(module).startswith("absl.")
