from pathlib import Path

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.losses import PatchNCE
from semst_tf.losses.patch_nce import patch_nce

pytestmark = pytest.mark.backend_neutral


@pytest.fixture(scope="module")
def reference():
    path = Path(__file__).parents[1] / "reference" / "losses.npz"
    return dict(np.load(path))


def test_values_are_those_of_the_public_cut(reference):
    loss = patch_nce(reference["query"], reference["key"])
    np.testing.assert_allclose(
        ops.convert_to_numpy(loss), reference["patchnce_per_patch"], atol=1e-4
    )


def test_gradient_is_that_of_the_public_cut(reference):
    def mean_loss(query):
        return ops.mean(patch_nce(query, reference["key"]))

    actual = gradient(mean_loss, reference["query"])
    expected = reference["patchnce_grad_query"]
    np.testing.assert_allclose(actual, expected, atol=1e-6)
    assert np.abs(expected).max() > 1e-4


def test_no_gradient_reaches_the_key(reference):
    def mean_loss(key):
        return ops.mean(patch_nce(reference["query"], key))

    assert not gradient(mean_loss, reference["key"]).any()


def test_uniform_tokens_cost_the_log_of_the_patches():
    tokens = np.full((1, 16, 4), 0.5, "float32")
    loss = ops.convert_to_numpy(patch_nce(tokens, tokens))
    np.testing.assert_allclose(loss, np.log(16.0), rtol=1e-5)


def test_class_takes_the_key_first_and_uses_its_temperature(reference):
    query, key = reference["query"], reference["key"]
    actual = PatchNCE(temperature=0.5, reduction=None)(key, query)
    expected = patch_nce(query, key, temperature=0.5)
    np.testing.assert_allclose(
        ops.convert_to_numpy(actual), ops.convert_to_numpy(expected), rtol=1e-6
    )


def test_temperature_of_zero_is_refused():
    with pytest.raises(ValueError, match="Received: temperature=0"):
        PatchNCE(temperature=0)
