import pytest
from benchmarks.timing import Timing
from benchmarks.timing import time_repeatedly


def test_warm_up_is_done_and_not_counted():
    calls = []
    timing = time_repeatedly(lambda: calls.append(1), repetitions=3, warm_up=2)
    assert len(calls) == 5
    assert len(timing.wall) == len(timing.processor) == 3


def test_figures_are_the_median_and_the_extremes():
    figures = Timing((3.0, 1.0, 2.0, 9.0, 2.5), (1.0, 2.0, 3.0, 4.0, 5.0))
    assert figures.to_dict() == {
        "seconds": 2.5,
        "fastest": 1.0,
        "slowest": 9.0,
        "processor_seconds": 3.0,
        "repetitions": 5,
    }


@pytest.mark.parametrize("numbers", [(0, 1), (1, -1)])
def test_nothing_to_time_is_refused(numbers):
    with pytest.raises(ValueError, match="Received: repetitions="):
        time_repeatedly(lambda: None, *numbers)
