"""Trains for an hour with a restart every few minutes, and looks for leaks.

A very small translator trains on the sample photographs, with many saves,
validations and sample images, in a process that is stopped by SIGTERM, by
Ctrl-C and by SIGKILL in turn and started again by the same command. Prints
what it found, and exits with code 1 if memory or file handles grew, steps in
TensorBoard do not rise, or a training could not be continued. Example:

  python experiments/measure/soak.py --workdir=runs/soak --minutes=60
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from absl import flags
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "workdir", "runs/soak", "Run directory; what it holds is removed first."
)
flags.DEFINE_float("minutes", 60.0, "Length of the whole soak.")
flags.DEFINE_float("restart", 4.0, "Minutes between two restarts.")

SIGNALS = (signal.SIGTERM, signal.SIGKILL, signal.SIGINT)
GROWTH = 1.10
"""What memory may grow by from the first to the last third of a process, once
it has settled."""
SETTLED = 150
"""Steps after which everything was done once: saved, validated, drawn."""


def main(_):
    with quiet_imports():
        from semst_tf.data import sample_photos

    workdir = Path(FLAGS.workdir)
    shutil.rmtree(workdir, ignore_errors=True)
    source, target = sample_photos()
    command = _command(workdir, source, target, _labels(source))
    problems = []
    end = time.monotonic() + 60 * FLAGS.minutes
    processes = 0
    while time.monotonic() < end:
        seconds = min(60 * FLAGS.restart, end - time.monotonic())
        problems += _process(
            command, SIGNALS[processes % len(SIGNALS)], seconds
        )
        processes += 1
    problems += _summary_problems(workdir)
    for problem in problems:
        print(f"problem: {problem}")
    print(f"{processes} processes, {len(problems)} problems")
    return 1 if problems else 0


def _labels(source):
    """A folder of labels for the images of another.

    All of them say "road": what a validation costs is the same as with true
    ones, and so is what it may forget to free.
    """
    folder = Path(FLAGS.workdir.rstrip("/") + "_labels")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in Path(source).iterdir():
        with Image.open(path) as image:
            labels = Image.new("L", image.size)
        labels.save(folder / f"{path.stem}.png")
    return folder


def _command(workdir, source, target, labels):
    return [
        sys.executable,
        Path(__file__).parents[1] / "train.py",
        "--preset=tiny",
        f"--source={source}",
        f"--target={target}",
        f"--workdir={workdir}",
        "--steps=100000000",
        "--interval=10",
        "--checkpoint_every=50",
        "--sample_every=50",
        f"--validate_source={source}",
        f"--validate_labels={labels}",
        "--validate_every=100",
        "--validate_limit=2",
        "--set=generator.filters=4",
        "--set=generator.blocks=1",
        "--set=discriminator.filters=4",
        "--set=contrastive.patches=16",
        "--set=contrastive.units=16",
        "--set=data.crop_size=32",
    ]


def _process(command, number, seconds):
    """Runs the training for a while, then ends it; returns problems."""
    log = open(FLAGS.workdir.rstrip("/") + ".log", "a")
    begin = _last_saved_step()
    process = subprocess.Popen(command, stdout=log, stderr=log)
    samples = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(1.0)
        if _last_saved_step() >= begin + SETTLED:
            samples.append(_usage(process.pid))
    if process.poll() is None:
        process.send_signal(number)
    code = process.wait(timeout=600)
    log.close()
    return _judge(code, number, [s for s in samples if s])


def _last_saved_step():
    """The step of the newest checkpoint; 0 where there is none."""
    from semst_tf.storage.checkpoint_files import checkpoint_paths

    paths = checkpoint_paths(Path(FLAGS.workdir) / "checkpoints")
    return int(paths[-1].stem.split("_")[-1]) if paths else 0


def _usage(pid):
    """Resident bytes and open files of a process."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE"), len(
            os.listdir(f"/proc/{pid}/fd")
        )
    except (OSError, IndexError):
        return None


def _judge(code, number, samples):
    expected = {signal.SIGTERM: 75, signal.SIGINT: 130}.get(number, -number)
    problems = []
    if code != expected:
        problems.append(f"exit code {code} instead of {expected}")
    third = len(samples) // 3
    if not third:
        print(f"{signal.Signals(number).name}: exit code {code}, no save")
        return problems
    first, last = (
        [sum(column) / third for column in zip(*part)]
        for part in (samples[:third], samples[-third:])
    )
    print(
        f"{signal.Signals(number).name}: exit code {code}, memory "
        f"{first[0] / 2**20:.0f} -> {last[0] / 2**20:.0f} MiB, open files "
        f"{first[1]:.0f} -> {last[1]:.0f}",
        flush=True,
    )
    if last[0] > GROWTH * first[0]:
        problems.append(f"memory grew to {last[0] / first[0]:.2f} times")
    if last[1] > first[1] + 3:
        problems.append(f"open files grew from {first[1]} to {last[1]}")
    return problems


def _summary_problems(workdir):
    """Whether every point of the curves is there once, and in order."""
    from semst_tf.storage.drop_summaries import read_events
    from semst_tf.storage.loss_history import read_history

    steps = [row["step"] for row in read_history(workdir / "metrics.json")]
    problems = []
    if steps != list(range(10, 10 * len(steps) + 1, 10)):
        problems.append("metrics.json lacks steps, or has some twice")
    points = sorted(
        (event.wall_time, event.step)
        for path in (workdir / "tensorboard").iterdir()
        for event in read_events(path)
        for value in event.summary.value
        if value.tag == "learning_rate"
    )
    shown = [step for _, step in points]
    if shown != sorted(set(shown)):
        problems.append("steps in TensorBoard do not rise")
    print(f"{len(shown)} points in TensorBoard, last step {shown[-1:]}")
    return problems


if __name__ == "__main__":
    run(main)
