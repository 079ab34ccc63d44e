"""How long a step of the public PyTorch CUT takes."""

import pathlib
import subprocess

from absl import flags

from accelerator.figures import figure
from accelerator.figures import significant

FLAGS = flags.FLAGS


def torch_speed():
    """Times a step of the public CUT, eager and compiled."""
    if FLAGS.torch_cut is None:
        return
    for precision in FLAGS.precisions:
        for count in map(int, FLAGS.batch_sizes):
            for compiled in (False, True):
                kind = "compiled" if compiled else "eager"
                figure(
                    f"torch_{kind}_{count}_{precision}",
                    lambda: torch_step(count, precision, compiled),
                )


def torch_step(count, precision, compiled):
    # A process of its own, which gives all memory of the device back.
    script = pathlib.Path(__file__).parents[1].joinpath("torch_cut_step.py")
    finished = subprocess.run(
        [
            *(FLAGS.torch_python, script, f"--checkout={FLAGS.torch_cut}"),
            *(f"--size={FLAGS.size}", f"--filters={FLAGS.filters}"),
            *(f"--batch={count}", f"--precision={precision}"),
            *("--warm_up=3", f"--repeat={FLAGS.timed_steps}"),
            *["--compile"] * compiled,
            *["--gpu"] * FLAGS.torch_gpu,
        ],
        input="\n",
        capture_output=True,
        text=True,
    )
    printed = dict(
        line.split(": ", 1)
        for line in finished.stdout.splitlines()
        if line.startswith(("seconds: ", "memory: ", "device: "))
    )
    if finished.returncode or "seconds" not in printed:
        raise RuntimeError(finished.stderr.strip()[-300:])
    elapsed = float(printed["seconds"].split()[0]) / FLAGS.timed_steps
    values = {
        "device": printed["device"],
        "images_per_second": significant(count / elapsed),
        "seconds_per_step": significant(elapsed),
    }
    if "memory" in printed:
        values["memory_mib"] = int(printed["memory"].split()[0])
    return values
