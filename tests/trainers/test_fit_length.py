import sys
import warnings

import keras
import pytest
from small import ADVERSARIAL_ONLY
from small import batch
from small import small_model

from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler
from semst_tf.data import sample_photos
from semst_tf.data.unpaired_sequence import UnpairedSequence


@pytest.fixture
def model():
    model = small_model("cut", **ADVERSARIAL_ONLY, **{"training.steps": 4})
    model.compile(run_eagerly=True)
    return model


def endless():
    source, target = sample_photos()
    sampler = UnpairedSampler(
        ImageCollection(source, resize=40),
        ImageCollection(target, resize=40),
        crop_size=16,
    )
    return UnpairedSequence(sampler)


def test_data_without_an_end_is_an_error_and_no_endless_epoch(model):
    with pytest.raises(ValueError, match="steps_per_epoch"):
        model.fit(endless(), verbose=0)


def test_reading_without_an_end_is_an_error_wherever_batches_are_read(model):
    with pytest.raises(ValueError, match="`validation_steps`"):
        model.fit(batch(count=1), validation_data=endless(), verbose=0)
    with pytest.raises(ValueError, match="`steps`"):
        model.evaluate(endless(), verbose=0)
    with pytest.raises(ValueError, match="`steps`"):
        model.predict(endless(), verbose=0)
    assert model.evaluate(endless(), steps=1, verbose=0)


def test_a_generator_of_python_needs_a_number_of_steps_everywhere(model):
    def batches():
        while True:
            yield batch(count=1)

    with pytest.raises(ValueError, match="generator.*`steps_per_epoch`"):
        model.fit(batches(), verbose=0)
    with pytest.raises(ValueError, match="`validation_steps`"):
        model.fit(batch(count=1), validation_data=batches(), verbose=0)
    with pytest.raises(ValueError, match="`steps`"):
        model.evaluate(batches(), verbose=0)
    model.fit(batches(), steps_per_epoch=4, verbose=0)
    assert int(model.optimizer.iterations) == 4


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a dataset of TensorFlow"
)
def test_a_dataset_of_unknown_length_is_read_to_its_end_and_named(model):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensors(batch(count=1)).filter(lambda _: True)
    with pytest.warns(UserWarning, match="does not know how many"):
        model.fit(data, verbose=0)
    assert int(model.optimizer.iterations) == 1
    with pytest.raises(ValueError, match="no end"):
        model.fit(data.repeat(), verbose=0)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a dataset of TensorFlow"
)
def test_a_dataset_without_an_end_is_an_error_too(model):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensors(batch(count=1)).repeat()
    with pytest.raises(ValueError, match="Received: steps_per_epoch=None"):
        model.fit(data, verbose=0)
    model.fit(data, steps_per_epoch=4, verbose=0)
    assert int(model.optimizer.iterations) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 1}, "ends at step 2, .* made for 4: .*does not fall"),
        ({"batch_size": 1, "epochs": 3}, "ends at step 6, .*rate is 0"),
        ({"batch_size": 2, "epochs": 2}, "ends at step 2"),
    ],
)
def test_a_length_that_is_not_that_of_the_schedules_is_one_line(
    model, options, message
):
    with pytest.warns(UserWarning, match=message) as caught:
        model.fit(batch(count=2), verbose=0, **options)
    (warning,) = (w for w in caught if "schedules" in str(w.message))
    assert "\n" not in str(warning.message)


def test_the_length_of_the_schedules_in_one_or_two_parts_is_silent(model):
    one = batch(count=2)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*schedules")
        model.fit(one, batch_size=1, epochs=2, verbose=0)
    # What goes on with a training has been told before.
    other = small_model("cut", **ADVERSARIAL_ONLY, **{"training.steps": 40})
    other.compile(run_eagerly=True)
    with pytest.warns(UserWarning, match="schedules"):
        other.fit(one, batch_size=1, verbose=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*schedules")
        other.fit(one, batch_size=1, verbose=0)


def test_a_fit_that_a_callback_ends_has_no_length(model):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*schedules")
        model.fit(
            endless(),
            steps_per_epoch=sys.maxsize,
            epochs=sys.maxsize,
            verbose=0,
            callbacks=[Stop()],
        )
    assert int(model.optimizer.iterations) == 1
