"""Another program, timed in turn with this one."""

import shlex
import statistics
import subprocess

from benchmarks.timing import time_once

_PREFIX = "seconds:"


class BaselineProcess:
    """A program that measures itself whenever it is asked to.

    The agreement: for each line on its standard input it does the work once
    and prints a line `seconds: 0.123 0.234`, the elapsed seconds and those
    that all its threads were running; at the end of the input it ends. Other
    lines that it prints are passed over. Asking for one repetition at a time
    lets two programs take turns, so that whatever else the machine does
    disturbs both alike.

    Args:
        command: str. The program with its arguments, as for a shell.

    Raises:
        ValueError: If it cannot be started, ends early or answers with
            something that is not a number.

    Example:

    >>> with BaselineProcess("python torch_cut_step.py ...") as baseline:
    ...     elapsed, running = baseline.measure()
    """

    def __init__(self, command):
        self.command = command
        try:
            self._process = subprocess.Popen(
                shlex.split(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        except (OSError, ValueError, IndexError) as error:
            raise ValueError(
                f"The command cannot be started ({error}). "
                f"Received: {command!r}"
            ) from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def measure(self):
        """Asks for one repetition.

        Returns:
            Pair of its elapsed and its processor seconds.
        """
        try:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # What it printed before it ended is read all the same.
        for line in self._process.stdout:
            if line.startswith(_PREFIX):
                return self._numbers(line)
        raise ValueError(
            "The command ended before it had printed a line 'seconds: "
            f"<elapsed> <processor>'. Received: {self.command!r}"
        )

    def _numbers(self, line):
        try:
            elapsed, processor = line.removeprefix(_PREFIX).split()
            return float(elapsed), float(processor)
        except ValueError:
            raise ValueError(
                "The command must print lines 'seconds: <elapsed> "
                f"<processor>'. Received: {line.strip()!r}"
            ) from None

    def close(self):
        """Ends the input of the program and waits for its end."""
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._process.stdout.close()
        self._process.wait()


def take_turns(function, baseline, repetitions=5, warm_up=2):
    """Times a function and a baseline in turn.

    Args:
        function: Called without arguments; waits for its result.
        baseline: `BaselineProcess`.
        repetitions: int. Pairs that count. Defaults to `5`.
        warm_up: int. Pairs before. Defaults to `2`.

    Returns:
        Dict of figures: `elapsed` and `processor`, each with the `pairs`
        (own seconds, baseline's seconds), the median of each, and the median,
        smallest and largest ratio own / baseline of a pair.
    """
    turns = [
        (time_once(function), baseline.measure())
        for _ in range(warm_up + repetitions)
    ][warm_up:]
    kinds = ("elapsed", "processor")
    return {
        kind: _compared([[own[k], other[k]] for own, other in turns])
        for k, kind in enumerate(kinds)
    }


def _compared(pairs):
    own, other = zip(*pairs)
    ratios = [first / second for first, second in pairs]
    return {
        "pairs": pairs,
        "seconds": statistics.median(own),
        "baseline_seconds": statistics.median(other),
        "ratio": statistics.median(ratios),
        "lowest_ratio": min(ratios),
        "highest_ratio": max(ratios),
    }


def answer(function, lines, write):
    """Is the baseline of another program, as `BaselineProcess` describes.

    Args:
        function: Called without arguments once for each line; waits for its
            result.
        lines: Iterable of lines, for instance the standard input.
        write: Function that takes a line, writes and flushes it.
    """
    for _ in lines:
        elapsed, processor = time_once(function)
        write(f"{_PREFIX} {elapsed:.6f} {processor:.6f}")
