"""Trains and scores a grid of presets, tasks and seeds at one budget.

Every cell of the grid is a run directory with its scores; the same command
skips what is finished and continues what was interrupted. Example:

  python experiments/studies/ablation.py \\
      --data_root=data --workdir=runs/ablation \\
      --inception=inception.npz --only='carla_cityscapes/*'
  python experiments/studies/results_table.py --results=runs/ablation
"""

import fnmatch
import pathlib
import shlex
import signal
import subprocess
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import assignments
from cli import quiet_imports
from cli import run

EXPERIMENTS = pathlib.Path(__file__).parents[1]

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "grid", str(EXPERIMENTS / "configs" / "ablation.json"), "File of the grid."
)
flags.DEFINE_string(
    "data_root",
    None,
    "Folder that the paths in the grid begin at.",
    required=True,
)
flags.DEFINE_string(
    "workdir", "runs/ablation", "Folder of run directories; made if missing."
)
flags.DEFINE_list(
    "only",
    [],
    "Patterns of names of cells, separated by commas: 'maps/*/seed0'. A name "
    "is <task>/<method>/seed<number>. None: all cells.",
)
flags.DEFINE_bool("list", False, "Only print the cells and what is finished.")
flags.DEFINE_bool("commands", False, "Only print the commands of the cells.")
flags.DEFINE_integer("steps", None, "Length of each training.")
flags.DEFINE_string("dtype", None, "Precision policy, as in train.py.")
flags.DEFINE_multi_string(
    "set", [], "Override a field of all trainings, as in train.py."
)
flags.DEFINE_string("inception", None, "Weights, as in evaluate.py.")
flags.DEFINE_integer("limit", None, "Score the first images only.")
flags.DEFINE_string(
    "publish",
    None,
    "Only add finished cells to this table, a file in JSON Lines: differences "
    "from the preset, seed, steps and scores; no curves and no paths.",
)


def main(_):
    with quiet_imports():
        import grid as ablation

    grid = ablation.Ablation(
        FLAGS.grid, FLAGS.data_root, FLAGS.workdir, changes()
    )
    cells = chosen(grid.cells())
    if FLAGS.list:
        return print_list(cells)
    if FLAGS.commands:
        return print_commands(cells)
    if FLAGS.publish is not None:
        count = ablation.publish(cells, FLAGS.workdir, FLAGS.publish)
        print(f"{count} of {len(cells)} cells are in {FLAGS.publish}")
        return None
    # A command that runs is ended with this one, and not left alone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    grid.make_links()
    failed = ablation.sweep(cells, FLAGS.workdir, commands, run_command)
    print(
        f"{len(cells) - len(failed)} of {len(cells)} cells finished; table: "
        f"python experiments/studies/results_table.py --results={FLAGS.workdir}"
    )
    return 1 if failed else 0


def changes():
    """What the flags change for all cells."""
    given = {
        "steps": FLAGS.steps,
        "dtype": FLAGS.dtype,
        "set": assignments(FLAGS.set),
        "limit": FLAGS.limit,
    }
    return {name: value for name, value in given.items() if value is not None}


def chosen(cells):
    """The cells whose names match --only."""
    names = [cell.name for cell in cells]
    for pattern in FLAGS.only:
        if not fnmatch.filter(names, pattern):
            raise ValueError(
                "--only matches no cell; --list prints them. "
                f"Received: {pattern}"
            )
    return [
        cell
        for cell in cells
        if not FLAGS.only
        or any(fnmatch.fnmatch(cell.name, pattern) for pattern in FLAGS.only)
    ]


def print_list(cells):
    """Prints the names of cells, and where they stand."""
    from grid import is_finished

    for cell in cells:
        folder = pathlib.Path(FLAGS.workdir) / cell.name
        state = "begun" if folder.exists() else "to do"
        if is_finished(cell, folder):
            state = "finished"
        print(f"{state:8}  {cell.name}")


def print_commands(cells):
    """Prints what would be run, for a shell."""
    for cell in cells:
        for command in commands(cell, pathlib.Path(FLAGS.workdir) / cell.name):
            print(shlex.join(command))


def commands(cell, folder):
    """The commands that train and score a cell."""
    lines = []
    if cell.training is not None:
        settings = {**cell.training, "workdir": folder}
        lines.append([*script("train"), *as_flags(settings)])
    for name, settings in cell.evaluations.items():
        settings = {
            **({"model": folder} if cell.training is not None else {}),
            **settings,
            "output": folder / f"{name}.json",
            "cache": pathlib.Path(FLAGS.workdir) / "cache",
        }
        if FLAGS.inception is not None:
            settings["inception"] = FLAGS.inception
        lines.append([*script("evaluate"), *as_flags(settings)])
    return lines


def script(name):
    """How one of the scripts beside this one is started."""
    return [sys.executable, str(EXPERIMENTS / f"{name}.py")]


def as_flags(settings):
    """Settings as a command line has them."""
    fields = settings.get("set", {})
    plain = {name: v for name, v in settings.items() if name != "set"}
    lines = [f"--{name}={value}" for name, value in plain.items()]
    return lines + [f"--set={name}={value}" for name, value in fields.items()]


def run_command(command, log):
    """Runs a command with its output appended to a file."""
    with open(log, "a") as output:
        print(f"\n$ {shlex.join(command)}", file=output, flush=True)
        return subprocess.run(command, stdout=output, stderr=output).returncode


if __name__ == "__main__":
    run(main)
