"""What a translation in one piece needs, and what there is."""

import pathlib

BYTES_PER_FILTER = 40
"""Bytes for each pixel and filter of the generator, see `needed_memory`.

Measured by `experiments/measure/memory_table.py` with 16 filters: 47 at
512 x 256, 40 at 1024 x 512, 38 at 2048 x 1024 and 4096 x 2048.
"""


def needed_memory(network, height, width, batch=1):
    """Estimates the memory of a translation in one piece.

    The largest maps have twice the first filters at full size; about five of
    them live at once while they are convolved and normalised.

    Args:
        network: Network that translates.
        height: int.
        width: int.
        batch: int. Images at once. Defaults to `1`.

    Returns:
        int. Bytes, or `None` for a network that is not known.
    """
    filters = getattr(network, "filters", None)
    if filters is None:
        return None
    return batch * height * width * filters * BYTES_PER_FILTER


def available_memory():
    """Returns the bytes that a process may still take.

    Returns:
        int, the smaller of what the machine and its control group have left,
        or `None` where the system does not say (it is not Linux).
    """
    known = [left for left in (_left_on_machine(), _left_in_group()) if left]
    return min(known, default=None)


def _left_on_machine():
    try:
        lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _left_in_group():
    folder = pathlib.Path("/sys/fs/cgroup")
    try:
        limit = (folder / "memory.max").read_text().strip()
        used = (folder / "memory.current").read_text().strip()
        return None if limit == "max" else max(int(limit) - int(used), 1)
    except (OSError, ValueError):
        return None
