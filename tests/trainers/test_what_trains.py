"""What a user puts in is what trains, or it is refused in words."""

import keras
import numpy as np
import pytest
from keras import ops
from small import SMALL
from small import batch
from small import small_config
from small import small_model

from semst_tf import SemST

pytestmark = pytest.mark.skipif(
    keras.backend.backend() not in ("tensorflow", "jax"),
    reason="trains with TensorFlow and JAX",
)
IMAGES = batch(1, size=12)


def compiled(model=None, rate=0.1):
    model = model or small_model("fastcut")
    model.compile(keras.optimizers.SGD(rate), run_eagerly=True)
    return model


def loss_of(model):
    return model.test_on_batch(IMAGES, return_dict=True)["loss"]


class Doubled(SemST):
    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        assert ops.shape(y_pred) == ops.shape(x) == ops.shape(y)
        return 2 * super().compute_loss(x, y, y_pred)


class Darker(SemST):
    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        return ops.mean(y_pred)


class Brightness(SemST):
    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        self.add_loss(100.0 * ops.mean(y_pred) + 500.0)
        return super().compute_loss(x, y, y_pred, sample_weight, training)


class PerImage(SemST):
    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        return ops.mean(y_pred, axis=(1, 2, 3))


def test_an_overridden_compute_loss_is_what_the_generator_minimises():
    config = small_config("fastcut")
    usual = loss_of(compiled())
    np.testing.assert_allclose(
        loss_of(compiled(Doubled(config))), 2 * usual, rtol=1e-5
    )
    model = compiled(Darker(config), rate=5.0)
    before = loss_of(model)
    discriminator = model.discriminator.get_weights()
    model.train_on_batch(IMAGES)
    assert loss_of(model) < before
    after = model.discriminator.get_weights()
    assert (after[0] != discriminator[0]).any()
    with pytest.raises(ValueError, match=r"scalar.*Received: shape=\(1,\)"):
        compiled(PerImage(config)).train_on_batch(IMAGES)


def test_compute_loss_outside_of_a_step_is_refused():
    with pytest.raises(ValueError, match="Received: a call outside"):
        compiled().compute_loss(IMAGES["source"], IMAGES["target"])


def test_add_loss_of_a_subclass_counts_once_in_each_step():
    usual = loss_of(compiled())
    model = compiled(Brightness(small_config("fastcut")))
    for _ in range(2):
        assert 350 < loss_of(model) - usual < 650


def test_regularizers_and_added_losses_of_layers_count():
    usual = loss_of(compiled())
    model = small_model("fastcut")
    hidden = model.generator.stack[1]
    hidden.kernel.regularizer = keras.regularizers.L2(3.0)
    expected = 3 * float(ops.sum(ops.square(hidden.kernel)))
    assert expected > 1e-3
    np.testing.assert_allclose(
        loss_of(compiled(model)) - usual, expected, rtol=1e-2, atol=1e-5
    )


def test_regularizers_of_the_discriminator_train_it_and_nothing_else():
    models = [small_model("fastcut") for _ in range(2)]
    kernel = models[1].discriminator.trainable_variables[0]
    kernel.regularizer = keras.regularizers.L2(1.0)
    for model in models:
        compiled(model).train_on_batch(IMAGES)
    plain, shrunk = (model.discriminator.get_weights()[0] for model in models)
    assert np.abs(shrunk).sum() < 0.9 * np.abs(plain).sum()
    for one, other in zip(*(model.generator.get_weights() for model in models)):
        np.testing.assert_array_equal(one, other)


def test_frozen_layers_stay_and_the_others_train():
    model = small_model("fastcut")
    for layer in model.generator.encoder:
        layer.trainable = False
    frozen = [w for layer in model.generator.encoder for w in layer.weights]
    before = [ops.convert_to_numpy(weight) for weight in frozen]
    block = model.generator.residual_blocks[0]
    moving = block.get_weights()[0]
    compiled(model).fit(IMAGES, verbose=0)
    for weight, old in zip(frozen, before, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(weight), old)
    assert (block.get_weights()[0] != moving).any()


@pytest.mark.parametrize("frozen", ["generator", "discriminator"])
@pytest.mark.parametrize("optimizers", [1, 2])
def test_a_frozen_network_stays_with_one_optimizer_or_two(frozen, optimizers):
    model = small_model("fastcut")
    getattr(model, frozen).trainable = False
    before = getattr(model, frozen).get_weights()
    rates = [keras.optimizers.SGD(0.1) for _ in range(optimizers)]
    model.compile(*rates, run_eagerly=True)
    model.train_on_batch(IMAGES)
    for old, new in zip(before, getattr(model, frozen).get_weights()):
        np.testing.assert_array_equal(old, new)


def test_freezing_after_compile_is_refused_until_compiled_again():
    model = compiled()
    model.generator.residual_blocks[0].trainable = False
    for train in (model.fit, model.train_on_batch):
        with pytest.raises(ValueError, match="call `compile` again"):
            train(IMAGES)
    before = model.generator.residual_blocks[0].get_weights()[0]
    compiled(model).train_on_batch(IMAGES)
    after = model.generator.residual_blocks[0].get_weights()[0]
    np.testing.assert_array_equal(before, after)


def test_another_optimizer_without_compile_is_refused():
    model = compiled()
    model.optimizer = keras.optimizers.SGD(0.5)
    with pytest.raises(ValueError, match="call `compile` again"):
        model.fit(IMAGES, verbose=0)


def test_a_model_that_is_frozen_as_a_whole_has_nothing_to_train():
    model = compiled()
    model.trainable = False
    with pytest.raises(ValueError, match="Received: no trainable weight"):
        model.fit(IMAGES, verbose=0)


@pytest.mark.parametrize(
    "name", ["generator", "discriminator", "projector", "config", "objective"]
)
def test_setting_a_network_of_a_made_model_is_refused(name):
    model, other = small_model("fastcut"), small_model("fastcut", seed=1)
    with pytest.raises(ValueError, match=f"`{name}` is fixed.*Received: "):
        setattr(model, name, getattr(other, name))
    setattr(model, name, getattr(model, name))


def test_overriding_what_is_never_called_is_refused():
    class Counting(SemST):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            return {"count": 1}

    with pytest.raises(ValueError, match="Received: .*Counting"):
        Counting(small_config("fastcut")).compile()


def test_the_seed_of_keras_counts_where_none_was_given():
    def first_weight(**options):
        model = SemST.from_preset("tiny", **SMALL, **options)
        return model.generator.get_weights()[0]

    # What ran before may have set one.
    keras.utils.clear_session()
    fixed = first_weight()
    try:
        drawn = []
        for seed in (1, 1, 2):
            keras.utils.set_random_seed(seed)
            drawn.append(first_weight())
        np.testing.assert_array_equal(first_weight(seed=0), fixed)
        keras.utils.set_random_seed(3)
        assert SemST.from_preset("tiny", **SMALL).config.seed == 3
        assert SemST(small_config("cut")).config.seed == 0
    finally:
        keras.utils.clear_session()
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0] != drawn[2]).any()
    np.testing.assert_array_equal(first_weight(), fixed)


@pytest.mark.parametrize(
    "options, field",
    [
        ({"use_ema": True}, "training.ema_decay"),
        ({"gradient_accumulation_steps": 2}, "training.accumulation"),
    ],
)
@pytest.mark.parametrize("place", ["optimizer", "discriminator_optimizer"])
def test_what_an_optimizer_would_do_apart_is_a_field(options, field, place):
    model = small_model("fastcut")
    with pytest.raises(ValueError, match=f"{field}.*Received: "):
        model.compile(**{place: keras.optimizers.Adam(1e-3, **options)})


def test_an_optimizer_that_was_made_for_other_weights_is_refused():
    model, used = small_model("fastcut"), keras.optimizers.Adam()
    with pytest.raises(ValueError, match="as `discriminator_optimizer`"):
        model.compile(used, used)
    model.discriminator.trainable = False
    model.compile(used)
    model.discriminator.trainable = True
    for other in (model, small_model("fastcut")):
        with pytest.raises(ValueError, match="made for.*used before") as error:
            other.compile(used)
        assert len(str(error.value)) < 300
