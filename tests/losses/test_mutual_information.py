"""What each estimator asks of a translation, and where gradients flow."""

import numpy as np
import pytest
from gradients import gradient

from semst_tf.losses import MutualInformation
from semst_tf.losses.mutual_information import ESTIMATORS

pytestmark = pytest.mark.backend_neutral


def random_tokens(seed, shape=(2, 24, 6)):
    rng = np.random.default_rng(seed)
    return rng.standard_normal(shape).astype("float32")


def textures(classes, seed):
    """Unit tokens of eight textures with some variation inside each."""
    rng = np.random.default_rng(seed)
    prototypes = np.random.default_rng(99).standard_normal((8, 16))
    tokens = prototypes[classes] + 0.3 * rng.standard_normal((256, 16))
    return tokens / np.linalg.norm(tokens, axis=-1, keepdims=True)


def fitted_head(output, source):
    """Linear head from output to source tokens by ridge regression."""
    gram = output.T @ output + 0.1 * np.eye(output.shape[-1])
    return np.linalg.solve(gram, output.T @ source)


def held_out_loss(source, output, loss):
    head = fitted_head(output[:128], source[:128])
    value = loss(
        source[None, 128:].astype("float32"),
        (output[128:] @ head)[None].astype("float32"),
    )
    return float(value)


def test_fitted_heads_forgive_a_consistent_relabelling_only():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 8, 256)
    source = textures(classes, seed=1)
    relabelled = textures((classes + 3) % 8, seed=2)
    flipped = textures(rng.integers(0, 8, 256), seed=3)
    loss = MutualInformation("infonce")
    chance = np.log(128.0)
    assert held_out_loss(source, relabelled, loss) < chance - 1.5
    assert held_out_loss(source, flipped, loss) > chance - 0.2


def test_unfitted_contrast_punishes_relabelling_like_flipping():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 8, 256)
    source = textures(classes, seed=1)[None].astype("float32")
    relabelled = textures((classes + 3) % 8, seed=2)[None].astype("float32")
    loss = MutualInformation("infonce")
    assert float(loss(source, relabelled)) > float(loss(source, source)) + 5


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_resemblance_lowers_the_loss(estimator):
    source = random_tokens(0, (1, 200, 6))
    loss = MutualInformation(estimator)
    assert float(loss(source, source)) < float(loss(source, source[:, ::-1]))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_no_gradient_reaches_the_source(estimator):
    source, output = random_tokens(0), random_tokens(1)
    loss = MutualInformation(estimator)
    assert not gradient(lambda tokens: loss(tokens, output), source).any()


def test_neighbours_within_the_radius_do_not_count():
    tokens = np.ones((1, 3, 4), "float32")
    positions = np.array([[0, 0], [0, 2], [0, 9]], "int32")
    loss = MutualInformation(exclusion_radius=2)
    per_image = loss.call(tokens, tokens, positions)
    expected = (np.log(2.0) + np.log(2.0) + np.log(3.0)) / 3
    assert float(per_image[0]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "arguments",
    [{"estimator": "mine"}, {"temperature": 0}],
)
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: "):
        MutualInformation(**arguments)
