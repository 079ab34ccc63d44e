import keras
import numpy as np
import pytest
from small import batch
from small import small_model

from semst_tf.trainers.batch import check_batch
from semst_tf.trainers.batch import check_first_batch
from semst_tf.trainers.batch import check_first_images
from semst_tf.trainers.batch import first_batch

pytestmark = pytest.mark.backend_neutral


@pytest.fixture(scope="module")
def model():
    return small_model("cut")


def changed(**changes):
    return {**batch(), **changes}


def of(shape, dtype="float32"):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (of((24, 24, 3)), "data.batch_size"),
        (of((2, 24, 24)), "data.batch_size"),
        (of((24, 24)), "one channel"),
        (of((2, 24, 24, 3, 1)), "one channel"),
        (of((2, 24, 24, 1)), "generator.input_channels"),
        (of((2, 24, 24, 3), "uint8"), "images / 127.5 - 1"),
        (of((2, 24, 24, 3), "bool"), "floating point"),
        (of((3, 24, 24, 3)), "data.batch_size"),
        (of((2, 4, 24, 3)), "data.crop_size"),
        (batch()["source"] * 255, "127.5"),
        (np.full((2, 24, 24, 3), np.nan), "finite"),
        (np.full((2, 24, 24, 3), np.inf), "finite"),
        ([of((24, 24, 3)), of((24, 24, 3))], "np.stack"),
    ],
)
def test_a_wrong_batch_gets_one_sentence_with_what_to_set(model, wrong, named):
    with pytest.raises(ValueError, match="Received: ") as caught:
        check_first_batch(changed(source=wrong), model)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_other_channels_are_those_of_the_target(model):
    with pytest.raises(ValueError, match="generator.output_channels"):
        check_first_batch(changed(target=of((2, 24, 24, 4))), model)


def test_symbolic_batches_of_unknown_size_pass(model):
    unknown = keras.KerasTensor((None, None, None, 3))
    check_batch(unknown, unknown, model)
    wrong = keras.KerasTensor((None, None, None, 4))
    with pytest.raises(ValueError, match="generator.output_channels"):
        check_batch(unknown, wrong, model)


def test_what_resampling_overshoots_passes(model):
    check_first_batch(changed(source=1.1 * batch()["source"]), model)


def test_images_from_zero_to_one_are_worth_a_warning(model):
    unit = (batch()["source"] + 1) / 2
    with pytest.warns(UserWarning, match=r"lie in \[0, 1\]"):
        check_first_batch(changed(source=unit), model)


def test_images_to_translate_are_checked_alike(model):
    check_first_images(batch()["source"], model)
    check_first_images(batch(), model)
    with pytest.raises(ValueError, match="floating point"):
        check_first_images(of((2, 24, 24, 3), "uint8"), model)


def test_the_first_batch_of_a_generator_is_still_to_come():
    def count():
        yield from range(3)

    first, data = first_batch(count())
    assert first == 0
    # As tuples, of which alone Keras knows what they are.
    assert list(data) == [(0,), (1,), (2,)]


def test_of_arrays_only_a_batch_is_read_and_none_of_unknown_data():
    pair = (np.zeros((9, 8, 8, 3)), np.zeros((9, 8, 8, 3)))
    first, data = first_batch(pair, batch_size=4)
    assert [len(images) for images in first] == [4, 4]
    assert data is pair
    thing = object()
    assert first_batch(thing) == (None, thing)
