"""The step on JAX; run with `KERAS_BACKEND=jax` (`make test-jax`)."""

import keras
import numpy as np
import pytest
from one_step import endless
from one_step import step
from small import batch
from small import small_model
from small import values

if keras.backend.backend() != "jax":
    pytest.skip("trains with JAX", allow_module_level=True)

import jax

from semst_tf.objective import total
from semst_tf.ops.step_seeds import StepSeeds


def test_each_network_follows_its_own_loss_and_no_other():
    model = small_model("cut")
    model.compile(keras.optimizers.SGD(0.5))
    images = batch(1)
    groups = model.generator_variables, model.discriminator_variables
    expected = []
    for index, variables in enumerate(groups):

        def loss(numbers):
            mapping = list(zip(variables, numbers))
            with keras.StatelessScope(state_mapping=mapping):
                terms = model.objective(
                    images["source"],
                    images["target"],
                    0.0,
                    StepSeeds(0, 0),
                )
                return total(terms[index])

        numbers = [variable.value for variable in variables]
        slopes = jax.jit(jax.grad(loss))(numbers)
        expected.append(
            [np.asarray(n - 0.5 * slope) for n, slope in zip(numbers, slopes)]
        )
    model.fit(endless(images), steps_per_epoch=1, verbose=0)
    for variables, numbers in zip(groups, expected):
        for got, wanted in zip(values(variables), numbers):
            np.testing.assert_allclose(got, wanted, atol=1e-5)


def test_half_precision_with_two_optimizers_and_an_average():
    model = small_model(
        "fastcut", dtype="mixed_float16", **{"training.ema_decay": 0.75}
    )
    model.compile(
        keras.optimizers.SGD(0.1),
        discriminator_optimizer=keras.optimizers.Adam(1e-3),
    )
    # Those that Keras begins with take some steps to get small enough.
    model.optimizer.dynamic_scale.assign(2.0**-8)
    model.discriminator_optimizer.dynamic_scale.assign(8.0)
    before = values(model.generator.variables)
    weights = values(model.discriminator.variables)
    fit = {"steps_per_epoch": 1, "verbose": 0}
    model.fit(endless(batch(1)), **fit)
    assert int(model.optimizer.iterations) == 1
    assert int(model.discriminator_optimizer.iterations) == 1
    after = values(model.generator.variables)
    averages = values(model.average_generator.variables)
    for old, new, average in zip(before, after, averages):
        np.testing.assert_allclose(average, 0.75 * old + 0.25 * new, atol=1e-6)
    moved = zip(weights, values(model.discriminator.variables))
    assert all(np.abs(new - old).max() > 0 for old, new in moved)

    broken = batch(1)
    # A tensor: the values of arrays that come on their own are looked at.
    broken["source"] = keras.ops.convert_to_tensor(broken["source"] * np.nan)
    model.train_on_batch(broken)
    assert int(model.optimizer.iterations) == 1
    assert float(model.optimizer.dynamic_scale) == 2.0**-9
    for old, new in zip(after, values(model.generator.variables)):
        np.testing.assert_array_equal(old, new)


def test_evaluation_knows_the_step_of_the_training():
    model = small_model("hneg_src", **{"training.steps": 10})
    model.compile()
    images = batch(1)

    def contrast():
        data = endless(images)
        scores = model.evaluate(data, steps=1, verbose=0, return_dict=True)
        return scores["contrastive"]

    first = contrast()
    assert contrast() == first
    # Other positions, and another spread of the hard negatives.
    model.optimizer.iterations.assign(9)
    assert contrast() != first


def test_two_devices_take_the_step_of_one():
    if jax.device_count() < 2:
        pytest.skip("needs XLA_FLAGS=--xla_force_host_platform_device_count=2")
    images = batch(2)
    overrides = {"training.ema_decay": 0.9, "semantic_relation_weight": 0.1}
    steps = []
    for count in (1, 2):
        devices = keras.distribution.list_devices()[:count]
        with keras.distribution.DataParallel(devices=devices).scope():
            model = small_model("cut", **overrides)
            model.compile(keras.optimizers.SGD(0.1))
            steps.append(step(model, images))
            assert len(model.weights[0].value.devices()) == count
    one, two = steps
    for name, wanted in one.items():
        np.testing.assert_allclose(two[name], wanted, rtol=1e-4, atol=1e-5)
