import keras
import numpy as np
import pytest
from keras import ops
from small import METHODS_OF_PARTS
from small import batch
from small import small_config
from small import small_model

from semst_tf.networks import PatchDiscriminator
from semst_tf.networks import PatchProjector
from semst_tf.networks.networks import Networks
from semst_tf.networks.trace import Trace
from semst_tf.objective import Objective
from semst_tf.objective import WeightedValue
from semst_tf.objective import total
from semst_tf.ops.step_seeds import StepSeeds

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="uses TensorFlow"
)


def terms_of(objective, images, progress=1.0):
    generator_terms, discriminator_terms, output = objective(
        images["source"], images["target"], progress, StepSeeds(0, 5)
    )
    return {**generator_terms, **discriminator_terms}, output


def numbers(terms):
    return {k: ops.convert_to_numpy(term.value) for k, term in terms.items()}


@pytest.fixture(scope="module", params=METHODS_OF_PARTS)
def objective(request):
    return small_model(request.param).objective


def test_terms_are_the_announced_ones_one_number_an_image(objective):
    terms, output = terms_of(objective, batch(2))
    assert list(terms) == objective.term_names()
    size = 16 if objective.config.multi_scale.fusion else 24
    assert output.shape == (2, size, size, 3)
    for number in numbers(terms).values():
        assert number.shape == (2,) and number.dtype == np.float32
        assert np.isfinite(number).all()


def test_a_batch_of_three_is_three_batches_of_one(objective):
    flips = {"contrastive.flip_equivariance": False}
    objective = Objective(objective.config.replace(flips), objective.networks)
    images = batch(3)
    together = numbers(terms_of(objective, images)[0])
    for index in range(3):
        one = {k: v[index : index + 1] for k, v in images.items()}
        for name, number in numbers(terms_of(objective, one)[0]).items():
            np.testing.assert_allclose(
                number, together[name][index : index + 1], rtol=2e-3, atol=2e-4
            )


@pytest.mark.parametrize("channels", [(1, 1), (5, 5), (3, 1), (1, 3), (5, 2)])
def test_any_number_of_channels_gives_finite_terms(channels):
    model = small_model(
        "semst_pixels",
        **{
            "generator.input_channels": channels[0],
            "generator.output_channels": channels[1],
        },
    )
    terms, output = terms_of(model.objective, batch(1, channels=channels))
    assert output.shape[-1] == channels[1]
    for number in numbers(terms).values():
        assert number.shape == (1,) and np.isfinite(number).all()


@pytest.mark.parametrize("name", ["structure", "texture", "tone"])
def test_weight_of_alignment_grows_over_its_ramp_and_then_stays(name):
    model = small_model(
        "semst_pixels", **{f"{name}.ramp": 0.2, f"{name}.weight": 3}
    )
    weights = [
        float(terms_of(model.objective, batch(1), progress)[0][name].weight)
        for progress in (0.0, 0.1, 0.2, 1.0)
    ]
    np.testing.assert_allclose(weights, [0, 1.5, 3, 3], atol=1e-6)


def test_without_a_ramp_alignment_weighs_fully_after_the_first_step():
    model = small_model(
        "semst_pixels", **{"tone.ramp": 0.0, "tone.weight": 2.0}
    )
    terms, _ = terms_of(model.objective, batch(1), 1e-4)
    np.testing.assert_allclose(float(terms["tone"].weight), 2.0)


@pytest.mark.parametrize("preset", ["semst_pixels", "hneg_src"])
def test_gamma_moves_from_start_to_end_with_progress(preset):
    model = small_model(preset)

    def contrast(start, end, progress):
        gamma = {
            "contrastive.gamma_start": start,
            "contrastive.gamma_end": end,
        }
        objective = Objective(
            model.config.replace(gamma), model.objective.networks
        )
        terms, _ = terms_of(objective, batch(1), progress)
        return float(terms["contrastive"].value[0])

    for progress, gamma in ((0.0, 2.0), (0.5, 1.1), (1.0, 0.2)):
        moving = contrast(2.0, 0.2, progress)
        np.testing.assert_allclose(
            moving, contrast(gamma, gamma, 0.3), rtol=1e-5
        )
    assert contrast(2.0, 0.2, 0.0) != contrast(2.0, 0.2, 1.0)


def test_total_is_the_weighted_sum_of_means():
    terms = {
        "a": WeightedValue(ops.convert_to_tensor([1.0, 3.0]), 0.5),
        "b": WeightedValue(ops.convert_to_tensor([4.0, 0.0]), 10.0),
    }
    np.testing.assert_allclose(float(total(terms)), 21.0)


class PixelGenerator:
    """Stands in for a generator; works on each pixel by itself.

    `key_gain` scales what comes from the input, `query_gain` what comes
    from the output, so that gradients tell which branch they took.
    """

    input_channels = output_channels = 3
    feature_names = ("encoder/padding", "encoder/convolution_3")
    feature_channels = (3, 6)

    def __init__(self):
        self.key_gain = ops.convert_to_tensor(1.0)
        self.query_gain = ops.convert_to_tensor(1.0)

    def __call__(self, images):
        return ops.tanh(images[..., ::-1] * self.query_gain)

    def trace(self, images):
        features = self.features(images * self.key_gain)
        return Trace(self(images), features, images)

    def features(self, images):
        doubled = ops.concatenate([images, images**2], axis=-1)
        maps = [images, ops.average_pool(doubled, 2)]
        return dict(zip(self.feature_names, maps))


def pixel_objective(preset, **overrides):
    networks = Networks(
        PixelGenerator(),
        {"discriminator": PatchDiscriminator(filters=4, layers=1, seed=0)},
        PatchProjector(PixelGenerator.feature_channels, units=8, seed=0),
    )
    return Objective(small_config(preset, **overrides), networks)


def test_mirrored_images_are_compared_at_their_mirrored_places():
    # All positions, so that the order in which they are drawn is no matter.
    patches = {"contrastive.patches": 400}
    with_flips = pixel_objective("fastcut", **patches)
    without = pixel_objective(
        "fastcut", **patches, **{"contrastive.flip_equivariance": False}
    )
    images = batch(8, size=20)
    flipped, output = terms_of(with_flips, images)
    straight, expected = terms_of(without, images)
    np.testing.assert_allclose(output, expected, atol=1e-6)
    np.testing.assert_allclose(
        numbers(flipped)["contrastive"],
        numbers(straight)["contrastive"],
        rtol=1e-3,
    )


def test_some_images_are_mirrored_before_translation_and_some_not():
    objective = pixel_objective("fastcut")
    seen = []

    class Watching(PixelGenerator):
        def __call__(self, images):
            seen.append(ops.convert_to_numpy(images))
            return super().__call__(images)

    watching = objective.networks._replace(generator=Watching())
    images = batch(16)
    terms_of(Objective(objective.config, watching), images)
    (translated,) = seen
    source = images["source"]
    kept = [np.array_equal(*pair) for pair in zip(translated, source)]
    mirrored = [
        np.array_equal(one, other[:, ::-1])
        for one, other in zip(translated, source)
    ]
    assert all(a != b for a, b in zip(kept, mirrored))
    assert any(kept) and any(mirrored)


@needs_tensorflow
@pytest.mark.parametrize(
    "preset", [p for p in METHODS_OF_PARTS if "multiscale" not in p]
)
def test_no_gradient_reaches_the_features_of_the_input(preset):
    import tensorflow as tf

    overrides = {"contrastive.flip_equivariance": False}
    if preset == "semst_pixels":
        # An alignment that reads the encoder, too.
        overrides |= {
            "texture.features": ("encoder/convolution_3",),
            "texture.descriptor": "features",
        }
    objective = pixel_objective(preset, **overrides)
    generator = objective.networks.generator
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([generator.key_gain, generator.query_gain])
        terms, _ = terms_of(objective, batch(2))
        values = {name: ops.sum(term.value) for name, term in terms.items()}
    for name in set(values) - {"adversarial", "discriminator"}:
        assert tape.gradient(values[name], generator.key_gain) is None, name
        slope = tape.gradient(values[name], generator.query_gain)
        assert np.isfinite(slope) and slope != 0, name


@needs_tensorflow
@pytest.mark.parametrize("preset", ["semst_pixels", "fastcut"])
def test_one_graph_serves_batches_of_every_size(preset):
    import tensorflow as tf

    objective = small_model(preset).objective
    image = tf.TensorSpec((None, None, None, 3), "float32")

    @tf.function(input_signature=[{"source": image, "target": image}])
    def graph(images):
        terms, _ = terms_of(objective, images)
        return {name: term.value for name, term in terms.items()}

    for images in (batch(2, 16), batch(1, 22)):
        expected = numbers(terms_of(objective, images)[0])
        for name, number in graph(images).items():
            np.testing.assert_allclose(
                number, expected[name], rtol=2e-3, atol=2e-4
            )
