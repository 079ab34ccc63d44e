"""A progress line for work whose length shows when it begins."""

import sys

import keras

from semst_tf.ops.private_api import set_dynamic_display


def print_progress(title, unit="image"):
    """Returns a function that prints how far something has come.

    Args:
        title: str. Printed once, before the first line.
        unit: str. What is counted. Defaults to `"image"`.

    Returns:
        Function of what is done, and of all there is to do, `None` where it
        is unknown. Nothing is printed until it is called. On a terminal one
        line is rewritten; a log file gets one every 30 seconds.

    Example:

    >>> progress = print_progress("describing crops")
    >>> progress(1, 200)
    """
    bars = []

    def progress(done, total):
        if not bars:
            print(title)
            terminal = sys.stdout.isatty()
            bar = keras.utils.Progbar(
                total, interval=0.5 if terminal else 30.0, unit_name=unit
            )
            set_dynamic_display(bar, terminal)
            bars.append(bar)
        bars[0].target = total
        bars[0].update(done)

    return progress
