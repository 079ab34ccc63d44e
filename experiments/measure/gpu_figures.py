"""Measures speed, and trains presets, on an accelerator lent for a while.

Runs on the JAX backend, also where TensorFlow is not installed. Every figure
is written to `figures.json` in --output as soon as it is there, and is not
measured again; trainings continue from their checkpoints. So the same
command, given again, at once or in a later lease, goes on. Stages:

  torch    the step of the public PyTorch CUT, from a checkout (--torch_cut)
  speed    images a second of a training step, memory, and the share of the
           rate of a large matrix product measured on the same device
  loading  the same step with and without loading images, in turn
  train    trains the presets on equal steps, keeps generators as float16
  unpack   makes <preset>.keras of those generators, for evaluate.py
  table    prints the figures as tables

Example:

  KERAS_BACKEND=jax python experiments/measure/gpu_figures.py \\
      --output=figures \\
      --source=game --target=street --torch_cut=cut --minutes=12
"""

import json
import math
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import threading
import time

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_list(
    "stages", ["torch", "speed", "loading", "train"], "What to do, in order."
)
flags.DEFINE_string("output", None, "Folder of the figures.", required=True)
flags.DEFINE_list("presets", ["cut", "semst"], "Presets to compare.")
flags.DEFINE_list("batch_sizes", ["1", "4", "16"], "Images a step.")
flags.DEFINE_list(
    "precisions", ["float32", "tensorfloat32", "bfloat16"], "Of the step."
)
flags.DEFINE_integer("size", 256, "Height and width of the crops.")
flags.DEFINE_integer("filters", 64, "Filters of both networks.")
flags.DEFINE_integer("timed_steps", 30, "Steps that are timed.", lower_bound=1)
flags.DEFINE_integer("matrix_side", 8192, "Of the large matrix product.")
flags.DEFINE_string("torch_cut", None, "Checkout of the public PyTorch CUT.")
flags.DEFINE_string(
    "torch_python", sys.executable, "Python that has PyTorch, NumPy, Pillow."
)
flags.DEFINE_bool("torch_gpu", True, "Whether PyTorch has a GPU.")
flags.DEFINE_string(
    "source", None, "Source images, as in train.py; none: sample photographs."
)
flags.DEFINE_string("target", None, "Target images.")
flags.DEFINE_string("resize", "short:286", "Of the images, as data.resize.")
flags.DEFINE_string("target_resize", "", "The same, of target images.")
flags.DEFINE_integer(
    "loading_pairs", 5, "Times that either way of loading is measured."
)
flags.DEFINE_string("train_precision", "tensorfloat32", "Of the trainings.")
flags.DEFINE_integer(
    "steps",
    None,
    "Steps of each training; none: what the loading stage says fits into "
    "--minutes.",
)
flags.DEFINE_integer("checkpoint_every", 200, "Steps between checkpoints.")
flags.DEFINE_float("minutes", 20.0, "Time for training, for all presets.")

OUT_OF_TIME = 75


def main(_):
    if os.environ.get("KERAS_BACKEND") != "jax":
        raise ValueError(
            "These figures are of the JAX backend; set KERAS_BACKEND=jax. "
            f"Received: {os.environ.get('KERAS_BACKEND')}"
        )
    stages = {
        "torch": torch_speed,
        "speed": speed,
        "loading": loading,
        "train": train,
        "unpack": unpack,
        "table": table,
    }
    unknown = set(FLAGS.stages) - set(stages)
    if unknown:
        raise ValueError(
            f"`--stages` are {', '.join(stages)}. Received: {sorted(unknown)}"
        )
    check_settings()
    for stage in FLAGS.stages:
        code = stages[stage]()
        if code:
            return code
    failed = [name for name, values in figures().items() if "failed" in values]
    if failed:
        print(f"failed, and tried again next time: {', '.join(failed)}")
    return 1 if failed else 0


def check_settings():
    """Refuses to mix figures of different sizes in one folder."""
    settings = {name: FLAGS[name].value for name in ("size", "filters")}
    before = figures().get("settings", settings)
    if before != settings:
        raise ValueError(
            f"{FLAGS.output} holds figures of other settings, {before}; use "
            f"another folder. Received: {settings}"
        )
    write_figure("settings", settings)


def figures():
    """What has been measured so far."""
    path = pathlib.Path(FLAGS.output) / "figures.json"
    return json.loads(path.read_text()) if path.exists() else {}


def write_figure(name, values):
    from semst_tf.storage.atomic_files import write_json

    folder = pathlib.Path(FLAGS.output)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "figures.json", figures() | {name: values})


def figure(name, measure):
    """Measures something once; later calls read what was measured."""
    values = figures().get(name, {"failed": "not measured yet"})
    if "failed" in values:
        try:
            values = measure()
        except Exception as error:
            # Out of memory, for instance: the rest is measured all the same.
            message = " ".join(str(error).split())[:300]
            values = {"failed": f"{type(error).__name__}: {message}"}
        write_figure(name, values)
    print(name, *(f"{k}={v}" for k, v in values.items()), flush=True)
    return values


def torch_speed():
    """Times a step of the public CUT, eager and compiled."""
    if FLAGS.torch_cut is None:
        return
    for precision in FLAGS.precisions:
        for count in map(int, FLAGS.batch_sizes):
            for compiled in (False, True):
                kind = "compiled" if compiled else "eager"
                figure(
                    f"torch_{kind}_{count}_{precision}",
                    lambda: torch_step(count, precision, compiled),
                )


def torch_step(count, precision, compiled):
    # A process of its own, which gives all memory of the device back.
    script = pathlib.Path(__file__).with_name("torch_cut_step.py")
    finished = subprocess.run(
        [
            *(FLAGS.torch_python, script, f"--checkout={FLAGS.torch_cut}"),
            *(f"--size={FLAGS.size}", f"--filters={FLAGS.filters}"),
            *(f"--batch={count}", f"--precision={precision}"),
            *("--warm_up=3", f"--repeat={FLAGS.timed_steps}"),
            *["--compile"] * compiled,
            *["--gpu"] * FLAGS.torch_gpu,
        ],
        input="\n",
        capture_output=True,
        text=True,
    )
    printed = dict(
        line.split(": ", 1)
        for line in finished.stdout.splitlines()
        if line.startswith(("seconds: ", "memory: ", "device: "))
    )
    if finished.returncode or "seconds" not in printed:
        raise RuntimeError(finished.stderr.strip()[-300:])
    elapsed = float(printed["seconds"].split()[0]) / FLAGS.timed_steps
    values = {
        "device": printed["device"],
        "images_per_second": significant(count / elapsed),
        "seconds_per_step": significant(elapsed),
    }
    if "memory" in printed:
        values["memory_mib"] = int(printed["memory"].split()[0])
    return values


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


def loading():
    """Times `fit` on images that are loaded, and on one that is not."""
    for preset in FLAGS.presets:
        figure(f"loading_{preset}", lambda: loading_cost(preset))


def loading_cost(preset):
    import itertools

    from semst_tf.data import sample_photos
    from semst_tf.data import unpaired_images

    model = new_model(preset, 1, FLAGS.train_precision)
    samples = sample_photos()
    data = unpaired_images(
        FLAGS.source or samples[0],
        FLAGS.target or samples[1],
        crop_size=FLAGS.size,
        resize={
            "source": FLAGS.resize or None,
            "target": FLAGS.target_resize or FLAGS.resize or None,
        },
    )
    batches = ((batch,) for batch in data)
    same = itertools.repeat(next(batches))
    # A generator, because Keras does not know how to go on with another.
    streams = (batch for batch in same), batches
    pairs = [
        [seconds_of_fit(model, stream, data.workers + 2) for stream in streams]
        for _ in range(FLAGS.loading_pairs)
    ]
    without, loaded = map(statistics.median, zip(*pairs))
    ratios = sorted(second / first for first, second in pairs)
    return {
        "device": device(),
        "seconds_per_step_without": significant(without),
        "seconds_per_step_with_loading": significant(loaded),
        "ratio": significant(statistics.median(ratios)),
        "lowest_ratio": significant(ratios[0]),
        "highest_ratio": significant(ratios[-1]),
    }


def seconds_of_fit(model, batches, loaded_before):
    # What threads loaded while nothing was trained does not count.
    model.fit(batches, steps_per_epoch=loaded_before, verbose=0)
    start = time.perf_counter()
    model.fit(batches, steps_per_epoch=FLAGS.timed_steps, verbose=0)
    return (time.perf_counter() - start) / FLAGS.timed_steps


def train():
    """Trains the presets in turn, until the time or the steps are over."""
    if not FLAGS.source or not FLAGS.target:
        raise ValueError(
            "Training needs --source and --target. "
            f"Received: {FLAGS.source}, {FLAGS.target}"
        )
    steps = FLAGS.steps or planned_steps()
    # The run saves and stops on this signal, as on a cluster's; while it is
    # not running, there is nothing to save.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(OUT_OF_TIME))
    seconds = 60 * FLAGS.minutes
    deadline = time.monotonic() + seconds
    alarm = threading.Timer(
        seconds, lambda: os.kill(os.getpid(), signal.SIGTERM)
    )
    alarm.daemon = True
    alarm.start()
    try:
        for preset in FLAGS.presets:
            out_of_time = time.monotonic() >= deadline
            if out_of_time or not train_preset(preset, steps):
                return OUT_OF_TIME
    finally:
        alarm.cancel()


def planned_steps():
    """Steps that all presets can take in the time, the same for each."""
    loading()
    name = "seconds_per_step_with_loading"
    seconds = [figures()[f"loading_{p}"][name] for p in FLAGS.presets]
    # Compiling, checkpoints and sample images take their time, too.
    fitting = 0.7 * 60 * FLAGS.minutes / sum(seconds)
    every = FLAGS.checkpoint_every
    steps = max(1, int(fitting) // every) * every
    return figure("plan", lambda: {"steps": steps})["steps"]


def train_preset(preset, steps):
    """Trains to the end and says so, or to the end of the time."""
    from semst_tf.callbacks import TrainingStopped
    from semst_tf.training.training_run import TrainingRun

    set_precision(FLAGS.train_precision)
    workdir = pathlib.Path(FLAGS.output) / f"run_{preset}"
    every = min(FLAGS.checkpoint_every, steps)
    training = TrainingRun(
        workdir,
        configuration(preset, 1).replace({"training.steps": steps}),
        FLAGS.source,
        FLAGS.target,
        interval=every,
        checkpoint_every=every,
        sample_every=every,
        dtype=policy(FLAGS.train_precision),
    )
    reached = steps
    try:
        training.train()
    except TrainingStopped as stopped:
        print(f"{preset}: {stopped}; the same command continues")
        reached = stopped.step
    pack(preset, workdir)
    values = {"steps": reached, "of": steps, "device": device()}
    write_figure(f"trained_{preset}", values)
    return reached == steps


def pack(preset, workdir):
    """Keeps the generator as float16, half as large, and how to make it."""
    import numpy as np

    from semst_tf.loading.load_translator import load_translator
    from semst_tf.storage.atomic_files import replacing

    weights = load_translator(workdir).get_weights()
    path = pathlib.Path(FLAGS.output) / f"generator_{preset}.npz"
    with replacing(path) as unfinished:
        np.savez_compressed(
            unfinished, *(weight.astype("float16") for weight in weights)
        )


def unpack():
    """Writes `<preset>.keras`, a generator that evaluate.py reads."""
    import numpy as np

    folder = pathlib.Path(FLAGS.output)
    for preset in FLAGS.presets:
        path = folder / f"generator_{preset}.npz"
        if not path.exists():
            raise ValueError(f"It has not been trained yet. Received: {path}")
        translator = new_model(preset, 1, "float32").translator
        with np.load(path) as packed:
            translator.set_weights(
                [packed[name].astype("float32") for name in packed.files]
            )
        translator.save(folder / f"{preset}.keras")
        print(f"wrote {folder / preset}.keras")


def table():
    """Prints what was measured, as Markdown."""
    for sign, columns in (
        (
            "seconds_per_step",
            (
                "images_per_second",
                "seconds_per_step",
                "memory_mib",
                "share_of_matrix_rate",
            ),
        ),
        (
            "ratio",
            (
                "seconds_per_step_without",
                "seconds_per_step_with_loading",
                "ratio",
                "lowest_ratio",
                "highest_ratio",
            ),
        ),
    ):
        rows = [
            {"figure": name, **values}
            for name, values in figures().items()
            if sign in values
        ]
        print_rows(["figure", *columns], rows)


def print_rows(columns, rows):
    lines = [list(columns), ["---"] * len(columns)]
    lines += [[row.get(name, "") for name in columns] for row in rows]
    for line in lines:
        print("|", " | ".join(str(cell) for cell in line), "|")
    print()


def configuration(preset, count):
    from semst_tf.config.preset_configs import preset_config

    return preset_config(preset).replace(
        {
            "generator.filters": FLAGS.filters,
            "discriminator.filters": FLAGS.filters,
            "data.crop_size": FLAGS.size,
            "data.batch_size": count,
            "data.resize": FLAGS.resize,
            "data.target_resize": FLAGS.target_resize,
        }
    )


def new_model(preset, count, precision):
    with quiet_imports():
        from semst_tf import SemST

    set_precision(precision)
    model = SemST(configuration(preset, count), dtype=policy(precision))
    model.compile()
    return model


def policy(precision):
    """Keras's name of a precision; that of float32 products is JAX's."""
    return "mixed_bfloat16" if precision == "bfloat16" else "float32"


def set_precision(precision):
    import jax

    jax.config.update(
        "jax_default_matmul_precision",
        "float32" if precision == "float32" else "tensorfloat32",
    )


def device():
    import jax

    return jax.devices()[0].device_kind


def random_images(count):
    import numpy as np

    random = np.random.default_rng(0)
    shape = (count, FLAGS.size, FLAGS.size, 3)
    return {
        domain: random.uniform(-1, 1, shape).astype("float32")
        for domain in ("source", "target")
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


def significant(value, digits=4):
    """Rounds to so many digits, whatever the size."""
    if not value or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


if __name__ == "__main__":
    run(main)
