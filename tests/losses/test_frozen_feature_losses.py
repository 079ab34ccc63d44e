"""The losses that compare tokens of frozen features, and what they share."""

import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.losses import CosineDistance
from semst_tf.losses import SelfSimilarityDistance
from semst_tf.losses import SoftInfoNCE
from semst_tf.losses.cosine_distance import cosine_distance
from semst_tf.losses.self_similarity_distance import self_similarity_distance
from semst_tf.losses.soft_info_nce import soft_info_nce

FUNCTIONS = [soft_info_nce, cosine_distance, self_similarity_distance]
LOSSES = [SoftInfoNCE, CosineDistance, SelfSimilarityDistance]


def tokens(seed=0, count=2, positions=9, channels=5):
    random = np.random.default_rng(seed)
    shape = (count, positions, channels)
    return random.standard_normal(shape).astype("float32")


def numpy(values):
    return ops.convert_to_numpy(values)


@pytest.mark.backend_neutral
def test_soft_info_nce_is_the_divergence_of_its_definition():
    query, key = tokens(0).astype("d"), tokens(1).astype("d")

    def softmax(values):
        values = np.exp(values)
        return values / values.sum(-1, keepdims=True)

    q = query / np.linalg.norm(query, axis=-1, keepdims=True)
    k = key / np.linalg.norm(key, axis=-1, keepdims=True)
    p = softmax(k @ k.transpose(0, 2, 1) / 0.3)
    r = softmax(q @ k.transpose(0, 2, 1) / 0.3)
    expected = (p * np.log(p / r)).sum(-1).mean(-1)
    loss = soft_info_nce(query, key, temperature=0.3, center=False)
    np.testing.assert_allclose(numpy(loss), expected, rtol=1e-4)


@pytest.mark.backend_neutral
def test_like_places_of_the_source_are_no_negatives():
    """Two materials: InfoNCE cannot get to 0 there, this one does."""
    kinds = tokens(0, 1, 2)[:, [0, 0, 0, 1, 1]]
    assert float(soft_info_nce(kinds, kinds, center=False)[0]) < 1e-6
    swapped = kinds[:, [3, 3, 3, 0, 0]]
    assert float(soft_info_nce(swapped, kinds, center=False)[0]) > 0.1


@pytest.mark.backend_neutral
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("center", [True, False])
def test_equal_tokens_of_any_length_cost_nothing(function, center):
    key = tokens()
    loss = numpy(function(3 * key, key, center=center))
    np.testing.assert_allclose(loss, 0, atol=1e-5)
    assert (numpy(function(tokens(1), key, center=center)) > 0.01).all()


@pytest.mark.backend_neutral
@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_all_places_share_counts_only_uncentered(function):
    key = tokens()
    tinted = key + np.full(5, 2.0, "float32")
    np.testing.assert_allclose(
        numpy(function(tinted, key, center=True)), 0, atol=1e-4
    )
    assert (numpy(function(tinted, key, center=False)) > 0.01).all()


@pytest.mark.backend_neutral
@pytest.mark.parametrize("function", FUNCTIONS)
def test_images_do_not_mix_and_have_one_value_each(function):
    query, key = tokens(0, 3), tokens(1, 3)
    together = numpy(function(query, key))
    assert together.shape == (3,)
    for i in range(3):
        alone = numpy(function(query[i : i + 1], key[i : i + 1]))
        np.testing.assert_allclose(together[i : i + 1], alone, rtol=1e-5)


@pytest.mark.backend_neutral
@pytest.mark.parametrize("function", FUNCTIONS)
def test_order_of_the_places_does_not_matter(function):
    query, key = tokens(0), tokens(1)
    order = np.random.default_rng(0).permutation(9)
    np.testing.assert_allclose(
        numpy(function(query[:, order], key[:, order])),
        numpy(function(query, key)),
        rtol=1e-5,
    )


@pytest.mark.backend_neutral
@pytest.mark.parametrize("function", FUNCTIONS)
def test_half_precision_tokens_are_compared_in_float32(function):
    query, key = tokens(0).astype("float16"), tokens(1).astype("float16")
    loss = function(query, key)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    np.testing.assert_allclose(
        numpy(loss),
        numpy(function(query.astype("f"), key.astype("f"))),
        rtol=1e-6,
    )


@pytest.mark.backend_neutral
@pytest.mark.parametrize("loss, function", zip(LOSSES, FUNCTIONS))
def test_objects_take_source_first(loss, function):
    source, output = tokens(0), tokens(1)
    made = loss(center=False, reduction=None)
    expected = numpy(function(output, source, center=False))
    np.testing.assert_allclose(numpy(made(source, output)), expected)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_maps_and_unequal_tokens_are_refused(function):
    with pytest.raises(ValueError, match="Received: query.shape"):
        function(tokens(), tokens(channels=4))
    with pytest.raises(ValueError, match="Received: query.shape"):
        function(tokens()[None], tokens()[None])


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(ValueError, match="Received: temperature=0"):
        SoftInfoNCE(temperature=0)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_gradient_flows_into_the_output_only_and_is_finite_when_flat(function):
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients with TensorFlow")
    query, key = tf.constant(tokens(0)), tf.constant(tokens(1))
    with tf.GradientTape() as tape:
        tape.watch([query, key])
        loss = tf.reduce_sum(function(query, key))
    into_query, into_key = tape.gradient(loss, [query, key])
    assert np.abs(into_query).max() > 0
    assert into_key is None or np.abs(into_key).max() == 0
    flat = tf.ones((1, 9, 5))
    with tf.GradientTape() as tape:
        tape.watch(flat)
        loss = tf.reduce_sum(function(flat, flat))
    assert np.isfinite(tape.gradient(loss, flat)).all()
