"""The training step of a preset as a workload."""

import tensorflow as tf

from benchmarks.operations import count_operations
from benchmarks.workload import Workload
from semst_tf.config.preset_configs import preset_config
from semst_tf.distribution.devices import distribution_strategy
from semst_tf.semst import SemST


def training_step(
    preset,
    size,
    batch,
    filters,
    dtype="float32",
    fields=(),
    jit_compile=False,
    replicas=1,
):
    """One step on random images, the way `fit` takes it.

    Args:
        preset: str. One of `semst_tf.presets()`.
        size: int. Height and width of the crops. Presets of two scales take
            crops of twice this size, of which the detail is `size`.
        batch: int. Images of each domain, of all replicas together.
        filters: int. Filters of generator and discriminator.
        dtype: str. Precision policy. Defaults to `"float32"`.
        fields: Dict of other fields to change. Defaults to none.
        jit_compile: bool. Compile with XLA. Defaults to `False`.
        replicas: int. Parts of the processor that train together, each on its
            share of the batch. Defaults to `1`.

    Returns:
        `Workload`. The operations of several replicas are not counted.
    """
    strategy = distribution_strategy(f"cpu:{replicas}" if replicas > 1 else "")
    config = preset_config(preset).replace(
        {
            "generator.filters": filters,
            "discriminator.filters": filters,
            "multi_scale.detail_size": size,
            **dict(fields),
        }
    )
    if config.multi_scale.fusion:
        size *= config.multi_scale.ratio
    with strategy.scope():
        model = SemST(config, dtype=dtype)
        model.compile(jit_compile=jit_compile)
    data = {
        "source": _images(batch, size, config.generator.input_channels, 0),
        "target": _images(batch, size, config.generator.output_channels, 1),
    }
    model.make_train_function()
    batches = tf.data.Dataset.from_tensors(data).repeat()
    batches = iter(strategy.experimental_distribute_dataset(batches))

    def run():
        # The weights are written after the losses are known; a step is done
        # when both are there.
        model.train_function(batches)["adversarial"].numpy()
        model.optimizer.iterations.numpy()

    def operations():
        return count_operations(model.train_step, data)

    return Workload(run, 2 * batch, operations if replicas == 1 else None)


def _images(batch, size, channels, seed):
    return tf.random.stateless_uniform(
        (batch, size, size, channels), (seed, 0), -1.0, 1.0
    )
