"""What each estimator asks of a translation, and where gradients flow."""

import numpy as np
import pytest
from gradients import gradient

from semst_tf.losses import MutualInformation

pytestmark = pytest.mark.backend_neutral

ESTIMATORS = ("infonce", "rsmi", "correlation_ratio", "joint_histogram")


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


def test_joint_histogram_of_learned_codes_forgives_relabelling_only():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 8, 256)

    def codes(classes):
        return np.eye(8, dtype="float32")[classes][None]

    loss = MutualInformation("joint_histogram", prototypes=None)
    same = float(loss(codes(classes), codes(classes)))
    relabelled = float(loss(codes(classes), codes((classes + 3) % 8)))
    flipped = float(loss(codes(classes), codes(rng.permutation(classes))))
    assert relabelled == pytest.approx(same, abs=1e-5)
    assert same < -1.9 and flipped > -0.3


def test_joint_histogram_of_fixed_prototypes_orders_same_and_flipped():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 8, 256)
    source = textures(classes, seed=1)[None].astype("float32")
    flipped = source[:, rng.permutation(256)]
    loss = MutualInformation("joint_histogram")
    assert float(loss(source, source)) < 2 * float(loss(source, flipped)) < 0


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_resemblance_lowers_the_loss(estimator):
    source = random_tokens(0, (1, 200, 6))
    loss = MutualInformation(estimator)
    assert float(loss(source, source)) < float(loss(source, source[:, ::-1]))


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_source_is_detached_unless_a_learned_head_made_it(estimator):
    output = random_tokens(1)
    # Without prototypes both sides have to be probabilities.
    output = np.exp(output) / np.exp(output).sum(-1, keepdims=True)
    source = output[::-1].copy()

    def slope(**arguments):
        loss = MutualInformation(estimator, prototypes=None, **arguments)
        return gradient(lambda tokens: loss(tokens, output), source)

    assert not slope().any()
    attached = slope(detach_source=False)
    assert attached.any() and np.isfinite(attached).all()


def test_symmetric_contrast_is_the_mean_of_both_directions():
    source, output = random_tokens(0), random_tokens(1)
    one_way = MutualInformation()
    expected = 0.5 * (one_way(source, output) + one_way(output, source))
    assert float(MutualInformation(symmetric=True)(source, output)) == (
        pytest.approx(float(expected), rel=1e-5)
    )


def test_neighbours_within_the_radius_do_not_count():
    tokens = np.ones((1, 3, 4), "float32")
    positions = np.array([[0, 0], [0, 2], [0, 9]], "int32")
    loss = MutualInformation(exclusion_radius=2)
    per_image = loss.call(tokens, tokens, positions)
    expected = (np.log(2.0) + np.log(2.0) + np.log(3.0)) / 3
    assert float(per_image[0]) == pytest.approx(expected, rel=1e-5)


def test_prototypes_serve_sides_with_different_channels():
    loss = MutualInformation("joint_histogram")
    value = loss(random_tokens(0, (1, 50, 6)), random_tokens(0, (1, 50, 9)))
    assert -np.log(32.0) < float(value) < 0


@pytest.mark.parametrize(
    "arguments",
    [{"estimator": "mine"}, {"temperature": 0}, {"prototypes": 0}],
)
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: "):
        MutualInformation(**arguments)


def test_duplicates_are_found_in_the_raw_tokens_not_in_those_of_a_head():
    raw = np.eye(4, dtype="float32")[None]
    collapsed = np.ones((1, 4, 3), "float32")
    loss = MutualInformation(duplicate_threshold=0.9)
    by_head = float(loss.call(collapsed, collapsed)[0])
    by_raw = float(loss.call(collapsed, collapsed, raw_source=raw)[0])
    assert by_head == 0.0
    assert by_raw == pytest.approx(np.log(4.0), abs=1e-5)
