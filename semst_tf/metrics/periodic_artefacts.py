"""Checkerboards and waves where the source image is flat."""

import keras
import numpy as np
from keras import ops

from semst_tf.metrics.image_bytes import to_bytes
from semst_tf.metrics.score import Score
from semst_tf.ops.luminance import luminance
from semst_tf.ops.private_api import KnowsDirection


@keras.saving.register_keras_serializable(package="semst_tf")
class PeriodicArtefacts(KnowsDirection, keras.metrics.Metric):
    """Strength of patterns of given periods where there should be nothing.

    Generators that enlarge maps tend to leave a lattice of their strides on
    plain surfaces, and adversarial losses amplify it to waves. Both are seen
    first in the sky. Images are cut into windows; in those where the
    brightness of the source is flat, the power of the translation at the
    frequencies of the periods, along rows, columns and both, is measured under
    a Hann window, which keeps soft gradients out.

    Args:
        periods: Sequence of int, in pixels. `(2, 4)` are checkerboards of a
            generator of stride 4, `(8, 16)` waves. Defaults to `(2, 4)`.
        window: int. Side of the windows, a multiple of all periods and at
            least twice the longest. Defaults to `32`.
        flat_below: float. A window is flat if the standard deviation of the
            brightness of the source is below it, in levels of 0 to 255.
            Defaults to `3.0`.
        name: string. Defaults to `"periodic_artefacts"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Source images `(batch, height, width, channels)` in [-1, 1].
        y_pred: Their translations, of the same height and width.

    Returns:
        `result()`: root mean square of the pattern in levels of 0 to 255; 0
        for none, NaN if no window was flat.

    Raises:
        ValueError: If the window does not fit the periods, or the images are
            smaller than a window.

    Reference:
        semst_tf design; on the cause, Odena et al. 2016 (deconvolution and
        checkerboard artifacts).
    """

    scores = (
        Score(
            group="diagnostics",
            key="periodic_artefacts",
            heading="periodic artefacts",
            log_name="val_periodic_artefacts",
            direction="down",
            digits=2,
        ),
    )

    def __init__(
        self,
        periods=(2, 4),
        window=32,
        flat_below=3.0,
        name="periodic_artefacts",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.periods = tuple(periods)
        if not self.periods or any(
            period < 2 or window % period or window < 2 * period
            for period in self.periods
        ):
            raise ValueError(
                "`window` must be a multiple of every period, and at least "
                f"twice as long. Received: periods={periods}, window={window}"
            )
        self.window = window
        self.flat_below = flat_below
        self.power = self.add_variable(
            shape=(), initializer="zeros", dtype="float32", name="power"
        )
        self.windows = self.add_variable(
            shape=(), initializer="zeros", dtype="float32", name="windows"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        if sample_weight is not None:
            raise ValueError(
                "PeriodicArtefacts takes no weights. "
                f"Received: sample_weight={sample_weight!r}"
            )
        source = self._windows(y_true)
        flat = ops.std(source, axis=(1, 2)) < self.flat_below
        flat = ops.cast(flat, "float32")
        power = self._pattern_power(self._windows(y_pred))
        self.power.assign_add(ops.sum(flat * power))
        self.windows.assign_add(ops.sum(flat))

    def _windows(self, images):
        """Brightness in levels, `(windows, window, window)`."""
        height, width = (size // self.window for size in images.shape[1:3])
        if not height or not width:
            raise ValueError(
                f"Images must have at least {self.window} rows and columns. "
                f"Received: shape={tuple(images.shape)}"
            )
        values = luminance(to_bytes(images))[
            :, : height * self.window, : width * self.window, 0
        ]
        values = ops.reshape(
            values, (-1, height, self.window, width, self.window)
        )
        values = ops.transpose(values, (0, 1, 3, 2, 4))
        return ops.reshape(values, (-1, self.window, self.window))

    def _pattern_power(self, windows):
        """Mean square of the parts of the wanted frequencies."""
        mean = ops.mean(windows, axis=(1, 2), keepdims=True)
        cosines, sines = _waves(self.window, self.periods)
        windows = windows - mean

        def part(rows, columns):
            return ops.einsum("nyx,yu,xv->nuv", windows, rows, columns)

        real = part(cosines, cosines) - part(sines, sines)
        imaginary = part(cosines, sines) + part(sines, cosines)
        power = ops.square(real) + ops.square(imaginary)
        return ops.sum(power, axis=(1, 2)) - power[:, 0, 0]

    def result(self):
        mean = self.power / self.windows
        return ops.cast(ops.sqrt(mean), self.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "periods": self.periods,
            "window": self.window,
            "flat_below": self.flat_below,
        }


def _waves(window, periods):
    """Cosines and sines under a Hann window of sum 1, one column a frequency.

    The first frequency is 0; others come with both signs, but a period of two
    pixels, which is its own negative.
    """
    places = np.arange(window)
    frequencies = [0.0]
    for period in periods:
        frequencies.append(1 / period)
        if period != 2:
            frequencies.append(-1 / period)
    angles = 2 * np.pi * np.outer(places, frequencies)
    hann = 1 - np.cos(2 * np.pi * places / window)
    hann = (hann / hann.sum())[:, None]
    return (
        (hann * np.cos(angles)).astype("float32"),
        (hann * np.sin(angles)).astype("float32"),
    )
