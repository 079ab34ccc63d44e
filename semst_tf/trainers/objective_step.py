"""The objective of a batch as one layer, which Keras takes for one call."""

import keras
from keras import ops


def objective_step(objective, progress, seeds):
    """Returns the objective of a batch as one call of a layer.

    Args:
        objective: `semst_tf.objective.Objective`.
        progress: Scalar tensor, the share of the training that is done.
        seeds: `keras.random.SeedGenerator`.

    Returns:
        Layer of `source`, `target`, `guides` and `training` that returns what
        `objective` returns; layers in it find one value of `training`.
    """
    return _ObjectiveStep(
        lambda source, target, guides, training: objective(
            source, target, progress, seeds, training, guides
        )
    )


def sum_of_losses(networks):
    """Sums what `add_loss` and regularizers of networks brought.

    Args:
        networks: Iterable of Keras models.

    Returns:
        Float32 scalar tensor, or `0.0`.
    """
    return summed(loss for network in networks for loss in network.losses)


def summed(losses):
    """Sums losses of any shape in float32; `0.0` if there is none."""
    return sum((ops.sum(ops.cast(loss, "float32")) for loss in losses), 0.0)


class _ObjectiveStep(keras.layers.Layer):
    """Made for one step and never saved."""

    def __init__(self, compute):
        super().__init__(name="step", dtype="float32", autocast=False)
        self.built = True
        self._compute = compute

    def call(self, source, target, guides=None, training=None):
        return self._compute(source, target, guides, bool(training))
