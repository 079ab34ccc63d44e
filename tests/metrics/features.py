"""A feature network that shows what the distances do with features."""

import keras

from semst_tf.pretrained.frozen_network_base import FrozenNetwork


def mean_colour():
    """The features of an image are the means of its three channels."""
    images = keras.Input((None, None, 3))
    return keras.Model(images, keras.layers.GlobalAveragePooling2D()(images))


def images(features):
    """Images of four pixels with these features."""
    return features[:, None, None, :].repeat(2, axis=1).repeat(2, axis=2)


@keras.saving.register_keras_serializable(package="semst_tf_tests")
class MeanColours(FrozenNetwork):
    """The mean colour of 4 x 4 and of 8 x 8 pixels."""

    names = ("stride_4", "stride_8")
    channels = {"stride_4": 3, "stride_8": 3}
    strides = {"stride_4": 4, "stride_8": 8}

    def _compute(self, images, names):
        return {
            name: keras.ops.average_pool(
                images, self.strides[name], padding="same"
            )
            for name in names
        }
