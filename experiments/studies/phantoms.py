"""Makes small invented images to try a recipe on, of which all is known.

Kinds: mr_ct (heads with a lesion, NIfTI), stains (tissue with nuclei),
satellite (eight bands and land cover, GeoTIFF), street (rendered streets in
the layout of GTA5, photographs in that of Cityscapes, and the same streets by
night). Example:

  python experiments/studies/phantoms.py --kind=mr_ct --output=phantoms/mr_ct
"""

import json
import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from path_flags import check_folders_to_write
from phantom_images import EMPTY
from phantom_images import head
from phantom_images import scene
from phantom_images import street
from phantom_images import tissue

FLAGS = flags.FLAGS
flags.DEFINE_enum(
    "kind",
    None,
    ["mr_ct", "stains", "satellite", "street"],
    "What is made.",
    required=True,
)
flags.DEFINE_string("output", None, "Folder to write to.", required=True)
flags.DEFINE_integer("size", 64, "Height of the images.", lower_bound=32)
flags.DEFINE_integer(
    "count", 40, "Images to train on, of each domain.", lower_bound=2
)
flags.DEFINE_integer("test", 8, "Images to test on.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of everything.")

SLICES = 8
"""Slices of a head; `count` and `test` are slices, too."""


def main(_):
    check_folders_to_write("output")
    with quiet_imports():
        import numpy as np

        import semst_tf  # noqa: F401

    folder = pathlib.Path(FLAGS.output)
    random = np.random.default_rng(FLAGS.seed)
    kinds = {
        "mr_ct": make_heads,
        "stains": make_tissue,
        "satellite": make_scenes,
        "street": make_streets,
    }
    kinds[FLAGS.kind](folder, random)
    print(f"wrote {folder}")


def make_heads(folder, random):
    """MR and CT of different heads to train on, of the same to test on."""
    import numpy as np

    from semst_tf.data.nifti_volume import write_nifti

    affine = np.diag([-3.0, -3.0, 4.0, 1.0])
    for part, count in (("train", FLAGS.count), ("test", FLAGS.test)):
        for kind in ("mr", "ct", "lesion"):
            (folder / part / kind).mkdir(parents=True, exist_ok=True)
        for number in range(-(-count // SLICES)):
            names = [f"head{number}"] if part == "test" else ["mr", "ct"]
            for name in names:
                # Two of three heads have one.
                volumes = head(FLAGS.size, SLICES, random, number % 3 < 2)
                for kind, values in volumes.items():
                    if part == "train" and kind != name:
                        continue
                    path = folder / part / kind / f"head{number}.nii.gz"
                    write_nifti(path, values.astype("float32"), affine)
        if part == "train":
            (folder / part / "lesion").rmdir()


def make_tissue(folder, random):
    """Two stains of different tissue; where the nuclei are, to test."""
    import numpy as np

    from semst_tf.data.write_pyramid import write_pyramid

    for stain in ("first", "second"):
        for number in range(FLAGS.count):
            image, _ = tissue(FLAGS.size, random, stain)
            save(folder / "train" / stain / f"{number:03}.png", image)
    nuclei = {}
    for number in range(FLAGS.test):
        image, nuclei[f"{number:03}"] = tissue(FLAGS.size, random, "first")
        save(folder / "test" / "first" / f"{number:03}.png", image)
    (folder / "test" / "nuclei.json").write_text(json.dumps(nuclei))
    # A slide of which most is glass, large enough for a second level.
    size = FLAGS.size
    slide = np.full((10 * size, 17 * size, 3), 244, "uint8")
    middle, _ = tissue(6 * size, random, "first")
    slide[2 * size : 8 * size, 3 * size : 9 * size] = middle
    (folder / "slides").mkdir(exist_ok=True)
    write_pyramid(folder / "slides" / "slide.ome.tif", slide, microns=0.5)


def make_scenes(folder, random):
    """Scenes of two sensors as GeoTIFF, with land cover to test."""

    for part, sensor, count in (
        ("train", "first", FLAGS.count),
        ("train", "second", FLAGS.count),
        ("test", "first", FLAGS.test),
    ):
        for number in range(count):
            bands, cover = scene(FLAGS.size, random, sensor, number % 2 == 0)
            name = f"{number:03}.tif"
            save_scene(folder / part / sensor / name, bands, number)
            if part == "test":
                save_scene(folder / part / "cover" / name, cover, number)


def make_streets(folder, random):
    """Rendered streets as GTA5, photographs as Cityscapes, and nights."""

    size = FLAGS.size, 2 * FLAGS.size
    for number in range(FLAGS.count):
        image, labels = street(*size, random)
        save(folder / "gta5" / "images" / f"{number:05}.png", image)
        save(folder / "gta5" / "labels" / f"{number:05}.png", labels)
        image, labels = street(*size, random, "photograph")
        city = f"town/town_{number:06}_000019"
        root = folder / "cityscapes"
        path = root / "leftImg8bit" / "train" / f"{city}_leftImg8bit.png"
        save(path, image)
        path = root / "gtFine" / "train" / f"{city}_gtFine_labelIds.png"
        save(path, labels)
        image, _ = street(*size, random, "night")
        save(folder / "night" / f"{number:05}.png", image)
    for number in range(FLAGS.test):
        image, labels = street(*size, random)
        save(folder / "test" / "images" / f"{number:05}.png", image)
        save(folder / "test" / "labels" / f"{number:05}.png", labels)
        image, labels = street(*size, random, "photograph")
        save(folder / "day" / "images" / f"{number:05}.png", image)
        save(folder / "day" / "labels" / f"{number:05}.png", labels)


def save(path, image):
    """Writes an image, and the folders above it."""
    from semst_tf.data import write_image

    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, image)


def save_scene(path, bands, number):
    """Writes a GeoTIFF of 10 m pixels; scenes lie beside each other."""

    from semst_tf.data import write_image

    path.parent.mkdir(parents=True, exist_ok=True)
    size = 10.0 * bands.shape[1]
    keys = (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32632)
    tags = [
        (33550, 12, 3, (10.0, 10.0, 0.0)),
        (33922, 12, 6, (0.0, 0.0, 0.0, 4e5 + size * number, 5e6, 0.0)),
        (34735, 3, len(keys), keys),
    ]
    if bands.ndim == 3:
        tags.append((42113, 2, 0, str(EMPTY)))
    write_image(path, bands, georeference=tags)


if __name__ == "__main__":
    run(main)
