"""Statistics of normalisations that consecutive frames share."""

import keras
import numpy as np

from semst_tf.layers.instance_normalization import InstanceNormalization
from semst_tf.layers.instance_normalization import moments_from
from semst_tf.ops.private_api import flat_layers
from semst_tf.tiling.shared_statistics import normalized_in_order
from semst_tf.tiling.shared_statistics import pooled_moments
from semst_tf.tiling.shared_statistics import shared_statistics
from semst_tf.tiling.shared_statistics import to_numpy


class TemporalStatistics:
    """Averages the statistics of normalisations over frames.

    With instance normalisation a frame is normalised with its own mean and
    variance. When a bright thing enters a scene, all colours move: the
    translation flickers. Here frames are normalised with averages, in one of
    two ways.

    With a `memory`, the statistics of each frame enter a running average with
    a weight of `max(1 / frames so far, 1 / memory)`, and the frame is
    normalised with that average.

    Without one, a few frames are translated each by itself, for their
    statistics alone. After `freeze` frames are normalised with the mean of
    these, and equal pixels become equal pixels wherever and whenever they are
    seen. (Averages of frames that were normalised with an average already
    moved colours several times as far from those of single frames.)

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
        """Translates one frame, or pieces of it, and updates the average.

        Args:
            images: Float32 array `(pieces, height, width, channels)` in
                [-1, 1].

        Returns:
            Float32 array of the same height and width.
        """
        network = self._given.network
        previous, weight = self._normaliser("whole", network, images)
        inputs = {"images": images, "statistics": previous}
        if self.frozen:
            return self._given.predict_on_batch(inputs)
        # An array, for which nothing is compiled anew.
        inputs["weight"] = np.full((1, 1), weight, "float32")
        outputs, statistics = self._measuring.predict_on_batch(inputs)
        self._add("whole", statistics)
        return outputs

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
        previous, weight = self._normaliser(name, function, pieces)
        if self.frozen:
            return previous
        _, statistics = measured(function, pieces, previous, weight)
        statistics = _numpy(statistics)
        self._add(name, statistics)
        return [
            _joined(*old, *new, weight)
            for old, new in zip(previous, statistics)
        ]

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

    def _normaliser(self, name, function, pieces):
        """What a frame is normalised with, and the share of its own in it."""
        if name not in self._averages:
            # Their shapes are known only now; of the values nothing remains.
            return _numpy(shared_statistics(function, pieces)), 1.0
        frames, average = self._averages[name]
        return average, 0.0 if self.frozen else self._share(frames)

    def _share(self, frames):
        """Share of a frame's own statistics in what it is normalised with."""
        if self.memory is None:
            return 1.0
        return max(1.0 / (frames + 1), 1.0 / self.memory)

    def _add(self, name, statistics):
        """Adds the statistics of a frame to the average."""
        frames, average = self._averages.get(name, (0, statistics))
        alike = self.memory is None
        weight = 1.0 / (frames + 1) if alike else self._share(frames)
        self._averages[name] = (
            frames + 1,
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


def measured(function, pieces, previous, weight):
    """Runs a function normalised with an average, and measures what it meets.

    Args:
        function: Function of a batch, which calls networks.
        pieces: Tensor `(pieces, rows, columns, channels)`.
        previous: List of (mean, variance), in the order of the calls.
        weight: Share of the statistics of these pieces in what they are
            normalised with, from 0 to 1.

    Returns:
        What the function returns, and the list of (mean, variance) of these
        pieces.
    """
    statistics = []
    in_order = iter(previous)

    def joined(layer, inputs):
        statistics.append(pooled_moments(layer, inputs))
        return _joined(*next(in_order), *statistics[-1], weight)

    with moments_from(joined):
        outputs = function(pieces)
    return outputs, statistics


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
    """The same, which also measures."""

    def call(self, inputs):
        weight = inputs["weight"][0, 0]
        return measured(
            self.network, inputs["images"], inputs["statistics"], weight
        )


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
