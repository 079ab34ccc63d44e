"""The mean colour of the target, and where a generator begins with it."""

import keras
import numpy as np
import pytest
from small import batch
from small import small_config
from small import small_model
from small import values

from semst_tf import SemST
from semst_tf.data.target_colour import IMAGES
from semst_tf.data.target_colour import mean_colour
from semst_tf.data.target_colour import target_batches

COLOUR = np.array([0.8, 0.75, -0.2], "float32")
START = {"generator.target_start": True}


def coloured(count=2, size=24, colour=COLOUR):
    return np.broadcast_to(colour, (count, size, size, len(colour)))


def data(**sizes):
    return {**batch(**sizes), "target": np.array(coloured(**sizes))}


def model(preset="semst_distant_pixels", **overrides):
    made = small_model(preset, **{**START, **overrides})
    made.compile()
    return made


def test_every_image_counts_the_same_whatever_its_batch():
    batches = [np.full((3, 4, 4, 1), 0.5), np.full((1, 8, 8, 1), -0.5)]
    assert mean_colour(batches) == pytest.approx(0.25)


def test_an_endless_iterable_is_left_after_enough_images():
    read = []

    def endless():
        while True:
            read.append(1)
            yield np.zeros((100, 2, 2, 3))

    mean_colour(endless())
    assert len(read) == -(-IMAGES // 100)


@pytest.mark.parametrize(
    "images, reason",
    [([], "no images"), (np.full((1, 2, 2, 3), np.nan), "nan")],
)
def test_nothing_and_not_a_number_are_refused(images, reason):
    with pytest.raises(ValueError, match=f"Received.*{reason}"):
        mean_colour(images)


def test_a_generator_begins_at_the_colour_that_was_measured():
    started = model(**{"generator.filters": 16})
    started.adapt(coloured())
    for generator in (started.generator, started.average_generator):
        image = values([generator(batch()["source"])])[0]
        # The weights of an untrained network add a little.
        np.testing.assert_allclose(image.mean((0, 1, 2)), COLOUR, atol=0.03)


def test_the_brightest_targets_leave_a_slope_to_learn_by():
    started = model()
    started.adapt(coloured(colour=np.array([1.0, -1.0, 1.0])))
    bias = values([started.generator.head[1].bias])[0]
    assert (1 - np.tanh(bias) ** 2 > 0.05).all()


def test_fit_measures_the_data_by_itself_once():
    started = model()
    assert not started.adapted
    started.fit(data(), batch_size=1, epochs=1, verbose=0)
    assert started.adapted
    bias = values([started.generator.head[1].bias])[0]
    np.testing.assert_allclose(np.tanh(bias), COLOUR, atol=0.02)
    other = np.array(coloured(colour=-COLOUR))
    started.fit({**batch(), "target": other}, batch_size=1, verbose=0)
    bias = values([started.generator.head[1].bias])[0]
    np.testing.assert_allclose(np.tanh(bias), COLOUR, atol=0.05)


def test_a_trained_model_that_is_loaded_goes_on_from_its_weights(tmp_path):
    started = model()
    started.fit(data(), batch_size=1, verbose=0)
    started.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.adapted
    for before, after in zip(
        values(started.generator.weights), values(loaded.generator.weights)
    ):
        np.testing.assert_array_equal(before, after)


def test_a_dataset_still_begins_with_its_first_batch():
    tf = pytest.importorskip("tensorflow")
    read = tf.data.Dataset.from_tensor_slices(data(count=4)).batch(2)
    assert len(list(target_batches(read))) == 2
    started = model()
    assert started.fit(read, verbose=0, epochs=1).history
    assert int(started.optimizer.iterations) == 2


def test_a_generator_that_would_lose_batches_is_refused():
    with pytest.raises(ValueError, match="call `adapt`.*generator"):
        data_once = (part for part in [data()])
        model().fit(data_once, steps_per_epoch=1, verbose=0)


def test_data_that_replicas_share_is_refused():
    tf = pytest.importorskip("tensorflow")
    images = tf.data.Dataset.from_tensor_slices(data(count=4)).batch(2)
    strategy = tf.distribute.MirroredStrategy(["cpu:0"])
    shared = strategy.experimental_distribute_dataset(images)
    with pytest.raises(ValueError, match="call `adapt`.*Distributed"):
        target_batches(shared)


def test_a_sequence_is_read_to_its_end_and_not_past_it():
    class Batches(keras.utils.PyDataset):
        num_batches = 2

        def __getitem__(self, index):
            return {"target": coloured(count=3 if index < 2 else 0)}

    assert [len(b) for b in target_batches(Batches())] == [3, 3]


def test_images_of_other_channels_are_refused():
    with pytest.raises(ValueError, match="3 channels. Received: .* 1"):
        model().adapt(np.zeros((1, 8, 8, 1)))


@pytest.mark.parametrize("preset", ["cut", "semst"])
def test_other_models_have_nothing_to_measure(preset):
    plain = small_model(preset)
    assert plain.adapted
    before = values(plain.generator.weights)
    plain.adapt(coloured())
    for old, new in zip(before, values(plain.generator.weights)):
        np.testing.assert_array_equal(old, new)


def test_two_scales_begin_there_too():
    started = model("tiny_multiscale", **{"data.crop_size": 32})
    started.adapt(coloured())
    image = values([started.generator(batch(size=32)["source"])])[0]
    np.testing.assert_allclose(image.mean((0, 1, 2)), COLOUR, atol=0.1)


def test_one_channel_and_half_precision():
    config = small_config(
        "semst_distant_pixels",
        **{**START, "generator.output_channels": 1},
    )
    started = SemST(config, dtype="mixed_bfloat16")
    started.adapt(np.full((2, 16, 16, 1), 0.4))
    bias = values([started.generator.head[1].bias])[0]
    np.testing.assert_allclose(np.tanh(bias), [0.4], atol=1e-6)


def test_a_residual_output_with_a_gain_starts_at_the_mean_of_the_target():
    gain = {"generator.residual_output": "gain"}
    started = SemST(small_config("semst", **{**START, **gain}))
    assert not started.adapted
    started.adapt(coloured())
    assert started.adapted
    image = values([started.generator(batch(size=16)["source"])])[0]
    np.testing.assert_allclose(image.mean((0, 1, 2)), COLOUR, atol=0.1)
    assert image.std((1, 2)).min() > 0.01


def test_the_start_of_a_residual_generator_is_refused():
    with pytest.raises(ValueError, match="residual"):
        small_config("semst", **START)
