"""How much memory a process needed."""

import pathlib
import resource
import sys


def peak_memory():
    """Returns the largest resident memory of this process so far, in bytes.

    It never falls: what shall be compared needs a process of its own.
    """
    # Not what the system counts for a process where it says better: there a
    # process begins with the peak of the one that started it.
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else 1024 * used
