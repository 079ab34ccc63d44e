"""Describes whole images by a frozen feature."""

from keras import ops

from semst_tf.data.parts import parts
from semst_tf.pretrained.frozen_networks import frozen_network
from semst_tf.pretrained.frozen_networks import split_feature_name


def describe_images(name="efficientnet_lite0/stride_16", layout=1):
    """Returns a function that gives a vector for an image: what it shows.

    Args:
        name: str. Feature of a frozen network, as of `split_feature_name`.
            Defaults to `"efficientnet_lite0/stride_16"`.
        layout: int. Rows and columns of parts that an image is divided into.
            Defaults to `1`, the whole image.

    Returns:
        Function from images `(batch, height, width, channels)` in [-1, 1] to
        the mean of the feature over each part of them, float32
        `(batch, feature channels * layout ** 2)`, row by row. It belongs to no
        compiled graph.

    Raises:
        ValueError: If there is no such network or feature; or, when called, if
            the map of an image has fewer places than parts.

    Example:

    >>> describe = semst_tf.pretrained.describe_images()
    >>> describe(images).shape  # of four images
    (4, 112)
    """
    network_name, feature = split_feature_name(name)
    network = frozen_network(network_name)
    network.check_names([feature])

    def describe(images):
        maps = network.features(ops.convert_to_tensor(images), [feature])
        means = [
            ops.mean(maps[feature][:, rows, columns], axis=(1, 2))
            for rows, columns in parts(maps[feature].shape[1:3], layout)
        ]
        return ops.convert_to_numpy(ops.concatenate(means, axis=-1))

    return describe
