"""Images of which the translation is known: their term, and who it trains."""

import keras
import numpy as np
import pytest
from keras import ops
from small import batch
from small import small_config
from small import small_model

from semst_tf import SemSTConfig
from semst_tf.objective.paired_term import PairedTerm
from semst_tf.objective.step import Step
from semst_tf.objective.view import View
from semst_tf.objective.view import ViewKind
from semst_tf.ops.step_seeds import StepSeeds

ALONE = {"contrastive.weight": 0.0, "contrastive.identity": False}


def with_pairs(count=2, size=24, seed=5):
    pairs = batch(count, size, seed=seed)
    return {
        **batch(count, size),
        "paired_source": pairs["source"],
        "paired_target": pairs["target"],
    }


def terms_of(model, images):
    guides = {k: v for k, v in images.items() if k.startswith("paired")}
    generator_terms, _, output = model.objective(
        images["source"],
        images["target"],
        0.5,
        StepSeeds(0, 5),
        guides=guides,
    )
    return generator_terms, output


@pytest.mark.backend_neutral
def test_value_is_the_mean_difference_of_each_image():
    random = np.random.default_rng(0)
    output, wanted = random.uniform(-1, 1, (2, 3, 5, 4, 2)).astype("float32")
    view = View(
        ViewKind(paired=True),
        None,
        None,
        None,
        {},
        {},
        paired_output=ops.cast(output, "float16"),
        paired_target=wanted,
    )
    term = PairedTerm(3.0)
    value = term(view, Step(0.5, None))
    assert ops.dtype(value) == "float32" and term.weight(0.0) == 3.0
    expected = np.abs(output - wanted).mean((1, 2, 3))
    np.testing.assert_allclose(value, expected, atol=1e-3)
    assert not term.applies_to(ViewKind())


@pytest.mark.backend_neutral
def test_a_pair_is_translated_unmirrored_where_others_are_mirrored():
    model = small_model("fastcut", **{"paired.weight": 2.0})
    images = with_pairs(4, size=12)
    found, _ = terms_of(model, images)
    source, wanted = images["paired_source"], images["paired_target"]
    plain = ops.convert_to_numpy(model.generator(source))
    mirrored = ops.convert_to_numpy(model.generator(source[:, :, ::-1]))
    candidates = [
        np.abs(translated - wanted).mean((1, 2, 3))
        for translated in (plain, mirrored[:, :, ::-1])
    ]
    value = ops.convert_to_numpy(found["paired"].value)
    nearest = np.abs(np.stack(candidates) - value).min(0)
    np.testing.assert_allclose(nearest, 0, atol=1e-5)


@pytest.mark.backend_neutral
@pytest.mark.parametrize("preset", ["semst", "cut"])
def test_it_compares_the_translation_of_the_pair_and_changes_no_other_term(
    preset,
):
    model = small_model(preset, **{"paired.weight": 2.0})
    plain = small_model(preset)
    images = with_pairs()
    found, output = terms_of(model, images)
    translated = ops.convert_to_numpy(model.generator(images["paired_source"]))
    expected = np.abs(translated - images["paired_target"]).mean((1, 2, 3))
    np.testing.assert_allclose(found["paired"].value, expected, atol=1e-5)
    others, plain_output = terms_of(
        plain, {k: images[k] for k in ("source", "target")}
    )
    np.testing.assert_allclose(output, plain_output, atol=1e-5)
    assert set(found) - set(others) == {"paired"}
    for name, term in others.items():
        np.testing.assert_allclose(found[name].value, term.value, atol=1e-4)


def test_two_scales_fuse_a_part_of_the_pair():
    model = small_model(
        "semst_multiscale",
        **{
            "paired.weight": 2.0,
            "multi_scale.detail_size": 32,
            "generator.strength": 1.0,
        },
    )
    images = with_pairs(1, size=32)
    found, _ = terms_of(model, images)
    assert [name for name in found if name.endswith("paired")] == ["paired"]
    # The part is the whole crop.
    translated = ops.convert_to_numpy(model.generator(images["paired_source"]))
    expected = np.abs(translated - images["paired_target"]).mean((1, 2, 3))
    np.testing.assert_allclose(found["paired"].value, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("fields", "weight"),
    [
        ({}, 0.0),
        ({"data.paired": "pairs"}, 10.0),
        ({"data.paired": "pairs", "paired.weight": 3}, 3.0),
        ({"paired.weight": 3}, 3.0),
    ],
)
def test_naming_pairs_is_enough_for_the_term(fields, weight):
    config = SemSTConfig().replace(fields)
    assert config.paired_weight == weight
    assert SemSTConfig.from_dict(config.to_dict()) == config


def test_pairs_that_would_be_read_for_nothing_are_refused():
    with pytest.raises(ValueError, match="leaves out the pairs"):
        SemSTConfig().replace({"data.paired": "a", "paired.weight": 0.0})
    with pytest.raises(ValueError, match="Received: 5 without it"):
        SemSTConfig().replace({"data.paired_limit": 5})


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="trains with TensorFlow"
)
def test_parts_of_a_batch_learn_from_their_pairs_what_the_batch_learns():
    config = small_config(
        "cut", **ALONE, **{"paired.weight": 5.0, "data.batch_size": 4}
    )
    images = with_pairs(4, size=16)
    alone = changes_of(config, images)
    parts = changes_of(config.replace({"training.accumulation": 2}), images)
    largest = max(np.abs(change).max() for change in alone)
    for one, two in zip(alone, parts, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-2, atol=1e-4 * largest)


def changes_of(config, images):
    """How a step changes the weights of the generator."""
    import tensorflow as tf

    from semst_tf import SemST

    model = SemST(config)
    model.compile(keras.optimizers.SGD(1e-3), run_eagerly=True)
    before = model.generator.get_weights()
    model.fit(tf.data.Dataset.from_tensors(images), verbose=0)
    after = model.generator.get_weights()
    return [new - old for new, old in zip(after, before, strict=True)]


def test_half_precision_trains_on_pairs():
    model = small_model(
        "cut", dtype="mixed_bfloat16", **ALONE, **{"paired.weight": 5.0}
    )
    model.compile(run_eagerly=True)
    losses = model.train_on_batch(with_pairs(1), return_dict=True)
    assert np.isfinite(losses["paired"]) and losses["paired"] > 0


@pytest.fixture(scope="module")
def paired():
    model = small_model("cut", **ALONE, **{"paired.weight": 5.0})
    model.compile(run_eagerly=True)
    return model


def test_arrays_of_any_number_of_pairs_train(paired):
    pairs = with_pairs(3, size=16)
    images = batch(2, size=16)
    data = {k: pairs[k] for k in pairs if k.startswith("paired")} | images
    losses = paired.fit(data, batch_size=2, verbose=0).history
    assert np.isfinite(losses["paired"]).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"paired_source": None}, "without it"),
        ({"paired_target": np.zeros((2, 8, 24, 3), "f4")}, "of one size"),
        ({"paired_target": np.zeros((2, 24, 24, 1), "f4")}, "3 channels"),
        ({"paired_source": np.zeros((1, 24, 24, 3), "f4")}, "as many"),
        ({"paired_source": np.full((2, 24, 24, 3), 9.0)}, "in \\[-1, 1"),
    ],
)
def test_a_batch_whose_pairs_do_not_fit_is_refused(paired, changed, message):
    images = {**with_pairs(), **changed}
    images = {k: v for k, v in images.items() if v is not None}
    with pytest.raises(ValueError, match=message):
        paired.train_on_batch(images)


def test_pairs_without_their_term_are_refused():
    model = small_model("cut", **ALONE)
    model.compile(run_eagerly=True)
    with pytest.raises(ValueError, match="would not be used.*`paired.weight`"):
        model.train_on_batch(with_pairs())
