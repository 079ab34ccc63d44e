"""Features of frozen networks, each computed once for each image."""

from semst_tf.ops.in_one_batch import in_one_batch
from semst_tf.pretrained import frozen_network
from semst_tf.pretrained.frozen_networks import split_feature_name


class FrozenFeatures:
    """The features of frozen networks that an objective reads.

    Args:
        names: Iterable of str, such as `"efficientnet_lite0/stride_8"`: the
            name of a network, and of one of its features.

    Call arguments:
        batches: List of images `(batch, height, width, channels)` in [-1, 1].

    Returns:
        List of dicts, one a batch, from these names to float32 tensors.

    Raises:
        ValueError: If there is no such network or feature.
    """

    def __init__(self, names):
        self._names = {}
        for name in dict.fromkeys(names):
            network, feature = split_feature_name(name)
            self._names.setdefault(network, []).append(feature)
        self._networks = {name: frozen_network(name) for name in self._names}
        for name, network in self._networks.items():
            network.check_names(self._names[name])

    @property
    def channels(self):
        """Dict from the name of a feature to its channels."""
        return {
            f"{name}/{feature}": self._networks[name].channels[feature]
            for name, features in self._names.items()
            for feature in features
        }

    def __call__(self, batches):
        return in_one_batch(self._of_one, batches)

    def _of_one(self, images):
        return {
            f"{name}/{feature}": maps
            for name, network in self._networks.items()
            for feature, maps in network.features(
                images, self._names[name]
            ).items()
        }
