"""The training step of a preset as a workload."""

import tensorflow as tf

from semst_tf.benchmarks.operations import count_operations
from semst_tf.benchmarks.workload import Workload
from semst_tf.presets import preset_config
from semst_tf.semst import SemST


def training_step(
    preset, size, batch, filters, dtype="float32", fields=(), jit_compile=False
):
    """One step on random pictures, the way `fit` takes it.

    Args:
        preset: str. One of `semst_tf.presets()`.
        size: int. Height and width of the crops. Presets of two scales take
            crops of twice this size, of which the detail is `size`.
        batch: int. Pictures of each domain.
        filters: int. Filters of generator and discriminator.
        dtype: str. Precision policy. Defaults to `"float32"`.
        fields: Dict of other fields to change. Defaults to none.
        jit_compile: bool. Compile with XLA. Defaults to `False`.

    Returns:
        `Workload`.
    """
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
    model = SemST(config, dtype=dtype)
    model.compile(jit_compile=jit_compile)
    data = {
        "source": _pictures(batch, size, config.generator.input_channels, 0),
        "target": _pictures(batch, size, config.generator.output_channels, 1),
    }
    model.make_train_function()
    batches = iter(tf.data.Dataset.from_tensors(data).repeat())

    def run():
        # The weights are written after the losses are known; a step is done
        # when both are there.
        model.train_function(batches)["adversarial"].numpy()
        model.optimizer.iterations.numpy()

    return Workload(
        run, 2 * batch, lambda: count_operations(model.train_step, data)
    )


def _pictures(batch, size, channels, seed):
    return tf.random.stateless_uniform(
        (batch, size, size, channels), (seed, 0), -1.0, 1.0
    )
