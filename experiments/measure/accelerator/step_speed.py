"""How long a compiled training step takes, and of what rate that is."""

import time

from absl import flags

from accelerator.figures import device
from accelerator.figures import figure
from accelerator.figures import significant
from accelerator.models import new_model
from accelerator.models import random_images
from accelerator.models import set_precision

FLAGS = flags.FLAGS


def speed():
    """Times the compiled step on random images."""
    for precision in FLAGS.precisions:
        matrix = figure(f"matrix_{precision}", lambda: matrix_rate(precision))
        for preset in FLAGS.presets:
            for count in map(int, FLAGS.batch_sizes):
                figure(
                    f"step_{preset}_{count}_{precision}",
                    lambda: step_speed(preset, count, precision, matrix),
                )


def matrix_rate(precision):
    import jax

    set_precision(precision)
    side = FLAGS.matrix_side
    dtype = "bfloat16" if precision == "bfloat16" else "float32"
    # Random: processors save power, and are faster, on zeros and ones.
    matrix = jax.random.normal(jax.random.key(0), (side, side), dtype)
    product = jax.jit(lambda x: x @ x)
    seconds = timed(lambda: product(matrix))
    return {
        "device": device(),
        "operations_per_second": significant(2 * side**3 / seconds),
    }


def step_speed(preset, count, precision, matrix):
    import jax

    model = new_model(preset, count, precision)
    images = random_images(count)
    state = tuple(
        [variable.value for variable in variables]
        for variables in (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
    )
    lowered = jax.jit(model.train_step, donate_argnums=0).lower(state, images)
    step = lowered.compile()

    def take_step():
        nonlocal state
        logs, state = step(state, images)
        return logs

    seconds = timed(take_step)
    memory = step.memory_analysis()
    taken = (
        memory.argument_size_in_bytes
        + memory.output_size_in_bytes
        - memory.alias_size_in_bytes
        + memory.temp_size_in_bytes
    )
    # Of the program before a device's compiler replaced parts of it by calls
    # of libraries, which are not counted.
    operations = lowered.cost_analysis()["flops"]
    rate = operations / seconds
    return {
        "device": device(),
        "images_per_second": significant(count / seconds),
        "seconds_per_step": significant(seconds),
        "memory_mib": round(taken / 2**20),
        "operations_per_second": significant(rate),
        "share_of_matrix_rate": significant(
            rate / matrix["operations_per_second"]
        ),
    }


def timed(function):
    """Seconds of a call, after three that are not counted."""
    import jax

    for _ in range(3):
        jax.block_until_ready(function())
    start = time.perf_counter()
    for _ in range(FLAGS.timed_steps):
        result = function()
    jax.block_until_ready(result)
    return (time.perf_counter() - start) / FLAGS.timed_steps
