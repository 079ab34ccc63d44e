"""Statistics of normalisations that consecutive frames share."""

import keras
import numpy as np
from keras import ops

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
    translation flickers. Here the statistics of a frame enter an average with
    a weight of `max(1 / frames so far, 1 / memory)`, and the frame is
    normalised with that average. After `freeze` they stay as they are, and
    equal pixels become equal pixels wherever and whenever they are seen.

    Args:
        network: Keras model that translates, with at least one
            `InstanceNormalization`.
        memory: int or `None`. Frames that the average reaches back to, about;
            `None` for all. Defaults to `None`.

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
        self._averaging = _Normalized(network)
        self._frozen = _NormalizedInOrder(network)

    def freeze(self):
        """Keeps the statistics as they are from now on."""
        self.frozen = True

    def translate(self, images):
        """Translates one frame, or pieces of it, and updates the average.

        Args:
            images: Float32 array `(pieces, height, width, channels)` in
                [-1, 1].

        Returns:
            Float32 array of the same height and width.
        """
        frames, previous = self._average("whole", self._averaging, images)
        inputs = {"images": images, "statistics": previous}
        if self.frozen:
            return self._frozen.predict_on_batch(inputs)
        # An array, for which nothing is compiled anew.
        inputs["weight"] = np.full((1, 1), self._weight(frames), "float32")
        outputs, statistics = self._averaging.predict_on_batch(inputs)
        self._averages["whole"] = frames + 1, statistics
        return outputs

    def measured(self, name, function, pieces):
        """Updates an average by pieces of a frame, and returns it.

        Args:
            name: str. What the function is to the translator: each has
                statistics of its own.
            function: Function of a batch, which calls networks.
            pieces: Array `(pieces, rows, columns, channels)`.

        Returns:
            List of (mean, variance), for `normalized_in_order`.
        """
        frames, previous = self._average(name, function, pieces)
        if not self.frozen:
            weight = self._weight(frames)
            _, previous = averaged(function, pieces, previous, weight)
            previous = _numpy(previous)
            self._averages[name] = frames + 1, previous
        return previous

    def arrays(self):
        """Returns everything that the next frame depends on, by name.

        Returns:
            Dict from str to array, as `numpy.savez` takes it.
        """
        arrays = {"frozen": np.array(self.frozen)}
        for name, (frames, statistics) in self._averages.items():
            arrays[f"{name}/frames"] = np.array(frames)
            for index, pair in enumerate(statistics):
                for kind, values in zip(("mean", "variance"), pair):
                    arrays[f"{name}/{index:04}/{kind}"] = np.asarray(values)
        return arrays

    def restore(self, arrays):
        """Goes on where another object was.

        Args:
            arrays: What its `arrays` returned.
        """
        self.frozen = bool(arrays["frozen"])
        self._averages = {}
        names = {name.split("/")[0] for name in arrays} - {"frozen"}
        for name in names:
            places = sorted(
                {key.rpartition("/")[0] for key in arrays if "/mean" in key}
            )
            statistics = [
                (arrays[f"{place}/mean"], arrays[f"{place}/variance"])
                for place in places
                if place.startswith(f"{name}/")
            ]
            self._averages[name] = int(arrays[f"{name}/frames"]), statistics

    def _average(self, name, function, pieces):
        """Frames so far, and their statistics; at first those of this one."""
        if name not in self._averages:
            if name == "whole":
                function = self._averaging.network
            statistics = shared_statistics(function, pieces)
            self._averages[name] = 0, _numpy(statistics)
        return self._averages[name]

    def _weight(self, frames):
        weight = 1.0 / (frames + 1)
        return weight if self.memory is None else max(weight, 1 / self.memory)


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


def averaged(function, pieces, previous, weight):
    """Runs a function normalised with an average, which it updates.

    Args:
        function: Function of a batch, which calls networks.
        pieces: Tensor `(pieces, rows, columns, channels)`.
        previous: List of (mean, variance), in the order of the calls.
        weight: Of the statistics of these pieces, from 0 to 1.

    Returns:
        What the function returns, and the new list of (mean, variance).
    """
    statistics = []
    in_order = iter(previous)

    def update(layer, inputs):
        mean, variance = pooled_moments(layer, inputs)
        old_mean, old_variance = next(in_order)
        step = mean - old_mean
        # The variance of both together, Welford 1962.
        old_variance = old_variance + weight * ops.square(step)
        pair = (
            old_mean + weight * step,
            (1.0 - weight) * old_variance + weight * variance,
        )
        statistics.append(pair)
        return pair

    with moments_from(update):
        outputs = function(pieces)
    return outputs, statistics


class _Normalized(keras.Model):
    """A network normalised with averages; a model, so that it is compiled."""

    def __init__(self, network):
        super().__init__(dtype="float32", name="normalized")
        self.autocast = False
        self.network = network
        self.built = True

    def call(self, inputs):
        weight = inputs["weight"][0, 0]
        return averaged(
            self.network, inputs["images"], inputs["statistics"], weight
        )


class _NormalizedInOrder(_Normalized):
    """The same with statistics that stay."""

    def call(self, inputs):
        return normalized_in_order(
            inputs["statistics"], self.network, inputs["images"]
        )


def _numpy(statistics):
    return [
        (to_numpy(mean), to_numpy(variance)) for mean, variance in statistics
    ]
