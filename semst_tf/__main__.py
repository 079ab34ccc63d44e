"""`python -m semst_tf train ...` is `semst-tf train ...`."""

import pathlib
import sys

_NAMES = ("semst_tf_commands", "experiments")
"""Folder of the commands beside the package: installed, or in a checkout."""


def main():
    """Runs the dispatcher of the commands; returns its exit code."""
    beside = pathlib.Path(__file__).resolve().parents[1]
    for name in _NAMES:
        if (beside / name / "main.py").is_file():
            sys.path.insert(0, str(beside / name))
            from main import main as run_command

            return run_command(program="python -m semst_tf")
    sys.exit(
        f"The commands of semst_tf are not installed. Received: {beside} "
        f"without {' or '.join(_NAMES)}"
    )


if __name__ == "__main__":
    sys.exit(main())
