import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.ops.step_seeds import StepSeeds

pytestmark = pytest.mark.backend_neutral


def draws(*arguments, count=3):
    seeds = StepSeeds(*arguments)
    numbers = [keras.random.uniform((20,), seed=seeds) for _ in range(count)]
    return np.stack([ops.convert_to_numpy(number) for number in numbers])


def test_a_step_that_is_repeated_draws_the_same():
    np.testing.assert_array_equal(draws(7, 1000), draws(7, 1000))


@pytest.mark.parametrize(
    "other", [(8, 1000, 0), (7, 1001, 0), (7, 1000, 1), (7, 1000, 50)]
)
def test_another_seed_step_or_replica_draws_differently(other):
    shared = np.isin(draws(7, 1000, 0), draws(*other))
    assert not shared.any()


def test_draws_of_one_step_differ():
    first, second, third = draws(0, 0)
    assert not np.isin(first, second).any()
    assert not np.isin(second, third).any()


def test_step_may_be_a_tensor():
    np.testing.assert_array_equal(
        draws(3, ops.convert_to_tensor(5, "int32")), draws(3, 5)
    )


def test_there_is_no_state_to_save():
    assert not hasattr(StepSeeds(0, 0), "state")
