"""How gradients are taken and applied with TensorFlow."""

import tensorflow as tf

from semst_tf.objective import total
from semst_tf.step_seeds import StepSeeds


class TensorFlowTrainer:
    """The train and test step of `SemST` on TensorFlow; a mixin of it.

    Generator and discriminator losses come from one forward pass and their
    gradients are applied together. Under a distribution strategy the losses
    are divided by the number of replicas here and nowhere else, because the
    optimizer adds up what the replicas bring.
    """

    def train_step(self, data):
        """Takes one step on a batch; called by `fit`."""
        source, target = self.unpack(data)
        generator_variables = self.generator_variables
        discriminator_variables = self.discriminator.trainable_variables
        with tf.GradientTape(persistent=True) as tape:
            generator_terms, discriminator_terms, _ = self._terms(
                source, target
            )
            generator_loss = self._scaled(
                total(generator_terms), self.optimizer
            )
            discriminator_loss = self._scaled(
                total(discriminator_terms), self.discriminator_optimizer
            )
        generator_gradients = tape.gradient(generator_loss, generator_variables)
        discriminator_gradients = tape.gradient(
            discriminator_loss, discriminator_variables
        )
        self.apply_gradients(generator_gradients, discriminator_gradients)
        self._update_average()
        return self.update_metrics({**generator_terms, **discriminator_terms})

    def test_step(self, data):
        """Computes the losses of a batch; called by `evaluate`."""
        generator_terms, discriminator_terms, _ = self._terms(
            *self.unpack(data)
        )
        return self.update_metrics({**generator_terms, **discriminator_terms})

    def _terms(self, source, target):
        step = self.optimizer.iterations
        seeds = StepSeeds(self.config.seed, step.value, _replica())
        return self.objective(source, target, self.progress(step), seeds)

    def _scaled(self, loss, optimizer):
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        optimizer = optimizer or self.optimizer
        return optimizer.scale_loss(loss / replicas)

    def _update_average(self):
        if self.average_generator is None:
            return
        # Each replica holds a copy of the average, which only the strategy
        # may write.
        tf.__internal__.distribute.interim.maybe_merge_call(
            _move_averages,
            tf.distribute.get_strategy(),
            [v.value for v in self.average_generator.variables],
            [v.value for v in self.generator.variables],
            1.0 - self.config.optimizer.ema_decay,
        )


def _move_averages(strategy, averages, values, share):
    for average, value in zip(averages, values):
        # Between replicas `value` and `share` hold one number for each;
        # only arguments of the update are taken apart again.
        strategy.extended.update(
            average, _move, args=(value, share), group=False
        )


def _move(average, value, share):
    average.assign_add(share * (value - average))


def _replica():
    context = tf.distribute.get_replica_context()
    return 0 if context is None else context.replica_id_in_sync_group
