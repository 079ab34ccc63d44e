import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers import ScaleFusion

pytestmark = pytest.mark.backend_neutral


def images(height=16, width=24, ratio=2, seed=0):
    random = np.random.default_rng(seed)
    low = (2, height // ratio, width // ratio)
    return (
        random.uniform(-1, 1, (*low, 3)).astype("float32"),
        random.uniform(0, 1, (*low, 1)).astype("float32"),
        random.uniform(-1, 1, (2, height, width, 3)).astype("float32"),
    )


def fused(mode, *inputs, ratio=2):
    return ops.convert_to_numpy(ScaleFusion(mode, ratio)(*inputs))


@pytest.mark.parametrize("mode", ["attention", "laplacian"])
def test_full_attention_is_the_detail_and_nothing_else(mode):
    context, attention, detail = images()
    result = fused(mode, context, np.ones_like(attention), detail)
    np.testing.assert_allclose(result, detail, atol=1e-6)


def test_no_attention_is_the_upsampled_context():
    context, attention, detail = images()
    result = fused("attention", context, np.zeros_like(attention), detail)
    expected = ops.image.resize(context, (16, 24), interpolation="bilinear")
    np.testing.assert_allclose(result, expected, atol=1e-6)
    np.testing.assert_allclose(
        fused("context", context, attention, detail), expected, atol=1e-6
    )


def test_constant_modes_ignore_the_attention():
    context, attention, detail = images()
    np.testing.assert_array_equal(
        fused("detail", context, attention, detail), detail
    )
    half = np.full_like(attention, 0.5)
    np.testing.assert_allclose(
        fused("fixed", context, attention, detail),
        fused("attention", context, half, detail),
        atol=1e-6,
    )


@pytest.mark.parametrize("mode", ["attention", "laplacian"])
@pytest.mark.parametrize("ratio", [1, 2, 4])
def test_no_pixel_leaves_the_value_range(mode, ratio):
    context, attention, detail = images(ratio=ratio)
    result = fused(mode, context, attention, np.sign(detail), ratio=ratio)
    assert np.abs(result).max() <= 1.0 + 1e-6


def test_laplacian_takes_high_frequencies_from_the_detail_alone():
    context, attention, _ = images()
    flat = np.zeros((2, 16, 24, 3), "float32")
    stripes = flat.copy()
    stripes[:, :, ::2] = 0.2
    stripes[:, :, 1::2] = -0.2
    # Blocks of two have mean 0: the stripes have no low frequencies.
    context, nothing = 0.3 * context, np.zeros_like(attention)
    difference = fused("laplacian", context, nothing, stripes) - fused(
        "laplacian", context, nothing, flat
    )
    np.testing.assert_allclose(difference, stripes, atol=1e-6)


@pytest.mark.parametrize("mode", ["attention", "fixed", "context"])
def test_a_region_is_fused_as_in_the_whole_image(mode):
    context, attention, detail = images()
    whole = fused(mode, context, attention, detail)
    region = detail[:, 8:16, 3:14]
    corner = ops.convert_to_tensor([8, 3], "int32")
    np.testing.assert_allclose(
        fused(mode, context, attention, region, corner),
        whole[:, 8:16, 3:14],
        atol=1e-6,
    )


def test_half_precision_policies_do_not_coarsen_the_image():
    context, attention, detail = images()
    layer = ScaleFusion("attention", 2, dtype="mixed_bfloat16")
    result = layer(context, attention, detail)
    assert keras.backend.standardize_dtype(result.dtype) == "float32"
    np.testing.assert_allclose(
        result, fused("attention", context, attention, detail), atol=1e-7
    )


@pytest.mark.parametrize(
    "arguments", [{"mode": "median"}, {"ratio": 0}], ids=["mode", "ratio"]
)
def test_impossible_arguments_are_named(arguments):
    (received,) = arguments.values()
    with pytest.raises(ValueError, match=f"Received: .*{received}"):
        ScaleFusion(**arguments)
