"""A discriminator that reads the features of a frozen network."""

import keras

from semst_tf.layers.random_mixing import RandomMixing
from semst_tf.layers.spectral_conv2d import SpectralConv2D
from semst_tf.networks.checks import check_positive
from semst_tf.networks.project_labels import project_labels
from semst_tf.ops.initializers import seed_sequence
from semst_tf.ops.leaky_relu import leaky_relu


@keras.saving.register_keras_serializable(package="semst_tf")
class ProjectedDiscriminator(keras.Model):
    """Scores every place of randomly mixed, frozen features, at every scale.

    It does not hold the frozen network: that is asked once for the features
    of an image, which alignments read too. Only the heads are
    trained and saved, one for each scale: spectrally normalised convolutions
    with LeakyReLU between, so small that a few hundred images train them.

    Args:
        channels: Dict from the name of a feature to its channels, or list of
            such pairs, finest scale first; see
            `semst_tf.pretrained.FrozenNetwork.channels`.
        units: int. Channels after mixing and within heads. Defaults to `64`.
        mixing: str. `"scales"`, `"channels"` or `"none"`, see
            `semst_tf.layers.RandomMixing`. Defaults to `"scales"`.
        kernel_size: int. Of the hidden convolutions of a head. With 1 a score
            sees no more than the mixed feature does. Defaults to `3`.
        depth: int. Hidden convolutions of a head. Defaults to `1`.
        seed: int. Of mixing and heads. Defaults to `0`.
        label_classes: int or `None`. Classes of labels, to compare like with
            like, see `PatchDiscriminator`. Defaults to `None`, without.
        **kwargs: Arguments of `keras.Model`. Always computes in float32.

    Call arguments:
        features: Dict from name to tensor `(batch, height, width, channels)`
            with at least the names of `channels`, standardised.
        labels: Tensor `(batch, height, width, label_classes)`, the share of
            each class in every pixel of the image, 0 where nothing is
            labelled; or `None` for no labels at all.
        training: bool. Whether the spectral normalisation moves on; `True` in
            the training step. Defaults to `False`.

    Returns:
        Dict from name to float32 tensor `(batch, height, width, 1)`, one score
        a place of each feature map, in the order of `channels`. Higher is more
        real; meant for `hinge_discriminator_loss`.

    Raises:
        ValueError: If a number is not positive, or a feature is missing.

    Example:

    >>> network = semst_tf.pretrained.EfficientNetLite0()
    >>> names = ("stride_2", "stride_4", "stride_8", "stride_16")
    >>> discriminator = ProjectedDiscriminator(
    ...     {name: network.channels[name] for name in names}
    ... )
    >>> scores = discriminator(network.features(images, names))

    Reference:
        Projected GANs, Sauer et al. 2021; patch scores at all scales and the
        shape of the heads are semst_tf's.
    """

    minimum_size = 16
    """Smallest height and width of images whose features it can score."""

    def __init__(
        self,
        channels,
        units=64,
        mixing="scales",
        kernel_size=3,
        depth=1,
        seed=0,
        label_classes=None,
        **kwargs,
    ):
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        check_positive(units=units, kernel_size=kernel_size, depth=depth)
        self.units = units
        self.kernel_size = kernel_size
        self.depth = depth
        self.seed = seed
        self.label_classes = label_classes
        if label_classes is not None:
            check_positive(label_classes=label_classes)
        self.mix = RandomMixing(channels, units, mixing, seed, name="mix")
        seeds = seed_sequence(seed)
        self.heads = [
            self._head(f"head_{index}", count, seeds)
            for index, count in enumerate(self.mix.output_channels.values())
        ]
        self.built = True

    def _head(self, name, channels, seeds):
        head = _Head(
            [
                SpectralConv2D(self.units, self.kernel_size, seed=next(seeds))
                for _ in range(self.depth)
            ],
            SpectralConv2D(1, 1, seed=next(seeds)),
            self._class_scores(seeds),
            name=name,
        )
        head.build((None, None, None, channels))
        return head

    def _class_scores(self, seeds):
        if self.label_classes is None:
            return None
        return SpectralConv2D(
            self.label_classes, 1, use_bias=False, seed=next(seeds)
        )

    @property
    def feature_names(self):
        """Tuple of the names of the features that it reads."""
        return tuple(name for name, _ in self.mix.feature_channels)

    def build(self, input_shape=None):
        self.built = True

    def call(self, features, labels=None, training=False):
        mixed = self.mix(features)
        return {
            name: head(maps, training=training, labels=labels)
            for head, (name, maps) in zip(self.heads, mixed.items())
        }

    def compute_output_shape(self, features_shape, labels_shape=None):
        return {
            name: (*features_shape[name][:-1], 1) for name in self.feature_names
        }

    def get_config(self):
        return {
            **super().get_config(),
            "channels": [list(pair) for pair in self.mix.feature_channels],
            "units": self.units,
            "mixing": self.mix.mixing,
            "kernel_size": self.kernel_size,
            "depth": self.depth,
            "seed": self.seed,
            "label_classes": self.label_classes,
        }


class _Head(keras.layers.Layer):
    """Scores of one scale."""

    def __init__(self, hidden, last, class_scores=None, **kwargs):
        super().__init__(dtype="float32", **kwargs)
        self.hidden = hidden
        self.last = last
        self.class_scores = class_scores

    def build(self, input_shape):
        for layer in self.hidden:
            layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)
        self.last.build(input_shape)
        if self.class_scores is not None:
            self.class_scores.build(input_shape)
        self.built = True

    def call(self, maps, training=False, labels=None):
        for layer in self.hidden:
            maps = leaky_relu(layer(maps, training=training))
        scores = self.last(maps, training=training)
        if labels is None or self.class_scores is None:
            return scores
        class_scores = self.class_scores(maps, training=training)
        return scores + project_labels(class_scores, labels)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 1)
