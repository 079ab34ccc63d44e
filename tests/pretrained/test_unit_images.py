"""One conversion to [-1, 1] for everything that scores."""

import warnings

import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.metrics import ColourShift
from semst_tf.metrics import FrechetInceptionDistance
from semst_tf.metrics import KernelInceptionDistance
from semst_tf.metrics import PeakSignalToNoiseRatio
from semst_tf.metrics import PhotoToMapAccuracy
from semst_tf.metrics import StructuralSimilarity
from semst_tf.metrics import StructureInformation
from semst_tf.metrics import TextureInformation
from semst_tf.pretrained.image_segmentation import segment_images
from semst_tf.pretrained.unit_images import unit_images

PAIRED = (
    ColourShift,
    PeakSignalToNoiseRatio,
    PhotoToMapAccuracy,
    StructuralSimilarity,
    StructureInformation,
    TextureInformation,
)


def images(seed, channels=3, size=24):
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (2, size, size, channels), dtype="uint8")


def kinds(image):
    """The same images in every type that can be scored."""
    unit = image.astype("float32") / 127.5 - 1.0
    return {
        "uint8": image,
        "uint16": image.astype("uint16") * 257,
        "float32": unit,
        "float64": unit.astype("float64"),
        "uint8 tensor": ops.convert_to_tensor(image),
        "float32 tensor": ops.convert_to_tensor(unit),
    }


def network(channels=3):
    return keras.Sequential(
        [
            keras.Input((None, None, channels)),
            keras.layers.GlobalAveragePooling2D(),
        ]
    )


@pytest.mark.backend_neutral
def test_every_type_becomes_the_same_values():
    expected = images(0).astype("float32") / 127.5 - 1.0
    for kind, image in kinds(images(0)).items():
        values = ops.convert_to_numpy(unit_images(image))
        np.testing.assert_allclose(values, expected, atol=1e-5, err_msg=kind)
        assert values.dtype == np.float32, kind


@pytest.mark.parametrize("metric", PAIRED)
def test_scores_do_not_depend_on_the_type(metric):
    scores = {}
    for first, second in zip(
        kinds(images(0)).items(), kinds(images(1) // 2).values()
    ):
        counted = metric()
        counted.update_state(first[1], second)
        scores[first[0]] = float(counted.result())
    values = list(scores.values())
    np.testing.assert_allclose(values, values[0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "metric", [FrechetInceptionDistance, KernelInceptionDistance]
)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.filterwarnings("ignore:.*from:UserWarning")
def test_distances_do_not_depend_on_the_type(metric, channels):
    scores = []
    options = {"subset_size": 4} if metric is KernelInceptionDistance else {}
    for kind in kinds(images(0)):
        counted = metric(network=network(), **options)
        for seed in range(4):
            image = images(seed, channels)
            counted.update_target(kinds(image)[kind])
            counted.update_state(kinds(np.minimum(image, 150))[kind])
        scores.append(float(counted.result()))
    np.testing.assert_allclose(scores, scores[0], rtol=1e-3)


@pytest.mark.parametrize("dtype", ["int16", "int32", "uint32", "bool"])
def test_integers_without_a_known_range_are_refused(dtype):
    image = images(0).astype(dtype)
    with pytest.raises(ValueError, match=f"value_range.*dtype={dtype}"):
        unit_images(image)
    with pytest.raises(ValueError, match=f"dtype={dtype}"):
        FrechetInceptionDistance(network=network()).update_target(image)


def test_a_stated_range_is_used_and_clips():
    image = np.array([-2000, -1000, 530, 2060, 3000], "int16")
    values = unit_images(image, (-1000, 2060))
    np.testing.assert_allclose(values, [-1, -1, 0, 1, 1], atol=1e-3)


@pytest.mark.parametrize("value", [255.0, -1000.0, np.nan])
@pytest.mark.parametrize("metric", PAIRED)
def test_floats_outside_the_range_are_refused(metric, value):
    image = np.zeros((1, 24, 24, 3), "float32")
    image[0, 3, 3, 1] = value
    with pytest.raises(ValueError, match="scored in .-1, 1.*Received"):
        metric().update_state(image, image)


@pytest.mark.parametrize("channels", [2, 4, 13])
def test_bands_are_refused_where_a_network_needs_colour(channels):
    bands = images(0, channels)
    with pytest.raises(ValueError, match="one or three channels"):
        FrechetInceptionDistance(network=network()).update_target(bands)
    with pytest.raises(ValueError, match="one or three channels"):
        list(segment_images(network(), bands))
    # A network of one's own may know them.
    features = FrechetInceptionDistance(network=network(channels)).features(
        bands
    )
    assert features.shape == (2, channels)


def test_scored_images_that_seem_to_begin_at_zero_are_asked_about():
    unit = images(0).astype("float32") / 255
    with pytest.warns(UserWarning, match="score `2 . images - 1`"):
        unit_images(unit)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        unit_images(2 * unit - 1)
        unit_images(images(0))
