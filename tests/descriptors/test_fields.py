"""What every descriptor promises."""

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops
from pictures import scene

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
def test_images_of_a_batch_do_not_mix(name):
    images = np.concatenate([scene(seed, size=32) for seed in range(3)])
    field = FIELDS[name]()
    together = compute(field, images)
    for index in range(3):
        alone = compute(field, images[index : index + 1])
        np.testing.assert_allclose(together[index], alone[0], atol=1e-5)


@every_field
def test_flat_and_real_pictures_give_finite_gradients(name):
    field = FIELDS[name]()
    weights = np.random.default_rng(0).standard_normal(
        field.compute_output_shape((1, 16, 16, 3))
    )
    weights = weights.astype("float32")
    for images in (np.zeros((1, 16, 16, 3), "float32"), scene(size=16)):
        slope = gradient(
            lambda x: ops.sum(ops.multiply(weights, field(x))), images
        )
        assert np.isfinite(slope).all()
    assert np.abs(slope).max() > 0


@every_field
def test_half_precision_pictures_are_computed_in_float32(name):
    images = scene(size=16)
    result = compute(FIELDS[name](), images.astype("float16"))
    assert result.dtype == np.float32
    np.testing.assert_allclose(
        result, compute(FIELDS[name](), images), atol=0.1
    )


@every_field
def test_mixed_precision_policy_does_not_touch_the_field(name):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        field = FIELDS[name]()
    finally:
        keras.config.set_dtype_policy("float32")
    assert field.compute_dtype == "float32"


@every_field
def test_configuration_survives_saving(name):
    field = FIELDS[name]()
    restored = keras.layers.deserialize(keras.layers.serialize(field))
    assert type(restored) is type(field)
    assert restored.get_config() == field.get_config()
    images = scene(size=16)
    np.testing.assert_array_equal(
        compute(restored, images), compute(field, images)
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
