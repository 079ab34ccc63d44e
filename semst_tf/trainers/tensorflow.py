"""How gradients are taken and applied with TensorFlow."""

import tensorflow as tf

from semst_tf.data.distributed_dataset import check_shared_batch
from semst_tf.data.unpaired_arrays import UnpairedArrays
from semst_tf.layers.rematerialise import rematerialise
from semst_tf.ops.private_api import NoSymbolicBuild
from semst_tf.ops.private_api import merge_call
from semst_tf.ops.step_seeds import StepSeeds
from semst_tf.trainers.base import BaseTrainer


class TensorFlowTrainer(NoSymbolicBuild, BaseTrainer):
    """The train and test step of `SemST` on TensorFlow; a mixin of it.

    Generator and discriminator losses come from one forward pass and their
    gradients are applied together. Under a distribution strategy the losses
    are divided by the number of replicas here and nowhere else, because the
    optimizer adds up what the replicas bring. The parts of a batch, where its
    gradients are accumulated, are treated like replicas that take turns.
    """

    def check_shared(self, data, batch_size):
        """Raises unless the replicas can share every batch evenly."""
        replicas = self.distribute_strategy.num_replicas_in_sync
        if replicas > 1:
            for size in _batch_sizes(data, batch_size):
                check_shared_batch(size, replicas)

    def train_step(self, data):
        """Takes one step on a batch; called by `fit`."""
        batch = self.checked_batch(data)
        parts = self.config.training.accumulation
        if parts == 1:
            gradients, values = self._gradients(*batch)
        else:
            gradients, values = self._summed_gradients(*batch, parts)
        self._apply(*gradients)
        self._update_average()
        return _reducible(self.update_metrics(values))

    def _apply(self, generator_gradients, discriminator_gradients):
        generator = self.generator_variables
        discriminator = self.discriminator_variables
        if self.discriminator_optimizer is None:
            self.optimizer.apply(
                [*generator_gradients, *discriminator_gradients],
                generator + discriminator,
            )
        else:
            self.optimizer.apply(generator_gradients, generator)
            self.discriminator_optimizer.apply(
                discriminator_gradients, discriminator
            )

    def _gradients(self, source, target, guides, part=0):
        """Gradients of generator and discriminator, and all values."""
        with (
            rematerialise(self.config.training.rematerialise),
            tf.GradientTape(persistent=True) as tape,
        ):
            generator_loss, discriminator_loss, values = self.batch_losses(
                source, target, self._seeds(part), guides=guides
            )
            generator_loss = self._scaled(generator_loss, self.optimizer)
            discriminator_loss = self._scaled(
                discriminator_loss, self.discriminator_optimizer
            )
        gradients = (
            tape.gradient(generator_loss, self.generator_variables),
            tape.gradient(discriminator_loss, self.discriminator_variables),
        )
        return gradients, values

    def _summed_gradients(self, source, target, guides, parts):
        """The same, from one part of the batch after another."""
        sources, targets = _split(source, parts), _split(target, parts)
        shares = {name: _split(value, parts) for name, value in guides.items()}
        variables = (self.generator_variables, self.discriminator_variables)
        sums = tf.nest.map_structure(lambda v: tf.zeros(v.shape), variables)
        values = {
            metric.name: tf.TensorArray("float32", parts, element_shape=[None])
            for metric in self.metrics
        }

        def add(part, sums, values):
            gradients, found = self._gradients(
                sources[part],
                targets[part],
                {name: share[part] for name, share in shares.items()},
                part,
            )
            sums = [
                [s if g is None else s + g for s, g in zip(*pair)]
                for pair in zip(sums, gradients)
            ]
            values = {
                name: array.write(part, found[name])
                for name, array in values.items()
            }
            return part + 1, tuple(sums), values

        # A loop and not one graph for all parts: that would be free to
        # compute them at the same time, and need the memory of the batch.
        _, sums, values = tf.while_loop(
            lambda part, *_: part < parts,
            add,
            (tf.constant(0), sums, values),
            parallel_iterations=1,
        )
        return sums, {name: array.concat() for name, array in values.items()}

    def test_step(self, data):
        """Computes the losses of a batch; called by `evaluate`."""
        source, target, guides = self.checked_batch(data)
        _, _, values = self.batch_losses(
            source, target, self._seeds(), training=False, guides=guides
        )
        return _reducible(self.update_metrics(values))

    def _seeds(self, part=0):
        stream = _replica() * self.config.training.accumulation + part
        step = self.optimizer.iterations
        return StepSeeds(self.config.seed, step.value, stream)

    def _scaled(self, loss, optimizer):
        shares = tf.distribute.get_strategy().num_replicas_in_sync
        shares *= self.config.training.accumulation
        optimizer = optimizer or self.optimizer
        return optimizer.scale_loss(loss / shares)

    def _update_average(self):
        if self.average_generator is None:
            return
        # Each replica holds a copy of the average, which only the strategy
        # may write.
        merge_call(
            _move_averages,
            [average.value for average, _ in self.averaged_variables()],
            [variable.value for _, variable in self.averaged_variables()],
            1.0 - self.config.training.ema_decay,
        )


def _batch_sizes(data, batch_size):
    """Sizes of the batches that Keras would split, as far as they are known.

    Data of `semst_tf.data.distributed_images` is split already.
    """
    if isinstance(data, tf.data.Dataset):
        shapes = [s.shape for s in tf.nest.flatten(data.element_spec)]
        sizes = {shape[0] for shape in shapes if shape.rank}
        if None in sizes:
            raise ValueError(
                "The replicas of a strategy need data of which every batch "
                "is full: batch it with `drop_remainder=True`, or use "
                "`semst_tf.data.distributed_images`. "
                f"Received: {data.element_spec}"
            )
        return sizes
    if isinstance(data, UnpairedArrays):
        full = {data.batch_size} if data.num_batches > 1 else set()
        return full | {data.last_batch_size}
    if isinstance(data, (dict, tuple)):
        counts = {len(images) for images in tf.nest.flatten(data)}
        size = batch_size or 32
        return {min(size, n) for n in counts} | {n % size for n in counts}
    return set()


def _reducible(logs):
    """Gives what Keras averages over the machines an axis to do it along.

    Between machines it reduces along the first axis, which a number has not.
    """
    strategy = tf.distribute.get_strategy()
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return logs
    return {name: value[None] for name, value in logs.items()}


def _split(images, parts):
    """Images of a batch as `(parts, images of a part, ...)`."""
    count = images.shape[0]
    if count is not None and count % parts:
        raise ValueError(
            "Config field `training.accumulation` must divide the images "
            f"that each replica gets. Received: {parts}, for {count} images"
        )
    return tf.reshape(images, (parts, -1, *images.shape[1:]))


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
