import shlex
import sys

import pytest
from benchmarks.baseline_process import BaselineProcess
from benchmarks.baseline_process import answer
from benchmarks.baseline_process import take_turns


def program(text):
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(text)}"


COUNTS = """
import sys
print("getting ready")
for number, _ in enumerate(sys.stdin):
    print("other words")
    print("seconds:", number + 1, number + 0.5, flush=True)
"""


def test_the_baseline_is_asked_once_for_each_repetition():
    with BaselineProcess(program(COUNTS)) as baseline:
        measured = [baseline.measure() for _ in range(3)]
    assert measured == [(1.0, 0.5), (2.0, 1.5), (3.0, 2.5)]


def test_both_take_turns_and_warm_up_does_not_count():
    calls = []
    with BaselineProcess(program(COUNTS)) as baseline:
        figures = take_turns(
            lambda: calls.append(1), baseline, repetitions=3, warm_up=2
        )
    assert len(calls) == 5
    elapsed, processor = figures["elapsed"], figures["processor"]
    assert [other for _, other in elapsed["pairs"]] == [3.0, 4.0, 5.0]
    assert [other for _, other in processor["pairs"]] == [2.5, 3.5, 4.5]
    assert elapsed["baseline_seconds"] == 4.0
    ratios = [own / other for own, other in elapsed["pairs"]]
    assert elapsed["ratio"] == sorted(ratios)[1]
    assert elapsed["lowest_ratio"] == min(ratios)
    assert elapsed["highest_ratio"] == max(ratios)


def test_what_answers_is_understood():
    lines = []
    answer(lambda: None, ["\n", "\n"], lines.append)
    text = f"import sys\nfor _ in sys.stdin: print({lines[0]!r}, flush=True)"
    with BaselineProcess(program(text)) as baseline:
        assert len(baseline.measure()) == 2
    assert len(lines) == 2


@pytest.mark.parametrize(
    "command, message",
    [
        ("no-such-program-anywhere", "cannot be started"),
        ("'unfinished", "cannot be started"),
        ("", "cannot be started"),
        (program("print('hello')"), "ended before"),
        (program("input(); print('seconds: many')"), "must print lines"),
        (program("input(); print('seconds: 1.0')"), "must print lines"),
    ],
)
def test_a_program_that_breaks_the_agreement_is_named(command, message):
    with pytest.raises(ValueError, match=message):
        with BaselineProcess(command) as baseline:
            baseline.measure()
