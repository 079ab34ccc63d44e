"""Writes the tables of pages anew, from the commands that stand under them.

Under a table of a page stands, indented, the command that prints it. This runs
each such command of the scripts `*_table.py` in this folder and puts what it
prints in the place of the table; text stays as it is:

  python experiments/studies/results_pages.py --pages="docs/results/*.md"
"""

import glob
import pathlib
import re
import shlex
import subprocess
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import run

STUDIES = pathlib.Path(__file__).parent

FLAGS = flags.FLAGS
flags.DEFINE_string("pages", "docs/results/*.md", "Markdown pages, a glob.")

_TABLE = re.compile(r"^((?:\|.*\n)+)(\n(?: {4}.*\n)+)", re.MULTILINE)
"""A table, and the indented block under it."""

_COMMAND = re.compile(r"\n    python experiments/studies/(\w+_table)\.py (.+)")


def main(_):
    paths = [pathlib.Path(name) for name in sorted(glob.glob(FLAGS.pages))]
    if not paths:
        raise ValueError(f"There are no such pages. Received: {FLAGS.pages}")
    for path in paths:
        text = path.read_text()
        new = rendered(text, output_of)
        if new != text:
            path.write_text(new)
        print(f"{path}: {'written' if new != text else 'as it was'}")


def rendered(text, output_of):
    """A page with its tables as their commands print them.

    Args:
        text: str. The page.
        output_of: Function from the name of a script and the list of its
            arguments to what it prints.

    Returns:
        str.

    Raises:
        ValueError: If a command does not print just one table.
    """

    def replaced(found):
        command = command_of(found[2])
        if command is None:
            return found[0]
        script, arguments = command
        lines = output_of(script, arguments).splitlines()
        table = [line for line in lines if line.startswith("|")]
        if sum(line.startswith("| ---") for line in table) != 1:
            raise ValueError(
                "A command under a table prints just that one. "
                f"Received: {script}.py {shlex.join(arguments)}"
            )
        return "\n".join(table) + "\n" + found[2]

    return _TABLE.sub(replaced, text)


def command_of(block):
    """Script and arguments of the block under a table, or `None`."""
    found = _COMMAND.match(re.sub(r"\\\n\s*", " ", block))
    return None if found is None else (found[1], shlex.split(found[2]))


def output_of(script, arguments):
    """What a script of this folder prints."""
    command = [sys.executable, str(STUDIES / f"{script}.py"), *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise ValueError(f"{result.stderr.strip()} ({shlex.join(command)})")
    return result.stdout


if __name__ == "__main__":
    run(main)
