"""How much memory a process needed."""

import resource
import sys


def peak_memory():
    """Returns the largest resident memory of this process so far, in bytes.

    It never falls: what shall be compared needs a process of its own.
    """
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else 1024 * used
