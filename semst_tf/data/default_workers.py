"""How many examples are prepared at the same time."""

import os


def default_workers():
    """Returns as many as there are processors, at most 8."""
    return min(8, os.cpu_count() or 1)
