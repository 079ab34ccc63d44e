"""Data that nobody reads any more is gone at once."""

import keras
import pytest
from folders import write_images

from semst_tf.data import unpaired_images

if keras.backend.backend() != "tensorflow":
    pytest.skip("reads with TensorFlow", allow_module_level=True)


def test_no_thread_of_tensorflow_tunes_it(tmp_path):
    """That thread sleeps for up to a minute, and the end waits for it."""
    for domain in ("source", "target"):
        write_images(tmp_path / domain, count=2, size=(20, 24))
    data = unpaired_images(
        tmp_path / "source", tmp_path / "target", crop_size=16
    )
    assert data.options().autotune.enabled is False
    assert next(iter(data))["source"].shape == (1, 16, 16, 3)
