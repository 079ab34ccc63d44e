"""Fails when a new version of Keras or TensorFlow moves what is private."""

import io
import types

import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.ops import private_api


class Adding(keras.layers.Layer):
    def call(self, inputs):
        self.add_loss(ops.sum(inputs))
        return inputs


@pytest.mark.backend_neutral
def test_layers_of_layers_are_listed_and_their_losses_forgotten():
    layer = Adding()
    model = keras.Sequential([keras.Sequential([layer])])
    model(ops.ones((1, 3)))
    assert layer in private_api.flat_layers(model)
    assert [float(loss) for loss in private_api.own_losses(layer)] == [3.0]
    assert private_api.own_losses(model) == []
    private_api.clear_losses(model)
    assert private_api.own_losses(layer) == model.losses == []


@pytest.mark.backend_neutral
def test_the_seed_that_was_set_is_known():
    before = private_api.random_seed()
    try:
        keras.utils.set_random_seed(7)
        assert private_api.random_seed() == 7
    finally:
        keras.utils.clear_session()
        if before is not None:
            keras.utils.set_random_seed(before)
    assert private_api.random_seed() == before


@pytest.mark.backend_neutral
def test_a_schedule_is_told_from_a_constant_rate():
    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    scaled = keras.optimizers.LossScaleOptimizer
    for rate, expected in ((0.1, False), (decay, True)):
        optimizer = keras.optimizers.Adam(rate)
        assert private_api.has_schedule(optimizer) == expected
        assert private_api.has_schedule(scaled(optimizer)) == expected


@pytest.mark.backend_neutral
def test_a_progress_bar_that_is_not_dynamic_writes_lines(monkeypatch):
    for dynamic, returns in ((True, True), (False, False)):
        written = io.StringIO()
        monkeypatch.setattr("sys.stdout", written)
        bar = keras.utils.Progbar(2, interval=0)
        private_api.set_dynamic_display(bar, dynamic)
        bar.update(1, [("loss", 1.0)])
        assert ("\r" in written.getvalue()) == returns


@pytest.mark.backend_neutral
@pytest.mark.parametrize(
    ("direction", "stops"), [("up", False), ("down", True)]
)
def test_a_callback_finds_which_way_of_a_metric_is_better(direction, stops):
    class Gained(private_api.KnowsDirection, keras.metrics.MeanMetricWrapper):
        scores = (types.SimpleNamespace(direction=direction),)

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(
        "sgd",
        "mse",
        metrics=[Gained(fn=lambda true, given: true, name="gained")],
    )
    data = np.ones((1, 1), "float32")
    model.train_on_batch(data, data)
    callback = keras.callbacks.EarlyStopping("gained", patience=1)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate((1.0, 2.0)):
        callback.on_epoch_end(epoch, {"gained": value})
    assert bool(model.stop_training) == stops


@pytest.mark.backend_neutral
def test_a_validation_of_fit_is_told_from_an_evaluation():
    seen = []

    class Evaluated(keras.Sequential):
        def evaluate(self, *args, **kwargs):
            seen.append(private_api.is_validation(kwargs))
            return {"loss": 0.0}

    model = Evaluated([keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    data = np.ones((1, 1), "float32")
    model.fit(data, data, validation_data=(data, data), verbose=0)
    model.evaluate(data, data)
    assert seen == [True, False]


def test_tensorflow_knows_its_operations_and_merges_replicas():
    tf = pytest.importorskip("tensorflow")
    registry = private_api.operation_registry()
    assert registry.get("ReadFile") is not None
    assert registry.get("NoSuchOperation") is None
    variable = tf.Variable(1.0)
    private_api.merge_call(lambda _, x: variable.assign_add(x), 2.0)
    assert float(variable) == 3.0


def test_keras_does_not_build_what_is_built(monkeypatch):
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only Keras' trainer for TensorFlow does")
    # The name that Keras calls, and that the mixin takes.
    assert hasattr(keras.Model, "_maybe_symbolic_build")

    class Built(private_api.NoSymbolicBuild, keras.Model):
        def call(self, inputs):
            raise AssertionError("was built from a batch")

        def train_step(self, data):
            return {"loss": tf.reduce_mean(data)}

    with tf.distribute.MirroredStrategy(["cpu:0"]).scope():
        model = Built()
    model.compile(run_eagerly=True)
    model.fit(np.ones((1, 2), "float32"), verbose=0)


@pytest.mark.backend_neutral
def test_an_optimizer_knows_the_variables_that_it_was_built_for():
    known, other = (keras.Variable(ops.ones((2,))) for _ in range(2))
    scaled = keras.optimizers.LossScaleOptimizer
    for optimizer in (keras.optimizers.SGD(), scaled(keras.optimizers.Adam())):
        optimizer.build([known])
        assert private_api.all_known(optimizer, [known])
        assert not private_api.all_known(optimizer, [known, other])


@pytest.mark.backend_neutral
def test_the_last_layer_is_found_inside_of_models():
    layer = keras.layers.Dense(1)
    inner = keras.Sequential([keras.Input((2,)), layer])
    model = keras.Sequential([keras.Input((2,)), inner])
    assert private_api.last_layer(model) is layer
    assert private_api.last_layer(keras.Sequential()) is not None
