"""Whole images: source and target of a step have different sizes."""

import keras
import numpy as np
import pytest
from folders import write_images
from small import small_model

from semst_tf.data import unpaired_images


@pytest.mark.parametrize("preset", ["cut", "fastcut", "semst_distant"])
def test_images_of_different_sizes_train_in_a_compiled_step(tmp_path, preset):
    write_images(tmp_path / "source", count=2, size=(40, 48))
    write_images(tmp_path / "target", count=2, size=(52, 44))
    data = unpaired_images(
        tmp_path / "source", tmp_path / "target", crop_size=None, batch_size=1
    )
    model = small_model(preset, **{"training.steps": 2})
    model.compile()
    history = model.fit(data, steps_per_epoch=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert int(model.optimizer.iterations) == 2
    assert keras.ops.all(keras.ops.isfinite(model.generator.weights[0]))
