import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.networks.alignment_head import AlignmentHead

ESTIMATORS = ("infonce", "rsmi", "correlation_ratio", "joint_histogram")
SIZES = {"units": 6, "maps": 4, "prototypes": 5}


def tokens(scale=1.0):
    random = np.random.default_rng(0)
    return (scale * random.normal(size=(2, 9, 7))).astype("float32")


def outputs(estimator, inputs, **arguments):
    head = AlignmentHead(7, estimator, seed=0, **{**SIZES, **arguments})
    return ops.convert_to_numpy(head(inputs))


@pytest.mark.backend_neutral
def test_contrast_gets_unit_tokens():
    found = outputs("infonce", tokens())
    assert found.shape == (2, 9, 6)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), 1, atol=1e-4)


@pytest.mark.backend_neutral
def test_squared_information_gets_maps_with_sign():
    found = outputs("rsmi", tokens())
    assert found.shape == (2, 9, 4)
    assert found.min() < 0 < found.max()


@pytest.mark.backend_neutral
def test_histogram_gets_probabilities_whatever_the_length_of_tokens():
    found = outputs("joint_histogram", tokens())
    assert found.shape == (2, 9, 5) and found.min() >= 0
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(
        outputs("joint_histogram", tokens(100)), found, atol=1e-4
    )


@pytest.mark.backend_neutral
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_fields_that_are_zero_give_finite_outputs(estimator):
    assert np.isfinite(outputs(estimator, tokens(0))).all()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_global_precision_policy_leaves_it_in_float32(estimator):
    full = outputs(estimator, tokens())
    keras.config.set_dtype_policy("mixed_float16")
    try:
        half = outputs(estimator, tokens())
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(half, full)


@pytest.mark.parametrize(
    "arguments",
    [{"estimator": "kernel"}, {"units": 0}, {"maps": 0}, {"prototypes": 0}],
)
def test_impossible_arguments_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: "):
        AlignmentHead(7, **arguments)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_saved_head_is_the_same_head(tmp_path, estimator):
    head = AlignmentHead(7, estimator, seed=0, **SIZES)
    path = tmp_path / "head.keras"
    head.save(path)
    loaded = keras.saving.load_model(path)
    np.testing.assert_array_equal(loaded(tokens()), head(tokens()))
    assert loaded.get_config() == head.get_config()
