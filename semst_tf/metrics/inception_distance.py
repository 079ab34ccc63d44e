"""What FID and KID share: images of two domains become features."""

import os
import warnings

import keras
import numpy as np

from semst_tf.ops.private_api import KnowsDirection
from semst_tf.pretrained.as_colour import as_colour
from semst_tf.pretrained.inception_weights import load_inception
from semst_tf.pretrained.segmenter import read_arrays
from semst_tf.pretrained.unit_images import unit_images


def _wants_colour(network):
    """Whether images need three channels; a given network may differ."""
    shape = getattr(network, "input_shape", None) or (None,)
    return shape[-1] in (3, None)


class InceptionDistance(KnowsDirection, keras.metrics.Metric):
    """Base of the distances between two sets of images.

    Images of the target domain go to `update_target`, translations to
    `update_state`; `reset_state` forgets the translations only, so that the
    target is looked at once. The state lives outside the backend, in float64
    whichever it is, so a distance cannot be updated inside a compiled graph:
    use a callback, not `compile(metrics=...)`.

    Args:
        weights: Path of the weights, or `None` to download them on first
            use; see `load_inception`.
        resize: `"pytorch_fid"` or `"tensorflow"`, see `InceptionFeatures`.
        network: Keras model from images `(batch, height, width, 3)` in
            [-1, 1] to `(batch, features)` in the place of Inception, or
            `None`. Its weights are no part of `get_config`.
        batch_size: int. Images that go through the network at once.
        name: string.
        dtype: Of the result.
    """

    def __init__(
        self,
        weights=None,
        resize="pytorch_fid",
        network=None,
        batch_size=8,
        name=None,
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.weights = None if weights is None else str(weights)
        self.resize = resize
        self.batch_size = batch_size
        self._given_network = network
        self._network = network

    @property
    def network(self):
        """The feature network; loaded when it is first needed."""
        if self._network is None:
            self._network = load_inception(self.weights, self.resize)
        return self._network

    def update_target(self, images):
        """Adds images of the target domain.

        Args:
            images: Array `(batch, height, width, 3)`, uint8, uint16
                or float in [-1, 1]; grey is repeated.
        """
        self.add_target_features(self.features(images))

    def update_state(self, images, sample_weight=None):
        if sample_weight is not None:
            raise ValueError(
                f"{type(self).__name__} takes no weights. "
                f"Received: sample_weight={sample_weight!r}"
            )
        self.add_features(self.features(images))

    def features(self, images):
        """Returns what the network sees in images.

        Features can go to `add_features` of several metrics, so that the
        network looks once.

        Args:
            images: Array `(batch, height, width, 3)`, uint8, uint16
                or float in [-1, 1]; grey is repeated.

        Returns:
            float64 array `(batch, features)`.
        """
        images = keras.ops.convert_to_numpy(images)
        if images.ndim != 4 or len(images) == 0:
            raise ValueError(
                "Images are given in batches (batch, height, width, "
                f"channels), not empty. Received: shape={images.shape}"
            )
        if _wants_colour(self.network):
            images = as_colour(images)
        images = unit_images(images)
        starts = range(0, len(images), self.batch_size)
        features = [
            self.network.predict_on_batch(images[i : i + self.batch_size])
            for i in starts
        ]
        return np.concatenate(features).astype("float64")

    def _check_count(self, count, kind):
        if count < 2:
            raise ValueError(
                f"{type(self).__name__} needs at least two images of each "
                f"set. Received: {count} {kind}"
            )

    def _read_target(self, path, names):
        """The arrays that `save_target` wrote, if they fit this metric."""
        arrays = read_arrays(path)
        for name in (*names, "resize"):
            if name not in arrays:
                raise ValueError(
                    "This file holds no target of a "
                    f"{type(self).__name__}: {name!r} is missing. "
                    f"Received: path={os.fspath(path)!r}"
                )
        if str(arrays["resize"]) != self.resize:
            raise ValueError(
                "The saved target was resized in another way and cannot be "
                f"compared. Received: resize={str(arrays['resize'])!r}, "
                f"expected {self.resize!r}"
            )
        return [arrays[name] for name in names]

    def _warn_if_few(self, count, needed, reason):
        if count < needed:
            warnings.warn(
                f"{type(self).__name__} from {count} images is {reason}; "
                f"use at least {needed}.",
                stacklevel=3,
            )

    def get_config(self):
        network = self._given_network
        if network is not None:
            network = keras.saving.serialize_keras_object(network)
        return {
            **super().get_config(),
            "weights": self.weights,
            "resize": self.resize,
            "network": network,
            "batch_size": self.batch_size,
        }

    @classmethod
    def from_config(cls, config):
        network = config.get("network")
        if network is not None:
            network = keras.saving.deserialize_keras_object(network)
        return cls(**{**config, "network": network})
