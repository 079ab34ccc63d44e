"""How long it takes until something is imported."""

import os
import resource
import statistics
import subprocess
import sys
import time


def seconds_of_process(arguments):
    """Runs Python with arguments.

    Args:
        arguments: List of str.

    Returns:
        Pair of the elapsed seconds and those that it was running.

    Raises:
        ValueError: If it fails.
    """
    running, start = _running_seconds(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    elapsed = time.perf_counter() - start
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise ValueError(f"{last} Received: {arguments}")
    return elapsed, _running_seconds() - running


def _running_seconds():
    """Processor time of all processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start_up(scripts, repetitions=5):
    """Times imports, and `--help` of scripts, in turn.

    Args:
        scripts: List of paths of scripts.
        repetitions: int. Processes of each kind. Defaults to `5`.

    Returns:
        List of rows: what was started, the median, fastest and slowest
        elapsed time and the median processor time, in seconds. The row
        `semst_tf over tensorflow` is the difference of the two imports that
        ran one after the other.
    """
    commands = {
        "import tensorflow": ["-c", "import tensorflow"],
        "import semst_tf": ["-c", "import tensorflow, semst_tf"],
        **{f"{path.name} --help": [str(path), "--help"] for path in scripts},
    }
    seconds = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, arguments in commands.items():
            seconds[name].append(seconds_of_process(arguments))
    seconds["semst_tf over tensorflow"] = [
        tuple(b - a for a, b in zip(*pair))
        for pair in zip(
            seconds["import tensorflow"], seconds["import semst_tf"]
        )
    ]
    return [_row(name, *zip(*values)) for name, values in seconds.items()]


def _row(name, elapsed, running):
    return {
        "what": name,
        "seconds": statistics.median(elapsed),
        "fastest": min(elapsed),
        "slowest": max(elapsed),
        "processor_seconds": statistics.median(running),
        "repetitions": len(elapsed),
    }
