from pathlib import Path

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.losses.semantic_relation import semantic_relation

pytestmark = pytest.mark.backend_neutral


@pytest.fixture(scope="module")
def reference():
    path = Path(__file__).parents[1] / "reference" / "losses.npz"
    return dict(np.load(path))


def test_values_are_those_of_the_public_code(reference):
    loss = semantic_relation(reference["query"], reference["key"])
    np.testing.assert_allclose(
        ops.convert_to_numpy(loss), reference["src_loss"], atol=1e-4
    )


def test_gradient_is_that_of_the_public_code(reference):
    def total(query):
        return ops.sum(semantic_relation(query, reference["key"]))

    actual = gradient(total, reference["query"])
    expected = reference["src_grad_query"]
    np.testing.assert_allclose(actual, expected, atol=1e-6)
    assert np.abs(expected).max() > 1e-3


def test_equal_images_cost_nothing_and_pull_nowhere(reference):
    key = reference["key"]
    loss = ops.convert_to_numpy(semantic_relation(key, key))
    np.testing.assert_allclose(loss, 0.0, atol=1e-5)
    pull = gradient(lambda query: ops.sum(semantic_relation(query, key)), key)
    np.testing.assert_allclose(pull, 0.0, atol=1e-6)


def test_no_gradient_reaches_the_key(reference):
    def total(key):
        return ops.sum(semantic_relation(reference["query"], key))

    assert not gradient(total, reference["key"]).any()


def test_relations_ignore_a_rotation_of_all_tokens(reference):
    key = reference["key"]
    random = np.random.default_rng(0).standard_normal((32, 32))
    rotation = np.linalg.qr(random)[0].astype("float32")
    loss = ops.convert_to_numpy(semantic_relation(key @ rotation, key))
    np.testing.assert_allclose(loss, 0.0, atol=1e-4)
