"""One progress bar for the whole training."""

import sys
import time

import keras

from semst_tf.ops.current_step import current_step

_WIDTH = 16  # Columns of the bar itself.
_COLUMNS = 100  # Of a line; a longer one goes without bar and step time.
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
        self._begin(self.first_step)
        if self.first_step:
            print(f"continuing at step {self.first_step} of {self.steps}")

    def _begin(self, step):
        """Forgets what was measured; nothing is shown yet."""
        notebook = type(sys.stdout).__module__.startswith("ipykernel")
        self._terminal = sys.stdout.isatty() or notebook
        self._wait = self.interval if self._terminal else 30.0
        self._start = self._shown = time.monotonic()
        self._compiled = None  # Step and time behind the first one.
        self._step = step
        self._announced = False
        self._width = 0

    def on_train_batch_end(self, batch, logs=None):
        step = current_step(self.model)
        if step == self._step:
            return  # Under mixed_float16 a batch may pass without a step.
        self._passed(step, step >= self.steps, logs)

    def _passed(self, step, last, logs):
        """Shows a step, unless one was shown a moment ago."""
        now = time.monotonic()
        self._step = step
        first = self._compiled is None
        if first:
            self._compiled = (step, now)
        self._announce(step, now)
        if first or last or now - self._shown >= self._wait:
            self._show(step, now, logs or {}, last)

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
        if self.steps is None:
            return
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

    def _show(self, step, now, logs, last):
        self._shown = now
        pace = self._pace(step, now)
        place, share = self._place(step, last)
        parts = []
        if last:
            parts.append(clock(now - self._start))
        elif pace is not None and self.steps is not None:
            parts.append(f"{clock(pace * (self.steps - step))} left")
        if pace is not None:
            parts.append(_step_time(pace))
        for name in ("loss", "val_loss"):
            if name in logs:
                parts.append(f"{name}: {_short(logs[name])}")
        rate = float(self.model.optimizer.learning_rate)
        parts.append(f"learning rate: {rate:.1e}")
        bar = [self._bar(share)] if self._terminal and share else []
        line = " ".join([place, *bar, *parts])
        for spared in (*bar, pace and _step_time(pace)):
            if spared and len(line) > _COLUMNS:
                line = line.replace(f" {spared}", "", 1)
        if not self._terminal:
            print(line)
            return
        print(f"\r{line.ljust(self._width)}", end="", flush=True)
        self._width = len(line)
        if last:
            print()
            self._width = 0

    def _place(self, step, last):
        """What begins a line, and the share of the bar that is full."""
        return f"{step}/{self.steps}", step / self.steps

    def _bar(self, share):
        done = int(_WIDTH * min(share, 1.0))
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


def _short(loss):
    # A loss that explodes must not be what makes a line too long.
    loss = float(loss)
    return f"{loss:.4f}" if abs(loss) < 1e4 else f"{loss:.3e}"


def _step_time(seconds):
    if seconds < 1:
        return f"{1000 * seconds:.0f}ms/step"
    return f"{seconds:.{0 if seconds >= 100 else 1}f}s/step"
