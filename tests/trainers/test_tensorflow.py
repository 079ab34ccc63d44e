import contextlib

import keras
import numpy as np
import pytest
from small import batch
from small import small_config
from small import small_model

from semst_tf import SemST
from semst_tf.distribution.devices import distribution_strategy
from semst_tf.objective import total
from semst_tf.ops.current_step import current_step
from semst_tf.ops.step_seeds import StepSeeds

if keras.backend.backend() != "tensorflow":
    pytest.skip("trains with TensorFlow", allow_module_level=True)

import tensorflow as tf

NETWORKS = ("generator", "discriminator", "projector")
# Every position, so that what replicas draw does not matter.
ALL_POSITIONS = {
    f"{name}.patches": 700
    for name in ("contrastive", "structure", "texture", "tone")
}


def updates(model, images):
    """What one step adds to the weights of each network."""
    names = [*NETWORKS, "average_generator"]
    names = [name for name in names if getattr(model, name) is not None]
    before = {name: getattr(model, name).get_weights() for name in names}
    data = tf.data.Dataset.from_tensors(images)
    losses = model.fit(data, verbose=0).history
    changes = {
        name: [
            new - old
            for new, old in zip(getattr(model, name).get_weights(), weights)
        ]
        for name, weights in before.items()
    }
    return changes, losses


def test_each_network_follows_its_own_loss_and_no_other():
    model = small_model("semst_pixels")
    model.compile(keras.optimizers.SGD(0.5), run_eagerly=True)
    images = batch(2)
    with tf.GradientTape(persistent=True) as tape:
        generator_terms, discriminator_terms, _ = model.objective(
            images["source"], images["target"], 0.0, StepSeeds(0, 0)
        )
        losses = total(generator_terms), total(discriminator_terms)
    expected = {
        "generator": tape.gradient(
            losses[0], model.generator.trainable_variables
        ),
        "projector": tape.gradient(
            losses[0], model.projector.trainable_variables
        ),
        "discriminator": tape.gradient(
            losses[1], model.discriminator_variables
        ),
    }
    changes, _ = updates(model, images)
    for name, gradients in expected.items():
        for change, gradient in zip(changes[name], gradients):
            step = -0.5 * gradient.numpy()
            largest = np.abs(step).max()
            np.testing.assert_allclose(
                change, step, rtol=1e-3, atol=1e-3 * largest + 1e-6
            )


@pytest.mark.compiled
def test_two_replicas_of_one_step_like_one_replica_of_two():
    config = small_config(
        "semst_pixels",
        **ALL_POSITIONS,
        **{
            "semantic_relation_weight": 0.1,
            "training.ema_decay": 0.9,
            "structure.ramp": 0.0,
            "texture.ramp": 0.0,
            "tone.ramp": 0.0,
        },
    )
    changes, losses = [], []
    one_device = contextlib.nullcontext()
    replicas = distribution_strategy("cpu:2")
    for scope, eagerly in ((one_device, True), (replicas.scope(), False)):
        with scope:
            model = SemST(config)
            model.compile(keras.optimizers.SGD(1e-3), run_eagerly=eagerly)
            change, loss = updates(model, batch(2, size=12))
        changes.append(change)
        losses.append(loss)
    for name, loss in losses[0].items():
        np.testing.assert_allclose(loss, losses[1][name], rtol=1e-3)
    for name, alone in changes[0].items():
        together = changes[1][name]
        largest = max(np.abs(change).max() for change in alone)
        assert largest > 0
        for one, two in zip(alone, together):
            # Biases before a normalisation have no gradient but rounding.
            tolerance = 2e-3 * np.abs(one).max() + 1e-5 * largest
            np.testing.assert_allclose(one, two, rtol=1e-2, atol=tolerance)


def test_replicas_draw_different_positions():
    strategy = distribution_strategy("cpu:2")

    def draw():
        replica = tf.distribute.get_replica_context()
        seeds = StepSeeds(0, 3, replica.replica_id_in_sync_group)
        return keras.random.uniform((8,), seed=seeds)

    first, second = strategy.experimental_local_results(strategy.run(draw))
    assert not np.isin(first.numpy(), second.numpy()).any()


def test_batches_that_replicas_cannot_share_are_refused_before_training():
    strategy = distribution_strategy("cpu:2")
    with strategy.scope():
        model = small_model("fastcut")
        model.compile()
    images = batch(3, size=12)
    data = tf.data.Dataset.from_tensor_slices(images)
    for unequal in (data.batch(3, drop_remainder=True), images):
        with pytest.raises(ValueError, match="Received: batch_size=3, 2 dev"):
            model.fit(unequal, verbose=0)
    with pytest.raises(ValueError, match="Received: batch_size=1, 2 devices"):
        model.fit(images, batch_size=2, verbose=0)
    with pytest.raises(ValueError, match="every batch is full"):
        model.fit(data.batch(2), verbose=0)
    assert current_step(model) == 0
