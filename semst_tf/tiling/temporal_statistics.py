"""Statistics of normalisations that consecutive frames share."""

import keras
import numpy as np

from semst_tf.layers.instance_normalization import InstanceNormalization
from semst_tf.ops.private_api import flat_layers
from semst_tf.tiling.shared_statistics import normalized_in_order
from semst_tf.tiling.shared_statistics import shared_statistics
from semst_tf.tiling.shared_statistics import to_numpy

EVERY = 4
"""Of so many frames one is measured for a running average."""


class TemporalStatistics:
    """Averages the statistics of normalisations over frames.

    With instance normalisation a frame is normalised with its own mean and
    variance. When a bright thing enters a scene, all colours move: the
    translation flickers. Here frames are normalised with averages, in one of
    two ways.

    With a `memory`, the statistics of one in four frames enter a running
    average, and all frames are normalised with that. Without one, a few frames
    are translated each by itself, for their statistics alone, and after
    `freeze` frames are normalised with the mean of these: what a pixel becomes
    then depends on its surroundings only.

    A frame is measured while it is normalised with its own statistics, which
    is a pass of its own. Averages of frames that were normalised with an
    average already were tried: those of deep layers lagged behind those of
    the layers before them, and colours drifted several times as far.

    Args:
        network: Keras model that translates, with at least one
            `InstanceNormalization`.
        memory: int or `None`. Frames that a running average reaches back to,
            about. Defaults to `None`.

    Raises:
        ValueError: If the layers of the network cannot be reached, or none of
            them is an `InstanceNormalization`.

    Example:

    ```python
    statistics = TemporalStatistics(translator, memory=25)
    for frame in frames:
        translation = translate(translator, frame, statistics=statistics)
    ```

    Reference:
        semst_tf design.
    """

    def __init__(self, network, memory=None):
        if not has_statistics(network):
            raise ValueError(
                "Only a Keras translator with instance normalisation has "
                "statistics that frames can share; use temporal='frame' for "
                f"this one. Received: {type(network).__name__}"
            )
        self.memory = memory
        self.frozen = False
        self._averages = {}
        self._measuring = _Measured(network)
        self._given = _NormalizedInOrder(network)

    def freeze(self):
        """Keeps the averages as they are from now on."""
        self.frozen = True

    def translate(self, images):
        """Translates one frame, and updates the average.

        Args:
            images: Float32 array `(1, height, width, channels)` in [-1, 1].

        Returns:
            Float32 array of the same height and width.
        """
        if self._is_measured("whole"):
            outputs, statistics = self._measuring.predict_on_batch(images)
            self._add("whole", statistics)
            if not self._uses_average:
                return outputs
        return self._given.predict_on_batch(
            {"images": images, "statistics": self._next("whole")}
        )

    def measured(self, name, function, pieces):
        """Updates an average by pieces of a frame.

        Args:
            name: str. What the function is to the translator: each has
                statistics of its own.
            function: Function of a batch, which calls networks.
            pieces: Array `(pieces, rows, columns, channels)`.

        Returns:
            List of (mean, variance) that the frame is to be normalised with,
            for `normalized_in_order`.
        """
        if self._is_measured(name):
            statistics = _numpy(shared_statistics(function, pieces))
            self._add(name, statistics)
            if not self._uses_average:
                return statistics
        return self._next(name)

    def arrays(self):
        """Returns everything that the next frame depends on, by name.

        Returns:
            Dict from str to array, as `numpy.savez` takes it.
        """
        arrays = {"frozen": np.array(self.frozen)}
        for name, (frames, statistics) in self._averages.items():
            arrays[f"frames/{name}"] = np.array(frames)
            arrays.update(_named(name, statistics))
        return arrays

    def restore(self, arrays):
        """Goes on where another object was.

        Args:
            arrays: What its `arrays` returned.
        """
        self.frozen = bool(arrays["frozen"])
        self._averages = {
            name: (int(arrays[f"frames/{name}"]), statistics)
            for name, statistics in _unnamed(arrays).items()
        }

    @property
    def _uses_average(self):
        return self.frozen or self.memory is not None

    def _is_measured(self, name):
        frames, _ = self._averages.get(name, (0, None))
        every = 1 if self.memory is None else EVERY
        return frames == 0 or not (self.frozen or frames % every)

    def _next(self, name):
        """The average for a frame, which is counted."""
        frames, average = self._averages[name]
        self._averages[name] = frames + 1, average
        return average

    def _add(self, name, statistics):
        """Adds the statistics of a frame to the average."""
        frames, average = self._averages.get(name, (0, statistics))
        if self.memory is None:
            weight = 1.0 / (frames + 1)
            frames += 1
        else:
            weight = max(1.0 / (frames // EVERY + 1), EVERY / self.memory)
        weight = min(weight, 1.0)
        self._averages[name] = (
            frames,
            [
                _joined(*old, *new, weight)
                for old, new in zip(average, statistics)
            ],
        )


def has_statistics(network):
    """Whether frames can share statistics of normalisations in a network.

    Args:
        network: What translates.

    Returns:
        bool.
    """
    return isinstance(network, keras.Model) and any(
        isinstance(layer, InstanceNormalization)
        for layer in flat_layers(network)
    )


class _NormalizedInOrder(keras.Model):
    """A network normalised as told; a model, so that it is compiled."""

    def __init__(self, network):
        super().__init__(dtype="float32", name="normalized")
        self.autocast = False
        self.network = network
        self.built = True

    def call(self, inputs):
        return normalized_in_order(
            inputs["statistics"], self.network, inputs["images"]
        )


class _Measured(_NormalizedInOrder):
    """A network that also returns the statistics it normalises with."""

    def call(self, images):
        outputs = []
        statistics = shared_statistics(
            lambda pieces: outputs.append(self.network(pieces)), images
        )
        return outputs[0], statistics


def _joined(mean, variance, other_mean, other_variance, weight):
    """Moments of both together, the other with a weight (Welford 1962)."""
    step = other_mean - mean
    return (
        mean + weight * step,
        (1.0 - weight) * (variance + weight * step * step)
        + weight * other_variance,
    )


def _named(name, statistics):
    """Dict from names to the arrays of a list of (mean, variance)."""
    return {
        f"average/{name}/{index:04}/{kind}": np.asarray(values)
        for index, pair in enumerate(statistics)
        for kind, values in zip(("mean", "variance"), pair)
    }


def _unnamed(arrays):
    """Dict from names to lists of (mean, variance), from such arrays."""
    found = {}
    for key in sorted(arrays):
        if key.endswith("/mean"):
            _, name, index, _ = key.split("/")
            variance = arrays[f"average/{name}/{index}/variance"]
            found.setdefault(name, []).append((arrays[key], variance))
    return found


def _numpy(statistics):
    return [
        (to_numpy(mean), to_numpy(variance)) for mean, variance in statistics
    ]
