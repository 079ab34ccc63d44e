"""Wall-clock and processor time of something that is done repeatedly."""

import dataclasses
import statistics
import time


@dataclasses.dataclass(frozen=True)
class Timing:
    """Seconds of repetitions of the same work.

    Args:
        wall: Sequence of float. Elapsed seconds of each repetition.
        processor: Sequence of float. Seconds that all threads of this process
            were running in each repetition. Other work on the machine
            disturbs them less.
    """

    wall: tuple
    processor: tuple

    @property
    def seconds(self):
        """Median of the elapsed seconds."""
        return statistics.median(self.wall)

    def to_dict(self):
        """Returns median, extremes and processor time, for a file."""
        return {
            "seconds": self.seconds,
            "fastest": min(self.wall),
            "slowest": max(self.wall),
            "processor_seconds": statistics.median(self.processor),
            "repetitions": len(self.wall),
        }


def time_repeatedly(function, repetitions=5, warm_up=2):
    """Calls a function some times and takes the time of each call.

    Args:
        function: Called without arguments. It must wait for its result: work
            on a device goes on after a call that does not.
        repetitions: int. Calls that are timed. Defaults to `5`.
        warm_up: int. Calls before, in which graphs are traced and memory is
            allocated. Defaults to `2`.

    Returns:
        `Timing`.

    Raises:
        ValueError: If there is nothing to time.
    """
    if repetitions < 1 or warm_up < 0:
        raise ValueError(
            "`repetitions` must be at least 1 and `warm_up` at least 0. "
            f"Received: repetitions={repetitions}, warm_up={warm_up}"
        )
    for _ in range(warm_up):
        function()
    pairs = [time_once(function) for _ in range(repetitions)]
    wall, processor = zip(*pairs)
    return Timing(wall, processor)


def time_once(function):
    """Returns elapsed and processor seconds of one call."""
    processor, wall = time.process_time(), time.perf_counter()
    function()
    return time.perf_counter() - wall, time.process_time() - processor
