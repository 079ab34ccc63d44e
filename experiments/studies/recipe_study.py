"""Trains presets on phantoms at equal steps, and tables what survives.

The phantoms, every training, its translations and its measurements lie in
--workdir; the same command skips what is there. Example:

  python experiments/studies/recipe_study.py --kind=mr_ct \\
      --presets=cut,semst_distant --steps=600 --workdir=runs/recipes
"""

import json
import pathlib
import subprocess
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import run
from path_flags import check_folders_to_write

EXPERIMENTS = pathlib.Path(__file__).parents[1]

GREY = ["generator.input_channels=1", "generator.output_channels=1"]
BANDS = ["generator.input_channels=8", "generator.output_channels=8"]
KINDS = {
    "mr_ct": {
        "images": ("train/mr", "train/ct", "test/mr"),
        "set": [
            *GREY,
            "data.value_range=0,500",
            "data.target_value_range=-1000,1500",
        ],
    },
    "stains": {
        "images": ("train/first", "train/second", "test/first"),
        "set": [],
    },
    "satellite": {
        "images": ("train/first", "train/second", "test/first"),
        "set": [
            *BANDS,
            "data.value_range=0,4000",
            "data.target_value_range=0,4000",
            "data.crop_size=32",
        ],
    },
    "street": {
        "images": ("gta5/images", "cityscapes/leftImg8bit", "test/images"),
        "set": ["data.matched_crops=true"],
    },
    "night": {
        "phantoms": "street",
        "images": ("day/images", "night", "day/images"),
        "set": ["data.matched_crops=true"],
    },
    "labels": {
        "phantoms": "street",
        "survives": "street",
        "painted": {
            "painted/train": "gta5/labels",
            "painted/test": "test/labels",
        },
        "images": ("painted/train", "cityscapes/leftImg8bit", "painted/test"),
        "set": ["data.matched_crops=true"],
    },
}
"""Of each recipe: source, target and test images, and fields to set; where
they have other names, its phantoms and what is measured; and which folders are
painted labels."""

FLAGS = flags.FLAGS
flags.DEFINE_enum("kind", None, list(KINDS), "Which recipe.", required=True)
flags.DEFINE_list("presets", ["cut", "semst"], "Presets that are compared.")
flags.DEFINE_integer("steps", 600, "Steps of each training.", lower_bound=1)
flags.DEFINE_integer("filters", 16, "Filters of all networks.", lower_bound=1)
flags.DEFINE_integer("test", 24, "Images to test on.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of phantoms and trainings.")
flags.DEFINE_multi_string("set", [], "Fields of all trainings, as in train.py.")
flags.DEFINE_string("workdir", None, "Folder of everything.", required=True)


def main(_):
    check_folders_to_write("workdir")
    folder = pathlib.Path(FLAGS.workdir)
    kind = KINDS[FLAGS.kind]
    phantoms = kind.get("phantoms", FLAGS.kind)
    images = folder / "phantoms" / phantoms
    if not images.is_dir():
        call(
            "studies/phantoms",
            f"--kind={phantoms}",
            f"--output={images}",
            f"--test={FLAGS.test}",
            f"--seed={FLAGS.seed}",
        )
    for painted, labels in kind.get("painted", {}).items():
        if not (images / painted).is_dir():
            paint(images, labels, painted)
    rows = {
        preset: measured(preset, images, folder / FLAGS.kind / preset)
        for preset in FLAGS.presets
    }
    for line in table(rows):
        print(line)


def paint(images, labels, painted):
    """Paints labels in the colours of the photographs by day."""
    call(
        "paint_labels",
        f"--labels={images / labels}",
        "--label_space=cityscapes_ids",
        f"--measured={images / 'day' / 'images'}",
        f"--measured_labels={images / 'day' / 'labels'}",
        "--measured_label_space=cityscapes_ids",
        f"--output={images / painted}",
    )


def measured(preset, images, folder):
    """Trains, translates and measures; returns what what_survives.py found."""
    scores = folder / "survives.json"
    kind = KINDS[FLAGS.kind]
    if not scores.exists():
        source, target, test = (images / name for name in kind["images"])
        fields = [
            f"generator.filters={FLAGS.filters}",
            f"discriminator.filters={FLAGS.filters}",
            "data.resize=none",
            "data.crop_size=64",
            *kind["set"],
            *FLAGS.set,
        ]
        call(
            "train",
            f"--preset={preset}",
            f"--source={source}",
            f"--target={target}",
            f"--workdir={folder / 'run'}",
            f"--steps={FLAGS.steps}",
            f"--seed={FLAGS.seed}",
            *(f"--set={field}" for field in fields),
        )
        call(
            "translate",
            f"--model={folder / 'run'}",
            f"--input={test}",
            f"--output={folder / 'translated'}",
            "--overwrite",
        )
        call(
            "studies/what_survives",
            f"--kind={kind.get('survives', FLAGS.kind)}",
            f"--phantoms={images}",
            f"--translated={folder / 'translated'}",
            f"--output={scores}",
        )
    return json.loads(scores.read_text())


def call(script, *arguments):
    """Runs a script; its wrong input is this one's."""
    path = EXPERIMENTS / f"{script}.py"
    result = subprocess.run([sys.executable, path, *arguments])
    if result.returncode:
        raise ValueError(
            f"{path.name} stopped. Received: exit code {result.returncode}"
        )


def table(rows):
    """Lines of a table in Markdown: a row a preset, a column a measure."""
    names = list(next(iter(rows.values())))
    yield f"| preset | {' | '.join(names)} |"
    yield f"|---|{'---|' * len(names)}"
    for preset, scores in rows.items():
        cells = " | ".join(f"{scores[name]:.3f}" for name in names)
        yield f"| `{preset}` | {cells} |"


if __name__ == "__main__":
    run(main)
