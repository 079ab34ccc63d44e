import pytest
from benchmarks.start_up import seconds_of_process


def test_a_process_that_works_takes_time():
    elapsed, running = seconds_of_process(["-c", "sum(range(10**6))"])
    assert elapsed > 0 and running > 0


def test_a_process_that_fails_is_an_error_with_its_reason():
    with pytest.raises(ValueError, match="no such thing"):
        seconds_of_process(["-c", "raise KeyError('no such thing')"])
