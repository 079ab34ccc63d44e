"""One progress bar for the whole training."""

import sys
import time

import keras

from semst_tf.ops.current_step import current_step

_WIDTH = 16  # Columns of the bar itself; a line stays below 100.
_TIMED = 10  # Steps after which it is said how long the training will take.


class ProgressBar(keras.callbacks.Callback):
    """Shows step, time left, time a step, loss and learning rate.

    Keras' own bar starts again with each epoch; how long the training will
    take is what a person waits for. The first step, which compiles, does not
    count. After ten more the expected time stands on a line of its own. Use
    with `fit(verbose=0)`.

    Args:
        steps: int. Steps of the whole training.
        first_step: int. Steps done before this `fit`. Defaults to `0`.
        interval: float. Seconds between two updates on a terminal; a log
            file gets a line every 30 seconds. Defaults to `0.5`.

    Example:

    >>> model.fit(data, verbose=0, callbacks=[ProgressBar(steps=1000)])
    """

    def __init__(self, steps, first_step=0, interval=0.5):
        super().__init__()
        self.steps = steps
        self.first_step = first_step
        self.interval = interval

    def on_train_begin(self, logs=None):
        notebook = type(sys.stdout).__module__.startswith("ipykernel")
        self._terminal = sys.stdout.isatty() or notebook
        self._wait = self.interval if self._terminal else 30.0
        self._start = self._shown = time.monotonic()
        self._compiled = None  # Step and time behind the first one.
        self._step = self.first_step
        self._announced = False
        self._width = 0
        if self.first_step:
            print(f"continuing at step {self.first_step} of {self.steps}")

    def on_train_batch_end(self, batch, logs=None):
        step, now = current_step(self.model), time.monotonic()
        if step == self._step:
            return  # Under mixed_float16 a batch may pass without a step.
        self._step = step
        first = self._compiled is None
        if first:
            self._compiled = (step, now)
        self._announce(step, now)
        if first or step >= self.steps or now - self._shown >= self._wait:
            self._shown = now
            self._show(step, now, logs or {})

    def on_train_end(self, logs=None):
        if self._width:
            print()  # Stopped before its end.
            self._width = 0

    def _announce(self, step, now):
        """Says once how long the training will take, if it is long."""
        pace = self._pace(step, now)
        if self._announced or step - self._compiled[0] < _TIMED:
            return
        self._announced = True
        left = pace * (self.steps - step)
        if left >= 60:
            end = time.strftime("%a %H:%M", time.localtime(time.time() + left))
            self._clear()
            print(
                f"expected time: {clock(left)} for {self.steps - step} steps, "
                f"until {end}"
            )

    def _pace(self, step, now):
        """Seconds a step, without the first; `None` if there is no other."""
        steps = step - self._compiled[0]
        return (now - self._compiled[1]) / steps if steps > 0 else None

    def _show(self, step, now, logs):
        pace = self._pace(step, now)
        parts = [f"{step}/{self.steps}"]
        if self._terminal:
            parts.append(self._bar(step))
        if step >= self.steps:
            parts.append(clock(now - self._start))
        elif pace is not None:
            parts.append(f"{clock(pace * (self.steps - step))} left")
        if pace is not None:
            parts.append(_step_time(pace))
        if "loss" in logs:
            parts.append(f"loss: {float(logs['loss']):.4f}")
        rate = float(self.model.optimizer.learning_rate)
        parts.append(f"learning rate: {rate:.1e}")
        line = " ".join(parts)
        if not self._terminal:
            print(line)
            return
        print(f"\r{line.ljust(self._width)}", end="", flush=True)
        self._width = len(line)
        if step >= self.steps:
            print()
            self._width = 0

    def _bar(self, step):
        done = int(_WIDTH * min(step / self.steps, 1.0))
        full, empty = "━", "╌"
        try:
            (full + empty).encode(sys.stdout.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            full, empty = "=", "."
        return full * done + empty * (_WIDTH - done)

    def _clear(self):
        if self._width:
            print(f"\r{' ' * self._width}\r", end="")
            self._width = 0


def clock(seconds):
    """Returns a duration as people say it.

    Args:
        seconds: float.

    Returns:
        str, such as `"42 s"`, `"12 min"` or `"8 h 05 min"`.
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 100:
        return f"{hours} h {minutes % 60:02d} min"
    return f"{round(seconds / 86400)} days"


def _step_time(seconds):
    if seconds < 1:
        return f"{1000 * seconds:.0f}ms/step"
    return f"{seconds:.1f}s/step"
