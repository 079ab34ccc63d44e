import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.networks import PatchDiscriminator


def small(**arguments):
    arguments = {"filters": 4, "layers": 2, "seed": 0, **arguments}
    return PatchDiscriminator(**arguments)


def random_images(height, width, channels=3, count=1):
    random = np.random.default_rng(0)
    shape = (count, height, width, channels)
    return random.uniform(-1, 1, shape).astype("float32")


def test_default_network_has_the_published_number_of_parameters():
    assert PatchDiscriminator().count_params() == 2_764_737


@pytest.mark.backend_neutral
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("extra", [(0, 0), (1, 6), (10, 3)])
def test_scores_have_the_promised_shape(layers, extra):
    discriminator = small(layers=layers)
    smallest = discriminator.minimum_size
    images = random_images(smallest + extra[0], smallest + extra[1])
    scores = ops.convert_to_numpy(discriminator(images))
    assert min(scores.shape) >= 1 and np.isfinite(scores).all()
    assert discriminator.compute_output_shape(images.shape) == scores.shape


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_one_pixel_less_than_the_minimum_is_refused(layers):
    discriminator = small(layers=layers)
    smallest = discriminator.minimum_size
    with pytest.raises(ValueError, match=r"larger crops.*Received: images\."):
        discriminator(random_images(smallest, smallest - 1))


@pytest.mark.backend_neutral
@pytest.mark.parametrize("channels", [1, 5])
def test_images_of_other_channels_can_be_judged(channels):
    discriminator = small(input_channels=channels)
    scores = discriminator(random_images(16, 16, channels, count=2))
    assert scores.shape[0] == 2 and scores.shape[-1] == 1


@pytest.mark.parametrize(
    "arguments", [{"filters": 0}, {"layers": 0}, {"input_channels": 1.0}]
)
def test_sizes_that_are_no_positive_integers_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: "):
        small(**arguments)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_gives_float32_scores_close_to_the_full_ones(policy):
    images = random_images(16, 20)
    scores = small(dtype=policy)(images)
    assert keras.backend.standardize_dtype(scores.dtype) == "float32"
    np.testing.assert_allclose(scores, small()(images), atol=0.02)


def _difference_of_tints(normalization):
    """How differently an image and its tinted copy are scored.

    Borders are left out: the zeros around an image show its level to any
    discriminator.
    """
    discriminator = small(normalization=normalization)
    discriminator.set_weights(
        [50 * weight for weight in discriminator.get_weights()]
    )
    images = random_images(64, 64) * 0.3
    plain, tinted = (
        ops.convert_to_numpy(discriminator(images + tint))[:, 4:-4, 4:-4]
        for tint in (0.0, np.array([0.0, 0.4, 0.0], "float32"))
    )
    return np.abs(plain.mean() - tinted.mean()) / plain.std()


@pytest.mark.backend_neutral
def test_only_instance_normalisation_hides_the_tint():
    hidden = _difference_of_tints("instance")
    assert _difference_of_tints("layer") > 2 * hidden
    assert _difference_of_tints("none") > 2 * hidden


def test_an_unknown_normalisation_is_refused():
    with pytest.raises(ValueError, match="Received: normalization='batch'"):
        small(normalization="batch")
