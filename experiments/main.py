"""Finds the script of a command: `semst-tf train` runs `train.py`.

The console entry point of the installed package, and what `python -m semst_tf`
calls. The scripts are the same files that run on their own.
"""

import ast
import difflib
import pathlib
import runpy
import sys
import types

FOLDER = pathlib.Path(__file__).resolve().parent
SCRIPTS = {
    "train": "train",
    "distill": "distill",
    "translate": "translate",
    "evaluate": "evaluate",
    "export": "export",
    "demo": "demo",
    "adapt": "adapt",
    "check": "check_data",
    "paint_labels": "paint_labels",
    "quickstart": "quickstart",
    "bulk_translate": "bulk_translate",
    "serve_client": "serve_client",
}
"""Command -> script, in the order of the help."""


def main(arguments=None, program="semst-tf"):
    """Runs a command and exits with its code.

    Args:
        arguments: List of str: the command and its flags. Defaults to
            `None`, the arguments of the process.
        program: str. How this was called, for messages.

    Returns:
        Exit code, int, where no command was run: 0 for help, 2 for a command
        that does not exist.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    # Scripts import what they share by its own name, as Python arranges it
    # for a file that is run directly.
    sys.path.insert(0, str(FOLDER))
    from cli import show

    if not arguments or arguments[0] in ("--help", "-help", "-h", "help"):
        return show(overview(program))
    if arguments[0] == "--version":
        return show(f"semst-tf {_version()}")
    name, *rest = arguments
    script = script_of(name)
    if script is None:
        print(f"{program}: {_no_command(name, program)}", file=sys.stderr)
        return 2
    sys.argv = [f"{program} {name}", *rest]
    _run_file(FOLDER / f"{script}.py")
    return 0


def script_of(name):
    """Name of the script that a command runs, or `None`."""
    name = name.replace("-", "_")
    if name in SCRIPTS.values():
        return name
    return SCRIPTS.get(name)


def overview(program):
    """All commands with one line each, which is that of their scripts."""
    width = max(map(len, SCRIPTS))
    lines = [
        f"  {name:{width}}  {_first_line(script)}"
        for name, script in SCRIPTS.items()
    ]
    return "\n".join(
        [
            "Unpaired image-to-image translation that keeps the scene.",
            "",
            f"Usage: {program} COMMAND [flags]",
            "",
            *lines,
            "",
            f"{program} COMMAND --help describes the flags of a command.",
        ]
    )


def _run_file(path):
    """Runs a file as Python runs one, but keeps the name of the program."""
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    sys.modules["__main__"] = module
    exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)


def _first_line(script):
    source = (FOLDER / f"{script}.py").read_text(encoding="utf-8")
    return ast.get_docstring(ast.parse(source)).splitlines()[0]


def _no_command(name, program):
    near = difflib.get_close_matches(name.replace("-", "_"), SCRIPTS, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"there is no command {name!r}; {meant}(try {program} --help)"


def _version():
    from path_flags import package_folder

    return runpy.run_path(str(package_folder() / "version.py"))["__version__"]


if __name__ == "__main__":
    sys.exit(main())
