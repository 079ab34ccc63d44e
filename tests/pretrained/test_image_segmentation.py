import keras
import numpy as np
import pytest

from semst_tf.pretrained import segment_images


@pytest.fixture
def segmenter():
    """Red is class 0, green 1, blue 2; a fourth map is always largest."""
    images = keras.Input((None, None, 3))
    background = keras.layers.Lambda(lambda x: x[..., :1] * 0.0 + 9.0)
    maps = keras.layers.Concatenate()([images, background(images)])
    return keras.Model(images, maps)


def _coloured(shape, channel, dtype="uint8"):
    image = np.zeros((*shape, 3), "uint8")
    image[..., channel] = 255
    if dtype == "float32":
        return image.astype("float32") / 127.5 - 1.0
    return image


def test_images_of_any_size_come_back_in_order(segmenter):
    sizes = [(5, 7), (5, 7), (16, 16), (5, 7), (3, 33)]
    channels = [0, 1, 2, 1, 0]
    images = [_coloured(s, c) for s, c in zip(sizes, channels)]
    seen = list(segment_images(segmenter, images, num_classes=3))
    assert [classes.shape for classes in seen] == sizes
    assert [set(classes.flat) for classes in seen] == [{c} for c in channels]


def test_maps_behind_the_classes_never_win(segmenter):
    (classes,) = segment_images(segmenter, [_coloured((4, 4), 2)], 3)
    assert set(classes.flat) == {2}


def test_float_images_are_seen_as_their_bytes(segmenter):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (20, 30, 3), dtype="uint8")
    scaled = image.astype("float32") / 127.5 - 1.0
    by_dtype = segment_images(segmenter, [image, scaled], 3)
    np.testing.assert_array_equal(next(by_dtype), next(by_dtype))


def test_size_resizes_before_segmenting(segmenter):
    images = [_coloured((10, 20), 1), _coloured((7, 7), 1, "float32")]
    seen = segment_images(segmenter, images, 3, size=(32, 64))
    assert [classes.shape for classes in seen] == [(32, 64)] * 2


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), "uint8"),
        np.zeros((4, 4, 4), "uint8"),
        np.zeros((4, 4, 3), "int32"),
    ],
)
def test_other_arrays_are_refused(segmenter, image):
    with pytest.raises(ValueError, match="Received: shape="):
        list(segment_images(segmenter, [image]))
