"""Trains a small translator on photographs of the package.

Colour photographs become vintage photographs, in a few minutes and without a
GPU; a page shows the result. Example:

  python experiments/quickstart.py
"""

import shlex

from absl import flags
from cli import command
from cli import quiet_imports
from cli import run
from path_flags import check_folders_to_write

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "workdir", "runs/quickstart", "Run directory; made if it is missing."
)
flags.DEFINE_integer(
    "steps", None, "Length of the training; the preset's if not given."
)


def main(_):
    check_folders_to_write("workdir")
    with quiet_imports():
        from semst_tf.config.preset_configs import preset_config
        from semst_tf.data import sample_photos
        from semst_tf.training.training_run import TrainingRun

    # Textures of the photographs stay what they are: the filter keeps halos
    # and waves of a short training out.
    config = preset_config("tiny").replace({"generator.guided_radius": 8})
    if FLAGS.steps is not None:
        config = config.replace({"training.steps": FLAGS.steps})
    source, target = sample_photos()
    training = TrainingRun(FLAGS.workdir, config, source, target)
    print(
        f"training the preset `tiny` for {config.training.steps} steps: "
        "colour photographs to vintage photographs"
    )
    model = training.train()
    page = write_page(training, model)
    print(f"done; open {page.resolve()} in a browser")


def write_page(training, model):
    """Shows source, translation and target side by side."""
    from semst_tf.data import ImageCollection
    from semst_tf.data import sample_photos
    from semst_tf.training.run_page import write_run_page

    # At full size: the model was trained on smaller copies, and translates
    # any size.
    sources, targets = (
        [collection.load(i) for i in range(len(collection))]
        for collection in map(ImageCollection, sample_photos())
    )
    steps = training.config.training.steps
    return write_run_page(
        training.workdir,
        "Colour photographs to vintage photographs",
        sources,
        model.translate(sources),
        targets,
        notes=[
            f"A translator of {model.translator.count_params():,} weights, "
            f"trained from scratch for {steps} steps on {len(sources)} colour "
            f"photographs and {len(targets)} vintage ones that show other "
            "scenes. The tone should be that of the right column; the scene "
            "should be that of the left one."
        ],
        commands=next_commands(),
    )


def next_commands():
    """What to try after the quickstart, with the purpose of each."""
    workdir = shlex.quote(FLAGS.workdir)

    def called(script):
        return command(script).replace("python ", ".venv/bin/python ", 1)

    return [
        (
            "Translate an image of your own, of any size:",
            f"{called('translate')} --model={workdir} "
            "--input=photo.jpg --output=translated",
        ),
        (
            "Make a web page that translates the visitor's images and camera "
            "in the browser (docs/demo.md), here of the translator that ships:",
            f"{called('demo')} --model=colour2vintage --output=runs/demo",
        ),
        (
            "Check two folders of your own images:",
            f"{called('check_data')} --source=folder_a --target=folder_b",
        ),
        (
            "Train on them, for a night without a GPU (with one: "
            "--preset=semst):",
            f"{called('train')} --preset=small "
            "--source=folder_a --target=folder_b --workdir=runs/mine",
        ),
    ]


if __name__ == "__main__":
    run(main)
