import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.networks.projected_discriminator import ProjectedDiscriminator

CHANNELS = {"stride_4": 6, "stride_8": 10}


def features(height=9, width=14, count=2, seed=0):
    random = np.random.default_rng(seed)
    return {
        name: random.standard_normal(
            (count, -(-height // step), -(-width // step), channels)
        ).astype("f")
        for step, (name, channels) in zip((1, 2), CHANNELS.items())
    }


def small(**arguments):
    return ProjectedDiscriminator(CHANNELS, **{"units": 8, **arguments})


def numpy(scores):
    return {n: ops.convert_to_numpy(s) for n, s in scores.items()}


@pytest.mark.backend_neutral
@pytest.mark.parametrize("mixing", ["none", "channels", "scales"])
@pytest.mark.parametrize("depth", [1, 2])
def test_there_is_one_score_a_place_and_scale(mixing, depth):
    discriminator = small(mixing=mixing, depth=depth)
    given = features()
    scores = discriminator(given)
    assert list(scores) == list(CHANNELS) == list(discriminator.feature_names)
    shapes = discriminator.compute_output_shape(
        {name: maps.shape for name, maps in given.items()}
    )
    for name, maps in scores.items():
        assert tuple(maps.shape) == (*given[name].shape[:3], 1) == shapes[name]
        assert np.isfinite(ops.convert_to_numpy(maps)).all()


@pytest.mark.backend_neutral
def test_only_heads_have_weights():
    discriminator = small(units=64)
    head = 3 * 3 * 64 * 64 + 64 + 64 + 1
    vectors = 64 + 1
    assert discriminator.count_params() == 2 * (head + vectors)
    assert (
        sum(
            w.size if hasattr(w, "size") else 0
            for w in map(ops.convert_to_numpy, discriminator.trainable_weights)
        )
        == 2 * head
    )


@pytest.mark.backend_neutral
def test_scores_change_in_training_only_by_normalisation():
    discriminator, given = small(), features()
    # The vectors of the first kernels are settled; these are others.
    random = np.random.default_rng(1)
    for head in discriminator.heads:
        kernel = head.hidden[0].kernel
        kernel.assign(random.normal(size=kernel.shape))
    first = numpy(discriminator(given))
    second = numpy(discriminator(given))
    discriminator(given, training=True)
    third = numpy(discriminator(given))
    for name in CHANNELS:
        np.testing.assert_array_equal(first[name], second[name])
        assert np.abs(first[name] - third[name]).max() > 1e-5


def test_a_saved_discriminator_goes_on_as_if_it_had_not_been(tmp_path):
    discriminator, given = small(seed=5), features()
    discriminator(given, training=True)
    discriminator.save(tmp_path / "discriminator.keras")
    loaded = keras.saving.load_model(tmp_path / "discriminator.keras")
    assert loaded.get_config() == discriminator.get_config()
    for _ in range(2):
        one = numpy(discriminator(given, training=True))
        other = numpy(loaded(given, training=True))
        for name in CHANNELS:
            np.testing.assert_array_equal(one[name], other[name])


@pytest.mark.backend_neutral
def test_the_seed_decides_scores():
    given = features()
    one, same, other = small(), small(), small(seed=1)
    for name in CHANNELS:
        np.testing.assert_array_equal(
            numpy(one(given))[name], numpy(same(given))[name]
        )
        assert not np.allclose(
            numpy(one(given))[name], numpy(other(given))[name]
        )


@pytest.mark.backend_neutral
def test_lists_of_pairs_name_channels_too():
    pairs = ProjectedDiscriminator(list(CHANNELS.items()), units=8)
    assert pairs.get_config()["channels"] == small().get_config()["channels"]


def test_half_precision_policies_change_nothing():
    expected = numpy(small()(features()))
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        found = small()(features())
    finally:
        keras.config.set_dtype_policy("float32")
    for name, maps in found.items():
        assert keras.backend.standardize_dtype(maps.dtype) == "float32"
        np.testing.assert_array_equal(
            ops.convert_to_numpy(maps), expected[name]
        )


@pytest.mark.parametrize("name", ["units", "kernel_size", "depth"])
def test_numbers_that_are_not_positive_are_refused(name):
    with pytest.raises(ValueError, match=f"Received: {name}=0"):
        small(**{name: 0})


def test_unknown_sizes_can_be_traced_and_trained():
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("tracing with TensorFlow")
    discriminator = small()
    specs = {
        name: tf.TensorSpec((None, None, None, channels))
        for name, channels in CHANNELS.items()
    }

    @tf.function(input_signature=[specs])
    def gradients(given):
        with tf.GradientTape() as tape:
            scores = discriminator(given, training=True)
            loss = sum(tf.reduce_mean(s**2) for s in scores.values())
        variables = [v.value for v in discriminator.trainable_variables]
        return tape.gradient(loss, variables)

    for values in gradients(features(11, 13)):
        assert np.abs(values).max() > 0
