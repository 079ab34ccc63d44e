import pathlib

import keras
import numpy as np
import pytest

from semst_tf import pretrained
from semst_tf.pretrained.segmenter import _WEIGHTS

REFERENCE = pathlib.Path(__file__).parent / "reference" / "espnetv2_noise.npz"


@pytest.fixture(scope="module")
def segmenter():
    return pretrained.load_segmenter()


@pytest.fixture(scope="module")
def reference():
    with np.load(REFERENCE) as arrays:
        images = arrays["noise"].astype("float32") / 127.5 - 1.0
        return images, arrays["logits_every_fourth"].astype("float32")


def test_logits_equal_the_public_implementation(segmenter, reference):
    images, expected = reference
    logits = keras.ops.convert_to_numpy(segmenter(images))[:, ::4, ::4]
    # Both the weights that ship and the reference are rounded to float16.
    np.testing.assert_allclose(logits, expected, atol=0.03)
    same = logits[..., :19].argmax(-1) == expected[..., :19].argmax(-1)
    assert same.mean() > 0.998


def test_logits_do_not_depend_on_the_rest_of_the_batch(segmenter, reference):
    images = reference[0][:, :64, :96]
    batch = np.concatenate([np.zeros_like(images), images])
    np.testing.assert_allclose(
        segmenter(batch)[1:], segmenter(images), atol=1e-3
    )


def test_batch_statistics_stay_even_in_training_mode(segmenter, reference):
    images = reference[0][:, :32, :32]
    before = segmenter.get_weights()
    segmenter(images, training=True)
    for old, new in zip(before, segmenter.get_weights()):
        np.testing.assert_array_equal(old, new)
    assert segmenter.trainable_variables == []


def test_precision_policy_of_the_user_does_not_reach_the_segmenter(
    segmenter, reference
):
    images = reference[0][:, :32, :32]
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        other = pretrained.load_segmenter()
        np.testing.assert_array_equal(other(images), segmenter(images))
    finally:
        keras.config.set_dtype_policy(policy)


def test_size_that_is_no_multiple_of_16_is_refused(segmenter):
    with pytest.raises(ValueError, match="multiples of 16"):
        segmenter(np.zeros((1, 40, 32, 3), "float32"))


def test_unknown_scale_is_refused():
    with pytest.raises(ValueError, match="Received: scale=3.0"):
        pretrained.ESPNetV2(scale=3.0)


def _changed_weights(path, change):
    with np.load(_WEIGHTS) as arrays:
        arrays = dict(arrays)
    change(arrays)
    np.savez(path, **arrays)
    return path


def test_file_without_an_array_is_refused(tmp_path):
    path = _changed_weights(
        tmp_path / "less.npz", lambda arrays: arrays.pop("bu_br_l2.0.bias")
    )
    with pytest.raises(ValueError, match="'bu_br_l2.0.bias' is missing"):
        pretrained.load_segmenter(path)


def test_file_with_more_arrays_is_refused(tmp_path):
    path = _changed_weights(
        tmp_path / "more.npz", lambda arrays: arrays.update(x=np.zeros(1))
    )
    with pytest.raises(ValueError, match="holds more than ESPNetV2"):
        pretrained.load_segmenter(path)


def test_file_of_another_width_is_refused():
    with pytest.raises(ValueError, match="another width"):
        pretrained.load_segmenter(_WEIGHTS, scale=0.5)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Received: path="):
        pretrained.load_segmenter(tmp_path / "none.npz")


def test_licence_ships_beside_the_weights():
    assert "MIT" in (_WEIGHTS.parent / "LICENSE").read_text()
    assert _WEIGHTS.stat().st_size < 2_000_000
