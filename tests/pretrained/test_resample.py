import keras
import numpy as np
import pytest
import tensorflow as tf

from semst_tf.pretrained.resample import Resample


def _row(values):
    """An image of two equal rows."""
    return np.tile(
        np.array(values, "float32")[None, None, :, None], (1, 2, 1, 1)
    )


def _resample(values, width, method):
    result = Resample(method, size=(2, width))(_row(values))
    return keras.ops.convert_to_numpy(result)[0, 0, :, 0]


@pytest.mark.parametrize(
    "method, expected",
    [
        ("align_corners", [0, 1 / 3, 2 / 3, 1]),
        ("half_pixel", [0, 0.25, 0.75, 1]),
        ("asymmetric", [0, 0.5, 1, 1]),
    ],
)
def test_bilinear_methods_place_the_pixels_where_their_namesakes_do(
    method, expected
):
    np.testing.assert_allclose(
        _resample([0, 1], 4, method), expected, atol=1e-6
    )


def test_shrinking_does_not_smooth():
    shrunk = _resample([9, 0, 0, 0, 9, 0, 0, 0], 2, "asymmetric")
    np.testing.assert_allclose(shrunk, [9, 9])


def test_average_covers_areas_rounded_outwards():
    # Thirds of five pixels: 0-1, 1-3 and 3-4.
    averaged = _resample([1, 2, 4, 6, 10], 3, "average")
    np.testing.assert_allclose(averaged, [1.5, 4.0, 8.0], rtol=1e-6)


def test_average_to_more_pixels_than_there_are_repeats_them():
    np.testing.assert_allclose(
        _resample([1, 3], 3, "average"), [1.0, 2.0, 3.0], rtol=1e-6
    )


@pytest.mark.parametrize("method", ["align_corners", "half_pixel", "average"])
def test_one_pixel_fills_any_size(method):
    np.testing.assert_allclose(_resample([7], 5, method), [7] * 5)


@pytest.mark.parametrize("method", ["align_corners", "average"])
@pytest.mark.parametrize("scale", [0.1, 0.5, 2.0])
def test_sizes_that_are_unknown_in_the_graph_change_nothing(method, scale):
    layer = Resample(method, scale=scale, minimum=5)
    images = np.random.default_rng(0).random((2, 30, 47, 3), "float32")
    graph = tf.function(layer, input_signature=[tf.TensorSpec([None] * 4)])
    known = keras.ops.convert_to_numpy(layer(images))
    assert known.shape == tuple(layer.compute_output_shape(images.shape))
    np.testing.assert_allclose(graph(images), known, atol=1e-6)


def test_scale_rounds_up_as_the_reference_does():
    layer = Resample("average", scale=0.1)
    assert layer.compute_output_shape((1, 30, 71, 3)) == (1, 3, 8, 3)


def test_like_takes_the_size_of_the_other():
    other = np.zeros((1, 6, 9, 2), "float32")
    resized = Resample("half_pixel")(_row([0, 1]), like=other)
    assert resized.shape == (1, 6, 9, 1)


def test_unknown_method_is_refused():
    with pytest.raises(ValueError, match="Received: method='cubic'"):
        Resample("cubic")
