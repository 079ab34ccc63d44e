"""The network that tells real images of the target from translations."""

import keras
from keras import ops

from semst_tf.layers import BlurDownsample
from semst_tf.layers import LeakyReLU
from semst_tf.layers.instance_normalization import instance_normalization
from semst_tf.networks.checks import check_positive
from semst_tf.networks.project_labels import project_labels
from semst_tf.ops.initializers import seed_sequence
from semst_tf.ops.initializers import xavier_normal

NORMALIZATIONS = ("instance", "layer", "none")
"""Ways to normalise between convolutions."""


@keras.saving.register_keras_serializable(package="semst_tf")
class PatchDiscriminator(keras.Model):
    """Scores overlapping patches of an image; the PatchGAN of CUT.

    With three layers a score sees 70 x 70 pixels, with two 34 x 34, with one
    16 x 16. With a patch that is large against the crop, the
    discriminator also compares the layout of the whole scene.

    Args:
        filters: int. Channels after the first convolution. Defaults to `64`.
        layers: int. Convolutions that are followed by a downsampling.
            Defaults to `3`.
        input_channels: int. Defaults to `3`.
        normalization: str. `"instance"` as in CUT: the first convolution
            apart, the mean of a channel over the image is lost, and with it
            most of what tells two tints apart. `"layer"`: all channels of an
            image are normalised together, which keeps it. `"none"`.
            Defaults to `"instance"`.
        seed: int or `None`. Seed of the initial weights.
        label_classes: int or `None`. Classes of labels, to compare like with
            like: to a score is added what the last features of the patch say
            of each class, weighted by the share that the class has in it.
            Defaults to `None`, without labels.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        images: Tensor `(batch, height, width, input_channels)`, values in
            [-1, 1], at least `minimum_size` high and wide.
        labels: Tensor `(batch, height, width, label_classes)`, the share of
            each class in every pixel, 0 where nothing is labelled; or `None`
            for no labels at all.

    Returns:
        Float32 tensor `(batch, rows, columns, 1)`, one score a patch, trained
        towards 1 on real images and 0 on translations. About an eighth of
        the image's size with three layers.

    Raises:
        ValueError: If a number is not positive, or the image is too small.

    Reference:
        CUT, Park et al. 2020 (`basic` discriminator, anti-aliased).
        Projection of labels: Miyato and Koyama 2018; that it is one of the
        shares of a patch is semst_tf design.
    """

    def __init__(
        self,
        filters=64,
        layers=3,
        input_channels=3,
        normalization="instance",
        seed=None,
        label_classes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_positive(
            filters=filters, layers=layers, input_channels=input_channels
        )
        if normalization not in NORMALIZATIONS:
            raise ValueError(
                "`normalization` must be one of "
                f"{', '.join(NORMALIZATIONS)}. "
                f"Received: normalization={normalization!r}"
            )
        self.filters = filters
        # `layers` itself is a property of every Keras model.
        self.downsamplings = layers
        self.input_channels = input_channels
        self.normalization = normalization
        self.seed = seed
        self.label_classes = label_classes
        seeds = seed_sequence(seed)

        self.stack = [
            *self._convolution(filters, next(seeds)),
            self._activation(),
            BlurDownsample(dtype=self.dtype_policy),
        ]
        for depth in range(1, layers + 1):
            self.stack += [
                *self._convolution(filters * min(2**depth, 8), next(seeds)),
                *self._normalization(),
                self._activation(),
            ]
            if depth < layers:
                self.stack.append(BlurDownsample(dtype=self.dtype_policy))
        self.stack += self._convolution(1, next(seeds))
        self.class_scores = None
        if label_classes is not None:
            check_positive(label_classes=label_classes)
            self.class_scores = keras.layers.Conv2D(
                label_classes,
                4,
                use_bias=False,
                kernel_initializer=xavier_normal(seed=next(seeds)),
                dtype=self.dtype_policy,
                name="class_scores",
            )
        self.build((None, None, None, input_channels))

    def _convolution(self, filters, seed):
        return [
            keras.layers.ZeroPadding2D(1, dtype=self.dtype_policy),
            keras.layers.Conv2D(
                filters,
                4,
                kernel_initializer=xavier_normal(seed=seed),
                dtype=self.dtype_policy,
            ),
        ]

    def _normalization(self):
        if self.normalization == "none":
            return []
        if self.normalization == "instance":
            return [instance_normalization(dtype=self.dtype_policy)]
        return [
            keras.layers.GroupNormalization(
                groups=1,
                epsilon=1e-5,
                center=False,
                scale=False,
                dtype=self.dtype_policy,
            )
        ]

    def _activation(self):
        return LeakyReLU(0.2, dtype=self.dtype_policy)

    @property
    def minimum_size(self):
        """Smallest height and width for which there is a score at all."""
        return 3 * 2**self.downsamplings

    # The name is that of `compute_output_shape`, which `summary` calls by it.
    def build(self, images_shape):
        shape = images_shape
        for layer in self.stack:
            if layer is self.stack[-1] and self.class_scores is not None:
                self.class_scores.build(shape)
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def call(self, images, labels=None):
        known = [size for size in images.shape[1:3] if size is not None]
        if known and min(known) < self.minimum_size:
            raise ValueError(
                f"A discriminator of {self.downsamplings} layers needs "
                f"images of at least {self.minimum_size} x "
                f"{self.minimum_size} pixels; use larger crops or fewer "
                f"layers. Received: images.shape={tuple(images.shape)}"
            )
        hidden = images
        for layer in self.stack[:-1]:
            hidden = layer(hidden)
        scores = ops.cast(self.stack[-1](hidden), "float32")
        if labels is None or self.class_scores is None:
            return scores
        return scores + project_labels(self.class_scores(hidden), labels)

    def compute_output_shape(self, images_shape, labels_shape=None):
        shape = images_shape
        for layer in self.stack:
            shape = layer.compute_output_shape(shape)
        return shape

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "layers": self.downsamplings,
            "input_channels": self.input_channels,
            "normalization": self.normalization,
            "seed": self.seed,
            "label_classes": self.label_classes,
        }
