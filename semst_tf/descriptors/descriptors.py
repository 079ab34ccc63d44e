"""The descriptors that a configuration can choose from."""

from semst_tf.descriptors.feature_field import FeatureField
from semst_tf.descriptors.orientation import OrientationField
from semst_tf.descriptors.second_moments import SecondMomentField
from semst_tf.descriptors.tone import ToneField

DESCRIPTORS = {
    "orientation": OrientationField,
    "pixel_moments": SecondMomentField,
    "colour": ToneField,
    "features": FeatureField,
}
"""From names to layers; a new descriptor is one entry here."""


def make_descriptor(name):
    """Makes a descriptor.

    Args:
        name: str. One of `DESCRIPTORS`.

    Returns:
        `keras.layers.Layer`.

    Raises:
        ValueError: If there is no such descriptor.
    """
    if name not in DESCRIPTORS:
        raise ValueError(
            f"`descriptor` must be one of {', '.join(DESCRIPTORS)}. "
            f"Received: descriptor={name!r}"
        )
    return DESCRIPTORS[name]()
