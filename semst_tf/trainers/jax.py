"""How gradients are taken and applied with JAX."""

import jax
import keras

from semst_tf.layers.rematerialise import rematerialise
from semst_tf.ops.step_seeds import StepSeeds
from semst_tf.trainers.base import BaseTrainer


class JaxTrainer(BaseTrainer):
    """The train and test step of `SemST` on JAX; a mixin of it.

    The steps are functions of the state, as Keras wants them on JAX: the
    values of all variables come in and their new values go out, and Keras
    compiles the whole. Generator and discriminator losses come from one
    forward pass, of which the gradients of either are pulled back. Several
    devices, through `keras.distribution.DataParallel`, run one program on the
    whole batch: its mean needs no division by the number of devices.
    """

    @property
    def non_trainable_variables(self):
        # Keras hands a step the variables of one optimizer only.
        variables = super().non_trainable_variables
        if getattr(self, "discriminator_optimizer", None) is None:
            return variables
        return variables + self.discriminator_optimizer.variables

    def train_step(self, state, data):
        """Takes one step on a batch; called by `fit`.

        Args:
            state: Tuple of the values of trainable, non-trainable, optimizer
                and metrics variables.
            data: Dict of `"source"` and `"target"` images.

        Returns:
            Dict of the metrics, and the state after the step.
        """
        if self.config.training.accumulation != 1:
            raise ValueError(
                "`training.accumulation` works with TensorFlow only; on JAX "
                "use `training.rematerialise` or a smaller batch. Received: "
                f"{self.config.training.accumulation}"
            )
        groups = (
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        )
        values = _Values(groups, state)
        generator_gradients, discriminator_gradients, found = self._gradients(
            values, data, groups[1]
        )
        self._apply(values, generator_gradients, discriminator_gradients)
        with values.scope() as scope:
            self._update_average()
            logs = self.update_metrics(found)
        return logs, values.after(scope, groups)

    def test_step(self, state, data):
        """Computes the losses of a batch; called by `evaluate`.

        Args:
            state: Tuple of the values of trainable, non-trainable and metrics
                variables.
            data: The batch, and the number of the step.

        Returns:
            Dict of the metrics, and the state after the step.
        """
        batch, step = data
        groups = (
            self.trainable_variables,
            self.non_trainable_variables,
            self.metrics_variables,
        )
        values = _Values(groups, state)
        values.set([self.optimizer.iterations], [step])
        with values.scope() as scope:
            _, _, found = self._step_losses(batch, training=False)
            logs = self.update_metrics(found)
        return logs, values.after(scope, groups)

    def make_test_function(self, force=False):
        """Compiles the test step; called by `evaluate`."""
        if self.test_function is not None and not force:
            return
        super().make_test_function(force)
        function = self.test_function

        # The state that Keras hands to a test is without the optimizer's. Its
        # step would be compiled in as a constant.
        def with_step(state, iterator):
            step = self.optimizer.iterations.value
            return function(state, ((batch, step) for batch in iterator))

        self.test_function = with_step

    def _gradients(self, values, data, not_trained):
        """Gradients of both losses, in the order of the variables.

        Layers that count something while they train, such as moving means,
        leave it in `values`.
        """
        generator = self.generator_variables
        discriminator = self.discriminator_variables
        again = self.config.training.rematerialise

        def losses(generator_values, discriminator_values):
            inner = values.copy()
            inner.set(generator, generator_values)
            inner.set(discriminator, discriminator_values)
            with rematerialise(again), inner.scope() as scope:
                generator_loss, discriminator_loss, found = self._step_losses(
                    data
                )
                second = self.discriminator_optimizer or self.optimizer
                generator_loss = self.optimizer.scale_loss(generator_loss)
                discriminator_loss = second.scale_loss(discriminator_loss)
            counted = [scope.get_current_value(v) for v in not_trained]
            return (generator_loss, discriminator_loss), (found, counted)

        _, pull_back, (found, counted) = jax.vjp(
            losses,
            values.get(generator),
            values.get(discriminator),
            has_aux=True,
        )
        values.set(not_trained, counted)
        # What is not used of either is not computed once this is compiled.
        generator_gradients, _ = pull_back((1.0, 0.0))
        _, discriminator_gradients = pull_back((0.0, 1.0))
        return generator_gradients, discriminator_gradients, found

    def _step_losses(self, data, training=True):
        source, target, guides = self.checked_batch(data)
        seeds = StepSeeds(self.config.seed, self.optimizer.iterations.value)
        return self.batch_losses(source, target, seeds, training, guides)

    def _apply(self, values, generator_gradients, discriminator_gradients):
        generator = self.generator_variables
        discriminator = self.discriminator_variables
        if self.discriminator_optimizer is None:
            _apply(
                self.optimizer,
                values,
                generator + discriminator,
                generator_gradients + discriminator_gradients,
            )
        else:
            _apply(self.optimizer, values, generator, generator_gradients)
            _apply(
                self.discriminator_optimizer,
                values,
                discriminator,
                discriminator_gradients,
            )

    def _update_average(self):
        if self.average_generator is None:
            return
        share = 1.0 - self.config.training.ema_decay
        for average, variable in self.averaged_variables():
            average.assign_add(share * (variable.value - average.value))


class _Values:
    """What variables hold in the course of a step."""

    def __init__(self, groups=(), state=()):
        self._pairs = {}
        for variables, values in zip(groups, state):
            self.set(variables, values)

    def copy(self):
        twin = _Values()
        twin._pairs.update(self._pairs)
        return twin

    def get(self, variables):
        return [self._pairs[id(variable)][1] for variable in variables]

    def set(self, variables, values):
        for variable, value in zip(variables, values):
            self._pairs[id(variable)] = (variable, value)

    def scope(self):
        """A scope in which the variables hold these values."""
        return keras.StatelessScope(
            state_mapping=list(self._pairs.values()), collect_losses=True
        )

    @staticmethod
    def after(scope, groups):
        """The state that was left at the end of a scope."""
        return tuple(
            [scope.get_current_value(variable) for variable in variables]
            for variables in groups
        )


def _apply(optimizer, values, variables, gradients):
    new_values, new_optimizer_values = optimizer.stateless_apply(
        values.get(optimizer.variables), gradients, values.get(variables)
    )
    values.set(variables, new_values)
    values.set(optimizer.variables, new_optimizer_values)
