"""Describes whole images by a frozen feature."""

from keras import ops

from semst_tf.pretrained.frozen_networks import frozen_network
from semst_tf.pretrained.frozen_networks import split_feature_name


def describe_images(name="efficientnet_lite0/stride_16"):
    """Returns a function that gives a vector for an image: what it shows.

    Args:
        name: str. Feature of a frozen network, as of `split_feature_name`.
            Defaults to `"efficientnet_lite0/stride_16"`.

    Returns:
        Function from images `(batch, height, width, channels)` in [-1, 1] to
        the mean of the feature over each of them, float32
        `(batch, feature channels)`. It belongs to no compiled graph.

    Raises:
        ValueError: If there is no such network or feature.

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
        return ops.convert_to_numpy(ops.mean(maps[feature], axis=(1, 2)))

    return describe
