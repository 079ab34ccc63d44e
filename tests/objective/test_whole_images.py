"""Whole images: source and target of a step have different sizes."""

import keras
import numpy as np
import pytest
from folders import write_images
from small import small_model

from semst_tf.data import unpaired_images
from semst_tf.ops.step_seeds import StepSeeds


@pytest.fixture
def data(tmp_path):
    write_images(tmp_path / "source", count=2, size=(40, 48))
    write_images(tmp_path / "target", count=2, size=(52, 44))
    return unpaired_images(
        tmp_path / "source", tmp_path / "target", crop_size=None, batch_size=1
    )


@pytest.mark.compiled
def test_images_of_different_sizes_train_in_a_compiled_step(data):
    model = small_model("semst_pixels", **{"training.steps": 2})
    model.compile()
    history = model.fit(data, steps_per_epoch=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert int(model.optimizer.iterations) == 2
    assert keras.ops.all(keras.ops.isfinite(model.generator.weights[0]))


def test_two_scales_take_images_of_different_sizes_too(data):
    model = small_model("tiny_multiscale", **{"training.steps": 1})
    model.compile(run_eagerly=True)
    model.fit(data, steps_per_epoch=1, verbose=0)
    assert int(model.optimizer.iterations) == 1


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a graph of TensorFlow"
)
def test_two_scales_take_sizes_that_a_graph_does_not_know():
    import tensorflow as tf

    model = small_model("tiny_multiscale")
    unknown = tf.TensorSpec((1, None, None, 3))

    @tf.function(input_signature=[unknown, unknown])
    def outputs(source, target):
        views = model.objective.views(source, target, StepSeeds(0, 0))
        return [view.output for view in views]

    fused, context, detail = outputs(
        tf.zeros((1, 20, 33, 3)), tf.zeros((1, 8, 9, 3))
    )
    assert fused.shape == detail.shape == (1, 16, 16, 3)
    assert context.shape == (1, 12, 20, 3)
