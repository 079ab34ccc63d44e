import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.networks import PatchProjector


def small(**arguments):
    arguments = {"feature_channels": (3, 8), "units": 5, "seed": 0, **arguments}
    return PatchProjector(**arguments)


def features(scale=1.0, dtype="float32"):
    random = np.random.default_rng(0)
    shapes = ((2, 4, 6, 3), (2, 3, 3, 8))
    return [scale * random.normal(size=s).astype(dtype) for s in shapes]


INDICES = [np.array([23, 0, 7], "int32"), np.array([8, 4], "int32")]


def test_default_heads_have_the_published_number_of_parameters():
    assert PatchProjector().count_params() == 560_384


@pytest.mark.backend_neutral
def test_tokens_are_the_perceptron_at_the_chosen_places():
    projector = small()
    tokens = projector(features(), INDICES)
    for number, (feature, places) in enumerate(zip(features(), INDICES)):
        picked = feature.reshape(2, -1, feature.shape[-1])[:, places]
        kernel, bias = projector.hidden[number].get_weights()
        hidden = np.maximum(picked @ kernel + bias, 0)
        kernel, bias = projector.output_heads[number].get_weights()
        outputs = hidden @ kernel + bias
        lengths = np.linalg.norm(outputs, axis=-1, keepdims=True)
        np.testing.assert_allclose(
            tokens[number], outputs / (lengths + 1e-7), atol=1e-5
        )


@pytest.mark.backend_neutral
def test_tokens_have_unit_length_even_where_they_start_near_zero():
    projector = PatchProjector((3, 8), units=64, seed=0)
    for tokens in projector(features(), INDICES):
        lengths = np.linalg.norm(ops.convert_to_numpy(tokens), axis=-1)
        np.testing.assert_allclose(lengths, 1, atol=2e-3)


@pytest.mark.backend_neutral
def test_black_features_give_zero_tokens_and_a_finite_gradient():
    projector, places = small(feature_channels=(3,)), INDICES[:1]
    black = np.zeros((2, 4, 6, 3), "float32")
    (tokens,) = projector([black], places)
    np.testing.assert_array_equal(ops.convert_to_numpy(tokens), 0)
    slope = gradient(lambda x: ops.sum(projector([x], places)[0]), black)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_features_give_the_tokens_of_full_precision(policy):
    # Initial weights make tokens so small that half precision loses them.
    halves = features(0.1, "float16")
    full = small()([half.astype("float32") for half in halves], INDICES)
    if policy == "mixed_bfloat16":
        halves = [ops.cast(half, "bfloat16") for half in halves]
    tokens = small(dtype=policy)(halves, INDICES)
    tolerance = 0.05 if policy == "mixed_bfloat16" else 1e-4
    for one, other in zip(tokens, full):
        assert keras.backend.standardize_dtype(one.dtype) == "float32"
        np.testing.assert_allclose(one, other, atol=tolerance)


@pytest.mark.parametrize("maps, lists", [(1, 2), (2, 1), (1, 1)])
def test_another_number_of_maps_than_heads_is_refused(maps, lists):
    with pytest.raises(ValueError, match=r"heads \(2\). Received: "):
        small()(features()[:maps], INDICES[:lists])


def test_impossible_size_is_refused():
    with pytest.raises(ValueError, match="Received: units=0"):
        small(units=0)


@pytest.mark.backend_neutral
def test_heads_start_differently():
    twins = small(feature_channels=(4, 4)).hidden
    first, second = (twin.get_weights()[0] for twin in twins)
    assert (first != second).all()
