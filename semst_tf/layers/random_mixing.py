"""Mixes feature maps of several scales by fixed random convolutions."""

import keras
import numpy as np
from keras import ops

from semst_tf.ops.resize_bilinear import resize_bilinear

MIXINGS = ("none", "channels", "scales")


@keras.saving.register_keras_serializable(package="semst_tf")
class RandomMixing(keras.layers.Layer):
    """Hides which features a discriminator looks at, so that it needs all.

    Without it, a discriminator on pretrained features finds the few channels
    that tell two domains apart at once, and a generator learns no more than
    to change those. Mixing spreads every feature over all channels, and deep
    features over fine scales. The kernels are drawn once from the seed and are
    constants, neither trained nor saved.

    Args:
        channels: Dict from name to channels, or list of pairs, finest scale
            first. What the layer is called with.
        units: int. Channels of every mixed map. Defaults to `64`.
        mixing: str. `"channels"`: a 1 x 1 convolution of each map;
            `"scales"`: then the deeper result is enlarged bilinearly, added,
            and convolved with 3 x 3, from the deepest map to the finest;
            `"none"`: maps stay as they are. Defaults to `"scales"`.
        seed: int. Of the kernels. Defaults to `0`.
        **kwargs: Arguments of `keras.layers.Layer`. Computes in float32
            whatever the precision policy is, unless `dtype` is given.

    Call arguments:
        features: Dict from name to tensor `(batch, height, width, channels)`;
            names that the layer does not know are left out.

    Returns:
        Dict from name to tensor `(batch, height, width, units)`, of about
        the variance of the features, in the order of `channels`.

    Raises:
        ValueError: If the mixing is unknown, or a feature missing or of
            another number of channels.

    Reference:
        Projected GANs, Sauer et al. 2021 (cross-channel and cross-scale
        mixing).
    """

    def __init__(self, channels, units=64, mixing="scales", seed=0, **kwargs):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        if mixing not in MIXINGS:
            raise ValueError(
                f"`mixing` must be one of {', '.join(MIXINGS)}. "
                f"Received: mixing={mixing!r}"
            )
        pairs = channels.items() if isinstance(channels, dict) else channels
        self.feature_channels = tuple((name, int(n)) for name, n in pairs)
        if not self.feature_channels:
            raise ValueError(
                "At least one feature map must be named in `channels`. "
                f"Received: channels={channels!r}"
            )
        self.units = units
        self.mixing = mixing
        self.seed = seed
        # Of all NumPy generators, only this one promises the same numbers in
        # every version.
        random = np.random.RandomState(seed)
        self._projections = tuple(
            _kernel(random, 1, count, units)
            for _, count in self.feature_channels
        )
        self._fusions = tuple(
            _kernel(random, 3, units, units) for _ in self.feature_channels
        )
        self.built = True

    @property
    def output_channels(self):
        """Dict from name to the channels of the mixed map."""
        if self.mixing == "none":
            return dict(self.feature_channels)
        return {name: self.units for name, _ in self.feature_channels}

    def call(self, features):
        maps = [
            self._feature(features, *pair) for pair in self.feature_channels
        ]
        if self.mixing != "none":
            maps = [
                ops.conv(values, self._constant(kernel))
                for values, kernel in zip(maps, self._projections)
            ]
        if self.mixing == "scales":
            maps = self._fused(maps)
        names = [name for name, _ in self.feature_channels]
        return dict(zip(names, maps))

    def _fused(self, maps):
        """Top down: each scale sees itself and all deeper ones."""
        fused = []
        for values, kernel in zip(reversed(maps), reversed(self._fusions)):
            if fused:
                size = tuple(ops.shape(values)[1:3])
                deeper = resize_bilinear(fused[-1], size)
                # The sum of two maps has twice the variance of one.
                values = (values + deeper) * 2**-0.5
            kernel = self._constant(kernel)
            fused.append(ops.conv(values, kernel, padding="same"))
        return fused[::-1]

    def _feature(self, features, name, count):
        if name not in features:
            raise ValueError(
                f"The feature map {name!r} is missing. "
                f"Received: {', '.join(features)}"
            )
        values = features[name]
        if values.shape[-1] != count:
            raise ValueError(
                f"The feature map {name!r} must have {count} channels. "
                f"Received: shape={tuple(values.shape)}"
            )
        return values

    def _constant(self, kernel):
        return ops.convert_to_tensor(kernel, self.compute_dtype)

    def compute_output_shape(self, features_shape):
        return {
            name: (*features_shape[name][:-1], count)
            for name, count in self.output_channels.items()
        }

    def get_config(self):
        return {
            **super().get_config(),
            "channels": [list(pair) for pair in self.feature_channels],
            "units": self.units,
            "mixing": self.mixing,
            "seed": self.seed,
        }


def _kernel(random, size, inputs, outputs):
    deviation = (size * size * inputs) ** -0.5
    shape = (size, size, inputs, outputs)
    return (random.standard_normal(shape) * deviation).astype("float32")
