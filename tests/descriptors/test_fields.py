"""What every descriptor promises."""

import numpy as np
import pytest
from keras import ops
from random_images import scene

from semst_tf.descriptors import OrientationField
from semst_tf.descriptors import SecondMomentField
from semst_tf.descriptors import ToneField

pytestmark = pytest.mark.backend_neutral

FIELDS = {
    "orientation": lambda: OrientationField(cell=4, bins=6),
    "no_constant": lambda: OrientationField(constant=0.0, soft_norm=0.2),
    "pixel_moments": lambda: SecondMomentField(),
    "tone": lambda: ToneField(),
    "coarse_tone": lambda: ToneField(stride=4),
}
every_field = pytest.mark.parametrize("name", FIELDS)


def compute(field, images):
    return ops.convert_to_numpy(field(images))


@every_field
@pytest.mark.parametrize(
    "shape", [(2, 8, 8, 3), (1, 9, 15, 1), (1, 30, 17, 5), (3, 16, 12, 4)]
)
def test_any_size_and_channel_count_has_the_announced_shape(name, shape):
    images = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
    field = FIELDS[name]()
    result = compute(field, images)
    assert result.shape == field.compute_output_shape(shape)
    assert np.isfinite(result).all()


@every_field
def test_half_precision_images_are_computed_in_float32(name):
    images = scene(size=16)
    result = compute(FIELDS[name](), images.astype("float16"))
    assert result.dtype == np.float32
    np.testing.assert_allclose(
        result, compute(FIELDS[name](), images), atol=0.1
    )


@every_field
def test_field_has_no_weights(name):
    field = FIELDS[name]()
    field.build((None, None, None, 3))
    assert field.weights == []


@every_field
def test_tensor_without_four_axes_is_refused(name):
    with pytest.raises(ValueError, match="Received: shape="):
        FIELDS[name]()(np.zeros((16, 16, 3), "float32"))


@pytest.mark.parametrize(
    "field, arguments",
    [
        (OrientationField, {"neighbourhood": 2}),
        (OrientationField, {"cell": 0}),
        (OrientationField, {"magnitude_floor": 0.0}),
        (OrientationField, {"constant": -1.0}),
        (SecondMomentField, {"window": 10}),
        (ToneField, {"stride": 0}),
    ],
)
def test_arguments_out_of_range_are_refused(field, arguments):
    with pytest.raises(ValueError, match="Received: "):
        field(**arguments)
