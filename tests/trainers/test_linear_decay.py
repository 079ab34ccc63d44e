import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.trainers.linear_decay import LinearDecay

pytestmark = pytest.mark.backend_neutral


def rates(schedule, steps):
    return [float(ops.convert_to_numpy(schedule(step))) for step in steps]


def test_constant_then_linear_to_zero_and_never_below():
    schedule = LinearDecay(2e-4, steps=100, decay=0.5)
    np.testing.assert_allclose(
        rates(schedule, [0, 49, 50, 75, 99, 100, 500]),
        [2e-4, 2e-4, 2e-4, 1e-4, 4e-6, 0, 0],
        atol=1e-10,
    )


def test_without_decay_the_rate_stays_until_the_last_step():
    schedule = LinearDecay(1.0, steps=100, decay=0.0)
    np.testing.assert_allclose(rates(schedule, [0, 50, 99]), 1.0)


def test_decay_over_the_whole_training_starts_at_once():
    schedule = LinearDecay(1.0, steps=4, decay=1.0)
    np.testing.assert_allclose(
        rates(schedule, range(5)), [1, 0.75, 0.5, 0.25, 0]
    )


def test_an_optimizer_with_it_survives_serialisation():
    adam = keras.optimizers.Adam(LinearDecay(1e-3, 10, 0.2))
    stored = keras.saving.serialize_keras_object(adam)
    loaded = keras.saving.deserialize_keras_object(stored)
    assert loaded.get_config() == adam.get_config()
