"""Measures how fast training, translating, reading and scoring are.

Every measurement is a process of its own, and tells the median, the fastest
and the slowest of its repetitions, the peak memory, and for networks the
floating-point operations and what share they make of a large matrix product's
rate. Figures are added to --output, and with --page all tables of a page are
written anew. Examples:

  python experiments/measure/benchmark.py \\
      --part=train_step --presets=cut,semst \\
      --size=128 --batch=4 --filters=32 --output=figures.json
  python experiments/measure/benchmark.py \\
      --part=all \\
      --output=docs/results/benchmarks.json --page=docs/benchmarks.md

With --against another program takes turns with this one, and the ratio is
that of each pair. It must do the work once for each line on its standard
input, and then print a line `seconds: <elapsed> <processor>`, the second being
the time that its threads were running.
experiments/measure/torch_cut_step.py does so for the public PyTorch CUT, and
this script itself with --answer:

  python experiments/measure/benchmark.py \\
      --part=train_step --presets=cut --threads=2 \\
      --against="torch/bin/python experiments/measure/torch_cut_step.py \\
      --checkout=cut --threads=2" --against_name="PyTorch CUT"
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

PARTS = (
    "train_step",
    "options",
    "translate",
    "convolution",
    "folder",
    "input",
    "student",
    "metrics",
    "startup",
    "growth",
)

FLAGS = flags.FLAGS
flags.DEFINE_enum("part", "train_step", [*PARTS, "all"], "What to measure.")
flags.DEFINE_list("presets", ["cut", "semst"], "Presets, for steps.")
flags.DEFINE_list(
    "engines",
    [
        "keras",
        "saved_model",
        "saved_model_winograd",
        "litert",
        "litert_winograd",
    ],
    "What translates.",
)
flags.DEFINE_list(
    "students",
    ["semst", "fast", "faster"],
    "Presets whose generators are compared, the first with the others.",
)
flags.DEFINE_list(
    "student_engines",
    ["keras", "litert", "litert_int8"],
    "What students translate with.",
)
flags.DEFINE_list(
    "frame", ["256", "512"], "Height and width of what students translate."
)
flags.DEFINE_list("scores", None, "Metrics to time; all of them by default.")
flags.DEFINE_integer("size", 256, "Height and width.", lower_bound=1)
flags.DEFINE_integer("batch", 1, "Images at once.", lower_bound=1)
flags.DEFINE_integer("filters", 64, "Filters of the networks.", lower_bound=1)
flags.DEFINE_string("dtype", "float32", "Precision policy.")
flags.DEFINE_bool("jit_compile", False, "Compile the step with XLA.")
flags.DEFINE_multi_string(
    "set", [], "Override a field of the configuration, as in train.py."
)
flags.DEFINE_integer("threads", None, "Threads; all processors by default.")
flags.DEFINE_integer("repetitions", 5, "Times that count.", lower_bound=1)
flags.DEFINE_integer("warm_up", 2, "Times before.", lower_bound=0)
flags.DEFINE_string("against", None, "Command that takes turns with this one.")
flags.DEFINE_string("against_name", "another program", "Its name, for tables.")
flags.DEFINE_bool("answer", False, "Be the other program.")
flags.DEFINE_string("output", None, "JSON file that the figures go into.")
flags.DEFINE_string("page", None, "Markdown page with places for the tables.")
flags.DEFINE_string("one", None, "Measure this job here; JSON in, JSON out.")


def main(_):
    if FLAGS.one:
        print(json.dumps(measured_here(*json.loads(FLAGS.one))))
    elif FLAGS.answer:
        answer_here(*the_only_job("--answer"))
    elif FLAGS.against:
        finish([compared(*the_only_job("--against"))])
    else:
        parts = PARTS if FLAGS.part == "all" else [FLAGS.part]
        finish([row for part in parts for row in measured(part)])


def jobs(part):
    """Pairs of a kind of workload and its settings."""
    shape = {"size": FLAGS.size, "batch": FLAGS.batch}
    if part == "train_step":
        return [("train_step", step_settings(name)) for name in FLAGS.presets]
    if part == "options":
        return options_jobs()
    if part == "growth":
        return growth_jobs()
    if part == "translate":
        own = {**shape, "filters": FLAGS.filters, "dtype": FLAGS.dtype}
        return [(part, {"engine": name, **own}) for name in FLAGS.engines]
    if part == "convolution":
        return convolution_jobs()
    if part == "folder":
        own = {"size": FLAGS.size, "filters": FLAGS.filters}
        own["dtype"] = FLAGS.dtype
        return [(part, {"suffix": name, **own}) for name in (".jpg", ".png")]
    if part == "input":
        return [(part, {**shape, "cached": flag}) for flag in (False, True)]
    return [(part, {"name": name, "size": FLAGS.size}) for name in scores()]


def step_settings(preset, **changes):
    """Arguments of `training_step` by the flags."""
    return {
        "preset": preset,
        "size": FLAGS.size,
        "batch": FLAGS.batch,
        "filters": FLAGS.filters,
        "dtype": FLAGS.dtype,
        "jit_compile": FLAGS.jit_compile,
        "fields": dict(text.split("=", 1) for text in FLAGS.set),
        **changes,
    }


def options_jobs():
    """Steps of the first preset with and without XLA, on some threads."""
    processors = os.cpu_count()
    threads = sorted({1, min(2, processors), processors})
    return [
        (
            "train_step",
            step_settings(FLAGS.presets[0], jit_compile=xla, threads=count),
        )
        for count in threads
        for xla in (False, True)
    ]


def convolution_jobs():
    """The 3 x 3 convolutions of a generator, in both ways."""
    size, filters = FLAGS.size, FLAGS.filters
    shapes = (
        (size, filters, 2 * filters),
        (size // 2, 2 * filters, 4 * filters),
        (size // 4, 4 * filters, 4 * filters),
        (size // 2, 4 * filters, 2 * filters),
        (size, 2 * filters, filters),
    )
    names = ("size", "channels", "filters")
    return [
        (
            "convolution",
            {**dict(zip(names, shape)), "backward": backward, "way": way},
        )
        for shape in shapes
        for backward in (False, True)
        for way in ("direct", "winograd")
    ]


def growth_jobs():
    """Steps of the first preset that grow in one direction at a time."""
    preset, size, batch = FLAGS.presets[0], FLAGS.size, FLAGS.batch
    changes = [{}, {"size": 2 * size}, {"size": 4 * size}]
    changes += [{"batch": 2 * batch}, {"batch": 4 * batch}]
    changes += [
        {"fields": {"contrastive.patches": patches}} for patches in (512, 1024)
    ]
    changes += [{"batch": 2 * batch, "replicas": 2}]
    return [
        ("train_step", step_settings(preset, **change)) for change in changes
    ]


def scores():
    """Names of the metrics to time."""
    if FLAGS.scores:
        return FLAGS.scores
    with quiet_imports():
        from benchmarks.scoring import SCORES
    return SCORES


def the_only_job(flag):
    """The job of flags that describe one."""
    names = {"train_step": FLAGS.presets, "translate": FLAGS.engines}
    if len(names.get(FLAGS.part, [])) != 1:
        raise ValueError(
            f"{flag} takes --part=train_step with one preset, or "
            "--part=translate with one engine. "
            f"Received: --part={FLAGS.part} --presets={FLAGS.presets} "
            f"--engines={FLAGS.engines}"
        )
    return jobs(FLAGS.part)[0]


def measured(part):
    """Rows of a part."""
    if part == "startup":
        return start_up_rows()
    if part == "student":
        return student_rows()
    rows = []
    for kind, settings in jobs(part):
        figures = in_own_process(kind, settings)
        rows.append({"part": part, "settings": settings, "figures": figures})
        print(f"{part} {settings}: {figures['seconds']:.4f} s", flush=True)
    return rows


def student_rows():
    """Rows of a big generator and of small ones, by each engine."""
    with quiet_imports():
        from benchmarks.student import write_litert_files
    height, width = map(int, FLAGS.frame)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        paths = write_litert_files(
            FLAGS.students, FLAGS.student_engines, height, width, folder
        )
        for engine in FLAGS.student_engines:
            for preset in FLAGS.students:
                settings = {"preset": preset, "engine": engine}
                settings |= {"height": height, "width": width}
                path = {"path": paths.get((preset, engine))}
                figures = in_own_process("student", {**settings, **path})
                settings["threads"] = FLAGS.threads
                row = {"part": "student", "settings": settings}
                rows.append({**row, "figures": figures})
                print(
                    f"student {settings}: {figures['seconds']:.4f} s",
                    flush=True,
                )
    return rows


def in_own_process(kind, settings):
    """Figures of a job, measured where nothing else has been done."""
    settings = dict(settings)
    threads = settings.pop("threads", FLAGS.threads)
    # NumPy has threads of its own, and takes their number from here.
    own = {"OPENBLAS_NUM_THREADS": str(threads)} if threads else {}
    done = subprocess.run(
        [
            sys.executable,
            __file__,
            f"--one={json.dumps([kind, settings])}",
            f"--repetitions={FLAGS.repetitions}",
            f"--warm_up={FLAGS.warm_up}",
            *([f"--threads={threads}"] if threads else []),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, **own},
    )
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise ValueError(f"{last} (measuring {kind} of {settings})")
    return json.loads(done.stdout.splitlines()[-1])


def measured_here(kind, settings):
    """Figures of a job, measured in this process."""
    if kind != "student" or settings["engine"] == "keras":
        prepare()
    with quiet_imports():
        from benchmarks.measure import measure
    return measure(
        kind, settings, FLAGS.repetitions, FLAGS.warm_up, FLAGS.threads
    )


def answer_here(kind, settings):
    """Does the job once for every line of the standard input."""
    prepare()
    with quiet_imports():
        from benchmarks.baseline_process import answer
        from benchmarks.measure import make_workload
    with tempfile.TemporaryDirectory() as folder:
        workload = make_workload(kind, settings, folder, FLAGS.threads)
        for _ in range(FLAGS.warm_up):
            workload.run()
        answer(workload.run, sys.stdin, lambda line: print(line, flush=True))


def compared(kind, settings):
    """The row of a job that took turns with another program."""
    prepare()
    with quiet_imports():
        from benchmarks.baseline_process import BaselineProcess
        from benchmarks.baseline_process import take_turns
        from benchmarks.measure import make_workload
    with (
        tempfile.TemporaryDirectory() as folder,
        BaselineProcess(FLAGS.against) as baseline,
    ):
        workload = make_workload(kind, settings, folder, FLAGS.threads)
        figures = take_turns(
            workload.run, baseline, FLAGS.repetitions, FLAGS.warm_up
        )
    figures["load"] = round(os.getloadavg()[0], 1)
    for kind in ("elapsed", "processor"):
        print(
            "{kind}: {seconds:.4f} s against {baseline_seconds:.4f} s, ratio "
            "{ratio:.3f} ({lowest_ratio:.3f} to {highest_ratio:.3f})".format(
                kind=kind, **figures[kind]
            )
        )
    settings = {
        **settings,
        "threads": FLAGS.threads,
        "against": FLAGS.against_name,
    }
    return {"part": "against", "settings": settings, "figures": figures}


def prepare():
    """Sets the threads, before TensorFlow starts any.

    One thread makes processor time comparable on a machine that is not quiet.
    """
    with quiet_imports():
        import tensorflow as tf
    if FLAGS.threads:
        tf.config.threading.set_intra_op_parallelism_threads(FLAGS.threads)
        tf.config.threading.set_inter_op_parallelism_threads(FLAGS.threads)


def start_up_rows():
    """Rows of imports and of `--help`."""
    with quiet_imports():
        from benchmarks.start_up import start_up
    folder = pathlib.Path(__file__).parents[1]
    scripts = [folder / name for name in ("train.py", "translate.py")]
    rows = start_up(scripts, FLAGS.repetitions)
    for row in rows:
        print(f"{row['what']}: {row['seconds']:.3f} s", flush=True)
    return [
        {
            "part": "startup",
            "settings": {"what": row.pop("what")},
            "figures": row,
        }
        for row in rows
    ]


def finish(rows):
    """Writes the figures and the tables."""
    if not FLAGS.output:
        return
    with quiet_imports():
        from benchmarks.records import write_rows
        from benchmarks.report import write_page
    rows = write_rows(FLAGS.output, rows)
    if FLAGS.page:
        write_page(pathlib.Path(FLAGS.page), rows)


if __name__ == "__main__":
    run(main)
