"""What Keras lets its users expect of `fit` and its kin."""

import keras
import numpy as np
import pytest
from keras import ops
from small import ADVERSARIAL_ONLY
from small import batch
from small import small_model
from small import values

pytestmark = pytest.mark.skipif(
    keras.backend.backend() not in ("tensorflow", "jax"),
    reason="trains with TensorFlow and JAX",
)


def compiled(**overrides):
    """Runs eagerly: tracing costs more than the few steps of a test."""
    model = small_model("cut", **{**ADVERSARIAL_ONLY, **overrides})
    model.compile(run_eagerly=True)
    return model


class Sequence(keras.utils.PyDataset):
    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


def dataset(images):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices(images).batch(2)


def pair(images):
    return images["source"], images["target"]


FORMS = {
    "dict": lambda images: (images, None),
    "pair": lambda images: (pair(images), None),
    "x and y": pair,
    "dataset of dicts": lambda images: (dataset(images), None),
    "dataset of pairs": lambda images: (dataset(pair(images)), None),
    "sequence of dicts": lambda images: (Sequence([images]), None),
    "sequence of pairs": lambda images: (Sequence([pair(images)]), None),
    "generator": lambda images: ((pair(images) for _ in range(1)), None),
    "generator of dicts": lambda images: ((images for _ in range(1)), None),
}


@pytest.fixture(scope="module")
def expected():
    model = compiled()
    model.train_on_batch(batch())
    return model.get_weights()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_data_trains_the_same(form, expected):
    model = compiled()
    steps = 1 if form.startswith("generator") else None
    data = FORMS[form](batch())
    history = model.fit(*data, steps_per_epoch=steps, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    for one, other in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def model():
    return compiled()


@pytest.mark.parametrize("form", [f for f in FORMS if f[:5] != "gener"])
def test_validation_data_takes_what_fit_takes(model, form):
    validation = FORMS[form](batch())
    validation = validation[0] if validation[1] is None else validation
    history = model.fit(batch(), verbose=0, validation_data=validation).history
    terms = {"loss", *model.objective.term_names()}
    assert set(history) == terms | {f"val_{name}" for name in terms}
    assert np.isfinite(history["val_loss"]).all()


def test_train_and_test_on_batch_take_dicts_and_pairs(model):
    for data in ((batch(),), pair(batch())):
        losses = model.test_on_batch(*data, return_dict=True)
        assert losses["loss"] > 0
        before = model.get_weights()
        trained = model.train_on_batch(*data)
        assert len(trained) == len(model.metrics)
        assert any(
            (one != other).any()
            for one, other in zip(model.get_weights(), before)
        )


def test_loss_is_the_weighted_sum_of_the_generators_terms():
    model = compiled(
        **{"contrastive.weight": 1.0, "contrastive.identity": True}
    )
    losses = model.evaluate(batch(3), batch_size=2, verbose=0, return_dict=True)
    weights = model.config.contrastive.weight / 2
    expected = losses["adversarial"] + weights * (
        losses["contrastive"] + losses["identity"]
    )
    np.testing.assert_allclose(losses["loss"], expected, rtol=1e-5)
    assert model.metrics_names[0] == "loss"


def test_arrays_of_unequal_lengths_are_paired_and_all_used():
    model = compiled()
    source, target = batch(3)["source"], batch(5, seed=1)["target"]
    model.fit(source, target, batch_size=2, verbose=0)
    assert int(model.optimizer.iterations) == 3
    model.fit(
        {"source": target, "target": source},
        batch_size=2,
        verbose=0,
        validation_data=(source, target),
    )
    assert int(model.optimizer.iterations) == 6
    alone = model.evaluate(target, source[:1], verbose=0, return_dict=True)
    assert np.isfinite(list(alone.values())).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_range_is_refused_before_the_first_step(model, form):
    images = {name: 255 * value for name, value in batch().items()}
    steps = int(model.optimizer.iterations)
    with pytest.raises(ValueError, match="127.5.*Received: values from"):
        model.fit(*FORMS[form](images), verbose=0)
    assert int(model.optimizer.iterations) == steps


def test_wrong_validation_data_is_refused_before_the_training(model):
    steps = int(model.optimizer.iterations)
    wrong = {**batch(), "target": batch()["target"][..., :1]}
    with pytest.raises(ValueError, match="generator.output_channels"):
        model.fit(batch(), validation_data=wrong, verbose=0)
    assert int(model.optimizer.iterations) == steps


@pytest.mark.parametrize("argument", ["sample_weight", "class_weight"])
def test_weights_of_images_are_refused_and_not_ignored(model, argument):
    with pytest.raises(ValueError, match=f"Received: {argument}"):
        model.fit(batch(), verbose=0, **{argument: np.ones(2)})


@pytest.mark.parametrize("form", FORMS)
def test_predict_translates_the_source_of_anything(model, form):
    images = batch(3)
    expected = values([model(images["source"])])[0]
    data, _ = FORMS[form](images)
    translated = model.predict(data, verbose=0)
    np.testing.assert_allclose(translated, expected, atol=1e-5)


def test_integer_images_are_refused_wherever_they_come_in(model):
    integers = np.full((2, 24, 24, 3), 100, "uint8")
    inputs = keras.Input((24, 24, 3), dtype="uint8")
    for refused in (
        lambda: model(integers),
        lambda: model(ops.convert_to_tensor(integers)),
        lambda: model.predict(integers, verbose=0),
        lambda: model.predict({"source": integers}, verbose=0),
        lambda: model.predict_on_batch(integers),
        lambda: model(inputs),
        lambda: model.fit(integers, integers, verbose=0),
        lambda: model.train_on_batch(integers, integers),
    ):
        with pytest.raises(ValueError, match="must be floating.*Received: sh"):
            refused()
    with pytest.raises(ValueError, match="127.5"):
        model(integers.astype("float32"))
    assert model.translate(integers).dtype == np.uint8


def test_a_functional_model_of_it_translates(model):
    inputs = keras.Input((None, None, 3))
    outer = keras.Model(inputs, model(inputs))
    source = batch()["source"]
    np.testing.assert_allclose(
        *values([outer(source), model(source)]), atol=1e-5
    )


def test_every_array_that_trains_on_its_own_is_looked_at():
    model = compiled()
    model.train_on_batch(batch())
    bright = {name: images * 255 for name, images in batch().items()}
    for on_batch in (model.train_on_batch, model.test_on_batch):
        with pytest.raises(ValueError, match="127.5"):
            on_batch(bright)
    with pytest.raises(ValueError, match="np.stack"):
        model.fit(list(batch()["source"]), list(batch()["target"]))


def test_all_of_an_array_is_looked_at_and_not_its_first_batch(model):
    source = np.concatenate([batch()["source"], 200 * batch()["source"]])
    target = np.concatenate([batch()["target"]] * 2)
    for read in (
        lambda images: model.fit(images, target, batch_size=1),
        lambda images: model.fit(images, target[:3], batch_size=1),
        lambda images: model.evaluate(images, target, batch_size=1),
        lambda images: model.predict(images, batch_size=1),
    ):
        with pytest.raises(ValueError, match="127.5"):
            read(source)
        with pytest.raises(ValueError, match="finite"):
            read(np.where(source > 1.5, np.nan, source / 200))


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_no_data_at_all_is_said_and_is_no_key_error(model, method):
    with pytest.raises(ValueError, match="no data.*Received: x=None"):
        getattr(model, method)()


def test_data_without_a_batch_is_refused_and_no_training(model):
    for empty in (Sequence([]), dataset(batch()).take(0), iter(())):
        with pytest.raises(ValueError, match="(?i)batch|length 0"):
            model.fit(empty, steps_per_epoch=1)


@pytest.mark.parametrize(
    "method", ["fit", "evaluate", "train_on_batch", "test_on_batch"]
)
def test_a_model_that_is_not_compiled_says_so(method):
    with pytest.raises(ValueError, match=f"compile.*before `{method}`"):
        getattr(small_model("fastcut"), method)(batch())


def test_images_in_a_list_are_asked_for_as_an_array(model):
    images = list(batch()["source"]) * 3
    for read in (model, model.predict, model.predict_on_batch):
        with pytest.raises(ValueError, match="np.stack") as error:
            read(images)
        assert len(str(error.value)) < 300


def test_a_file_that_could_not_be_loaded_is_not_written(model, tmp_path):
    with pytest.raises(ValueError, match=r"\.keras"):
        model.save(tmp_path / "model.h5")
    assert not list(tmp_path.iterdir())
