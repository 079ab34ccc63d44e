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

import os
import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from accelerator.figures import check_settings
from accelerator.figures import figures
from accelerator.loading_cost import loading
from accelerator.step_speed import speed
from accelerator.tables import table
from accelerator.torch_speed import torch_speed
from accelerator.trainings import train
from accelerator.trainings import unpack
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


if __name__ == "__main__":
    run(main)
