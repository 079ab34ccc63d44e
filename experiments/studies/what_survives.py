"""Measures what of phantoms survives a translation: lesions, nuclei, land.

Takes what phantoms.py made and what translate.py made of its test images, and
prints how much of the known content is still there. Example:

  python experiments/studies/what_survives.py --kind=mr_ct \\
      --phantoms=phantoms/mr_ct --translated=synthetic
"""

import json
import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from path_flags import check_files_to_write
from path_flags import check_inputs
from phantom_images import LOOKS
from phantom_images import STAINS
from phantom_images import STREET
from phantom_images import TISSUES
from phantom_images import sensor_values

FLAGS = flags.FLAGS
flags.DEFINE_enum(
    "kind",
    None,
    ["mr_ct", "stains", "satellite", "street", "night"],
    "What was translated; street: to photographs, night: by day to night.",
    required=True,
)
flags.DEFINE_string(
    "phantoms", None, "Folder that phantoms.py wrote.", required=True
)
flags.DEFINE_string(
    "translated", None, "Folder of the translations.", required=True
)
flags.DEFINE_string("output", None, "JSON file to write.")


def main(_):
    check_inputs("phantoms", "translated")
    check_files_to_write("output")
    with quiet_imports():
        from semst_tf.storage.atomic_files import write_json

    folder = pathlib.Path(FLAGS.phantoms)
    translated = pathlib.Path(FLAGS.translated)
    measures = {
        "mr_ct": of_heads,
        "stains": of_tissue,
        "satellite": of_scenes,
        "street": of_streets,
        "night": of_streets,
    }
    found = measures[FLAGS.kind](folder, translated)
    print(", ".join(f"{name} {value:.3f}" for name, value in found.items()))
    if FLAGS.output is not None:
        path = pathlib.Path(FLAGS.output)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, found)


def of_heads(folder, translated):
    """Contrast of lesions, lesions that were invented, error, and bone.

    A lesion counts as kept where it stands out by more than half of what it
    does in the true CT; as invented, a 3 x 3 piece of brain that does and is
    none.
    """
    import numpy as np

    from semst_tf.metrics.volume_scores import absolute_error
    from semst_tf.metrics.volume_scores import threshold_dice

    brain = TISSUES["brain"][1]
    true_contrast = TISSUES["lesion"][1] - brain
    kept, contrast, invented, errors, dices = [], [], [], [], []
    for path in sorted((folder / "test" / "ct").iterdir()):
        truth, lesion = voxels(path), voxels(folder_of(folder, "lesion", path))
        synthetic = voxels(translated / path.name)
        lesion = lesion > 0.5
        errors.append(absolute_error(truth, synthetic))
        dices.append(threshold_dice(truth, synthetic, 600.0))
        inner = (truth > -200) & (truth < 200) & ~lesion
        for number in range(truth.shape[2]):
            image, inside = synthetic[..., number], lesion[..., number]
            tissue = inner[..., number]
            level = np.median(image[tissue])
            if inside.sum() >= 9:
                contrast.append((image[inside].mean() - level) / true_contrast)
                kept.append(contrast[-1] > 0.5)
            bright = (image - level > 0.5 * true_contrast) & core(tissue)
            invented.append(bool(core(bright).any()))
    return {
        "lesions_kept": mean(kept),
        "lesion_contrast": mean(contrast),
        "slices_with_invented": mean(invented),
        "mae_hu": mean(errors),
        "bone_dice": mean(dices),
    }


def of_tissue(folder, translated):
    """Nuclei that are still there, and dark area that was none.

    Darkness counts from the mean colour of the ground in the second stain to
    that of its nuclei.
    """
    import numpy as np

    from semst_tf.data import read_image

    ground = np.array(STAINS["second"]["ground"], "float64")
    toward = np.array(STAINS["second"]["nucleus"]) - ground
    kept, invented = [], []
    nuclei = json.loads((folder / "test" / "nuclei.json").read_text())
    for name, places in nuclei.items():
        image = read_image(translated / f"{name}.png").astype("float64")
        dark = (image - ground) @ toward / (toward @ toward) > 0.5
        rows, columns = np.mgrid[: dark.shape[0], : dark.shape[1]]
        anywhere = np.zeros(dark.shape, bool)
        for row, column, radius in places:
            distance = np.hypot(rows - row, columns - column)
            kept.append(dark[distance < radius - 0.5].mean() > 0.5)
            anywhere |= distance < radius + 2
        area = sum(np.pi * radius**2 for _, _, radius in places)
        invented.append((dark & ~anywhere).sum() / area)
    return {"nuclei_kept": mean(kept), "invented_area": mean(invented)}


def of_scenes(folder, translated):
    """Share of pixels whose land cover is recognised, and of empty ones."""
    import numpy as np

    from semst_tf.data import read_image
    from semst_tf.data.image_files import decode_image

    spectra = sensor_values("second")
    right, empty = [], []
    for path in sorted((folder / "test" / "cover").iterdir()):
        cover = read_image(path)[..., 0]
        image = decode_image(translated / path.name)
        bands = image.pixels.astype("float64")
        distances = [((bands - s) ** 2).sum(axis=-1) for s in spectra]
        valid = cover != 255
        right.append((np.argmin(distances, axis=0) == cover)[valid].mean())
        nodata = image.nodata
        nodata = np.zeros(cover.shape, bool) if nodata is None else nodata
        empty.append((nodata == ~valid).mean())
    return {"cover_right": mean(right), "nodata_right": mean(empty)}


def of_streets(folder, translated):
    """Share of pixels whose class has the nearest colour of the target."""
    import numpy as np

    from semst_tf.data import read_image

    look, source = "night", "day"
    if FLAGS.kind == "street":
        look, source = "photograph", "test"
    colours = np.array([s[LOOKS[look]] for s in STREET.values()], "float64")
    ids = np.array([s[0] for s in STREET.values()])
    right = {name: [] for name in STREET}
    for path in sorted((folder / source / "labels").iterdir()):
        labels = read_image(path)[..., 0]
        image = read_image(translated / path.name).astype("float64")
        distances = ((image[..., None, :] - colours) ** 2).sum(axis=-1)
        found = ids[distances.argmin(axis=-1)]
        for name, (number, *_) in STREET.items():
            right[name] += (found == number)[labels == number].tolist()
    shares = {name: mean(values) for name, values in right.items()}
    return {"mean_of_classes": mean(list(shares.values())), **shares}


def voxels(path):
    """All voxels of a NIfTI file."""
    from semst_tf.data.nifti_volume import NiftiVolume

    return NiftiVolume(path).voxels()


def folder_of(folder, kind, path):
    """The file of the same head, of another kind."""
    return folder / "test" / kind / path.name


def core(mask):
    """What is left of a mask without its border of one pixel."""
    import numpy as np

    padded = np.pad(mask, 1)
    rows, columns = mask.shape
    return np.logical_and.reduce(
        [
            padded[row : row + rows, column : column + columns]
            for row in range(3)
            for column in range(3)
        ]
    )


def mean(values):
    """Mean as a float; NaN of nothing."""
    return float(sum(values) / len(values)) if len(values) else float("nan")


if __name__ == "__main__":
    run(main)
