"""Discriminators that know the classes of places."""

import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.networks import PatchDiscriminator
from semst_tf.networks import ProjectedDiscriminator
from semst_tf.networks.project_labels import project_labels

pytestmark = pytest.mark.backend_neutral

CHANNELS = {"stride_2": 5, "stride_4": 6}


def patch(**options):
    return PatchDiscriminator(4, 1, seed=1, **options)


def projected(**options):
    return ProjectedDiscriminator(CHANNELS, units=4, seed=1, **options)


def inputs_of(network):
    random = np.random.default_rng(0)
    if isinstance(network, PatchDiscriminator):
        return random.standard_normal((2, 16, 20, 3)).astype("f")
    return {
        name: random.standard_normal((2, 16 // s, 20 // s, c)).astype("f")
        for s, (name, c) in zip((2, 4), CHANNELS.items())
    }


def one_hot(labels, classes=3):
    return ops.one_hot(ops.convert_to_tensor(labels), classes)


def labelled(left, right):
    labels = np.full((2, 16, 20), left)
    labels[:, :, 10:] = right
    return one_hot(labels)


def scores_of(network, **options):
    found = network(inputs_of(network), **options)
    found = found.values() if isinstance(found, dict) else [found]
    return [ops.convert_to_numpy(scores) for scores in found]


def with_random_classes(network):
    """A network whose class scores are something, as after training."""
    random = np.random.default_rng(5)
    for weight in network.trainable_weights:
        if "class_scores" in weight.path:
            weight.assign(random.normal(0, 0.3, weight.shape))
    return network


def test_scores_count_by_the_share_of_their_class_in_a_place():
    scores = np.arange(2 * 2 * 2 * 3).reshape(2, 2, 2, 3).astype("f")
    added = ops.convert_to_numpy(
        project_labels(scores, labelled(left=1, right=2))
    )
    np.testing.assert_allclose(added[:, :, 0, 0], scores[:, :, 0, 1], 1e-5)
    np.testing.assert_allclose(added[:, :, 1, 0], scores[:, :, 1, 2], 1e-5)
    none = project_labels(scores, labelled(left=255, right=255))
    assert not ops.convert_to_numpy(none).any()


def test_without_labels_scores_are_those_of_a_plain_discriminator():
    plain, aware = patch(), patch(label_classes=3)
    np.testing.assert_array_equal(scores_of(aware)[0], scores_of(plain)[0])


@pytest.mark.parametrize("make", [patch, projected])
def test_scores_depend_on_the_class_of_their_place_and_no_other(make):
    network = with_random_classes(make(label_classes=3))
    some, other = (
        scores_of(network, labels=labelled(0, right)) for right in (1, 2)
    )
    for one, two in zip(some, other):
        columns = np.abs(one - two).max((0, 1, 3))
        # Left of the middle nothing changed.
        assert (columns[: len(columns) // 2 - 1] == 0).all()
        assert (columns[len(columns) // 2 + 1 :] > 1e-4).all()


@pytest.mark.parametrize("make", [patch, projected])
def test_no_label_and_labels_of_no_class_are_the_same(make):
    network = with_random_classes(make(label_classes=3))
    without = scores_of(network)
    nothing = scores_of(network, labels=labelled(255, 255))
    for one, two in zip(without, nothing):
        np.testing.assert_allclose(one, two, atol=1e-6)


@pytest.mark.parametrize("make", [patch, projected])
def test_it_is_saved_and_older_configurations_have_no_labels(make, tmp_path):
    network = with_random_classes(make(label_classes=3))
    network.save(tmp_path / "d.keras")
    again = keras.saving.load_model(tmp_path / "d.keras")
    for one, two in zip(
        scores_of(network, labels=labelled(0, 1)),
        scores_of(again, labels=labelled(0, 1)),
    ):
        np.testing.assert_allclose(one, two, atol=1e-6)
    older = make().get_config()
    del older["label_classes"]
    assert type(network).from_config(older).label_classes is None
