"""Measures speed, and trains two presets, on an accelerator lent for a while.

Runs on the JAX backend. Every figure is written as soon as it is there, and
what the output folder already holds is not measured again; trainings continue
from their checkpoints. So the same command, given again in a later session,
goes on. Stages:

  speed    images a second of a training step, memory, and the share of the
           rate of a large matrix product measured on the same device
  loading  the same step with and without loading pictures
  torch    the step of the public PyTorch CUT, from a checkout (--torch_cut)
  train    trains the presets on equal steps, keeps generators as float16
  unpack   makes .keras files of those, for evaluate.py

  KERAS_BACKEND=jax python experiments/gpu_figures.py --output=figures \
      --source=game --target=street --minutes=25
"""

import os
import pathlib
import signal
import sys
import threading
import time

from absl import flags
from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_list(
    "stages", ["speed", "loading", "torch", "train"], "What to do, in order."
)
flags.DEFINE_string("output", None, "Folder of the figures.", required=True)
flags.DEFINE_list("presets", ["cut", "semst"], "Presets to compare.")
flags.DEFINE_list("batch_sizes", ["1", "4", "16"], "Pictures a step.")
flags.DEFINE_list(
    "precisions", ["float32", "tensorfloat32", "bfloat16"], "Of the step."
)
flags.DEFINE_integer("size", 256, "Height and width of the crops.")
flags.DEFINE_integer("filters", 64, "Filters of both networks.")
flags.DEFINE_integer("timed_steps", 30, "Steps that are timed.", lower_bound=1)
flags.DEFINE_string("torch_cut", None, "Checkout of the public PyTorch CUT.")
flags.DEFINE_string("source", None, "Source pictures, as in train.py.")
flags.DEFINE_string("target", None, "Target pictures.")
flags.DEFINE_string("resize", "short:286", "Of the pictures, as data.resize.")
flags.DEFINE_integer("steps", 20000, "Steps of each training.")
flags.DEFINE_integer("checkpoint_every", 200, "Steps between checkpoints.")
flags.DEFINE_float("minutes", 20.0, "Time for training, for all presets.")


def main(_):
    if os.environ.get("KERAS_BACKEND") != "jax":
        raise ValueError(
            "These figures are of the JAX backend; set KERAS_BACKEND=jax. "
            f"Received: {os.environ.get('KERAS_BACKEND')}"
        )
    stages = {
        "speed": speed,
        "loading": loading,
        "torch": torch_speed,
        "train": train,
        "unpack": unpack,
    }
    unknown = set(FLAGS.stages) - set(stages)
    if unknown:
        raise ValueError(
            f"`--stages` are {', '.join(stages)}. Received: {sorted(unknown)}"
        )
    pathlib.Path(FLAGS.output).mkdir(parents=True, exist_ok=True)
    for stage in FLAGS.stages:
        stages[stage]()


def figure(name, measure):
    """Measures something once; later calls read it from the folder."""
    import json

    import jax

    from semst_tf.files import write_json

    path = pathlib.Path(FLAGS.output) / f"{name}.json"
    if not path.exists():
        values = {"device": jax.devices()[0].device_kind, **measure()}
        write_json(path, values)
    values = json.loads(path.read_text())
    print(name, *(f"{key}={value}" for key, value in values.items()))
    return values


def speed():
    """Times the compiled step on random pictures."""
    for precision in FLAGS.precisions:
        rate = figure(f"matrix_{precision}", lambda: matrix_rate(precision))[
            "flops_per_second"
        ]
        for preset in FLAGS.presets:
            for count in map(int, FLAGS.batch_sizes):
                figure(
                    f"step_{preset}_{count}_{precision}",
                    lambda: step_speed(preset, count, precision, rate),
                )


def matrix_rate(precision, side=4096):
    import jax

    set_precision(precision)
    dtype = "bfloat16" if precision == "bfloat16" else "float32"
    matrix = jax.numpy.ones((side, side), dtype)
    product = jax.jit(lambda x: x @ x)
    seconds = timed(lambda: product(matrix), FLAGS.timed_steps)
    return {"flops_per_second": 2 * side**3 / seconds}


def step_speed(preset, count, precision, rate):
    import jax

    model = new_model(preset, count, precision)
    pictures = random_pictures(count)
    state = [
        [variable.value for variable in variables]
        for variables in (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
    ]
    step = jax.jit(model.train_step).lower(tuple(state), pictures).compile()
    seconds = timed(lambda: step(tuple(state), pictures)[0], FLAGS.timed_steps)
    memory = step.memory_analysis()
    operations = step.cost_analysis()["flops"]
    return {
        "images_per_second": round(count / seconds, 3),
        "seconds_per_step": round(seconds, 5),
        "memory_mib": round(
            (memory.temp_size_in_bytes + memory.argument_size_in_bytes) / 2**20
        ),
        "share_of_matrix_rate": round(operations / seconds / rate, 4),
    }


def loading():
    """Times `fit` on pictures that are loaded, and on one that is not."""
    for preset in FLAGS.presets:
        figure(f"loading_{preset}", lambda: loading_cost(preset))


def loading_cost(preset):
    import itertools

    from semst_tf.data import sample_photos
    from semst_tf.data import unpaired_images

    model = new_model(preset, 1, FLAGS.precisions[0])
    data = unpaired_images(
        FLAGS.source or sample_photos()[0],
        FLAGS.target or sample_photos()[1],
        crop_size=FLAGS.size,
        resize=FLAGS.resize,
    )
    loaded = ((batch,) for batch in data)
    same = itertools.repeat(next(loaded))
    seconds = {}
    for name, batches in (("without", same), ("with", loaded)):
        batches = (batch for batch in batches)
        model.fit(batches, steps_per_epoch=2, verbose=0)
        start = time.perf_counter()
        model.fit(batches, steps_per_epoch=FLAGS.timed_steps, verbose=0)
        seconds[name] = (time.perf_counter() - start) / FLAGS.timed_steps
    return {
        "seconds_per_step_with_loading": round(seconds["with"], 5),
        "seconds_per_step_without": round(seconds["without"], 5),
        "share_of_loading": round(1 - seconds["without"] / seconds["with"], 4),
    }


def torch_speed():
    """Times `optimize_parameters` of the public CUT, eager and compiled."""
    if FLAGS.torch_cut is None:
        return
    sys.path.insert(0, FLAGS.torch_cut)
    for precision in FLAGS.precisions:
        for count in map(int, FLAGS.batch_sizes):
            for compiled in (False, True):
                kind = "compiled" if compiled else "eager"
                figure(
                    f"torch_{kind}_{count}_{precision}",
                    lambda: torch_step(count, precision, compiled),
                )


def torch_step(count, precision, compiled):
    import torch
    from models import create_model
    from options.train_options import TrainOptions

    fast = precision == "tensorfloat32"
    torch.backends.cuda.matmul.allow_tf32 = fast
    torch.backends.cudnn.allow_tf32 = fast
    arguments, sys.argv = (
        sys.argv,
        [
            *("train.py", "--dataroot=.", "--name=speed", "--CUT_mode=CUT"),
            *("--display_id=-1", "--no_html", f"--batch_size={count}"),
            *(f"--ngf={FLAGS.filters}", f"--ndf={FLAGS.filters}"),
            f"--checkpoints_dir={FLAGS.output}/torch",
        ],
    )
    try:
        options = TrainOptions().parse()
    finally:
        sys.argv = arguments
    model = create_model(options)
    shape = (count, 3, FLAGS.size, FLAGS.size)
    data = {
        "A": torch.rand(shape) * 2 - 1,
        "B": torch.rand(shape) * 2 - 1,
        "A_paths": [""],
        "B_paths": [""],
    }
    model.data_dependent_initialize(data)
    model.setup(options)
    model.parallelize()
    if compiled:
        for name in ("netG", "netD", "netF"):
            setattr(model, name, torch.compile(getattr(model, name)))

    def step():
        model.set_input(data)
        half = precision == "bfloat16"
        with torch.autocast("cuda", torch.bfloat16, enabled=half):
            model.optimize_parameters()

    torch.cuda.reset_peak_memory_stats()
    for _ in range(3):
        step()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(FLAGS.timed_steps):
        step()
    torch.cuda.synchronize()
    seconds = (time.perf_counter() - start) / FLAGS.timed_steps
    return {
        "images_per_second": round(count / seconds, 3),
        "seconds_per_step": round(seconds, 5),
        "memory_mib": round(torch.cuda.max_memory_allocated() / 2**20),
    }


def train():
    """Trains the presets in turn, until the time or the steps are over."""
    if not FLAGS.source or not FLAGS.target:
        raise ValueError(
            "Training needs --source and --target. "
            f"Received: {FLAGS.source}, {FLAGS.target}"
        )
    from semst_tf.callbacks import TrainingStopped
    from semst_tf.training_run import TrainingRun

    for preset in FLAGS.presets:
        workdir = pathlib.Path(FLAGS.output) / f"run_{preset}"
        training = TrainingRun(
            workdir,
            configuration(preset, 1),
            FLAGS.source,
            FLAGS.target,
            interval=FLAGS.checkpoint_every,
            checkpoint_every=FLAGS.checkpoint_every,
            sample_every=FLAGS.checkpoint_every,
        )
        # The run saves and stops on this signal, as on a cluster's.
        alarm = threading.Timer(
            60 * FLAGS.minutes / len(FLAGS.presets),
            lambda: os.kill(os.getpid(), signal.SIGTERM),
        )
        alarm.start()
        try:
            training.train()
        except TrainingStopped as stopped:
            print(f"{preset}: {stopped}")
        finally:
            alarm.cancel()
        pack(workdir)


def pack(workdir):
    """Keeps the generator as float16, half as large."""
    import numpy as np

    from semst_tf.load_translator import load_translator

    weights = load_translator(workdir).get_weights()
    np.savez_compressed(
        workdir / "generator_float16.npz",
        *(weight.astype("float16") for weight in weights),
    )


def unpack():
    """Writes `<preset>.keras`, a generator that evaluate.py reads."""
    import numpy as np

    for preset in FLAGS.presets:
        folder = pathlib.Path(FLAGS.output)
        model = new_model(preset, 1, "float32")
        packed = np.load(folder / f"run_{preset}" / "generator_float16.npz")
        model.translator.set_weights(
            [packed[name].astype("float32") for name in packed.files]
        )
        model.translator.save(folder / f"{preset}.keras")


def configuration(preset, count):
    from semst_tf.presets import preset_config

    return preset_config(preset).replace(
        {
            "generator.filters": FLAGS.filters,
            "discriminator.filters": FLAGS.filters,
            "data.crop_size": FLAGS.size,
            "data.batch_size": count,
            "data.resize": FLAGS.resize,
            "optimizer.steps": FLAGS.steps,
        }
    )


def new_model(preset, count, precision):
    with quiet_imports():
        from semst_tf import SemST

    set_precision(precision)
    half = precision == "bfloat16"
    model = SemST(
        configuration(preset, count),
        dtype="mixed_bfloat16" if half else "float32",
    )
    model.compile()
    return model


def set_precision(precision):
    import jax

    jax.config.update(
        "jax_default_matmul_precision",
        "float32" if precision == "float32" else "tensorfloat32",
    )


def random_pictures(count):
    import numpy as np

    random = np.random.default_rng(0)
    shape = (count, FLAGS.size, FLAGS.size, 3)
    return {
        domain: random.uniform(-1, 1, shape).astype("float32")
        for domain in ("source", "target")
    }


def timed(function, count):
    """Seconds of a call, after one that is not counted."""
    import jax

    jax.block_until_ready(function())
    start = time.perf_counter()
    for _ in range(count):
        result = function()
    jax.block_until_ready(result)
    return (time.perf_counter() - start) / count


if __name__ == "__main__":
    run(main)
