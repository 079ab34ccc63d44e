"""Scores synthetic volumes against true ones: error in HU, Dice of bone.

Volumes are NIfTI files, folders of them, or DICOM series, paired by their
names. Example:

  python experiments/studies/volume_scores.py --translated=synthetic \\
      --truth=ct/test --threshold=300 --output=scores.json
"""

import math
import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from path_flags import check_files_to_write
from path_flags import check_inputs

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "translated", None, "Volumes to score: a file or a folder.", required=True
)
flags.DEFINE_string(
    "truth", None, "True volumes, of the same names.", required=True
)
flags.DEFINE_float(
    "body",
    -500.0,
    "Voxels whose true value is above it are the body; the error is theirs.",
)
flags.DEFINE_float(
    "threshold", 300.0, "Voxels above it are compared by their Dice: bone."
)
flags.DEFINE_string("output", None, "JSON file to write.")


def main(_):
    check_inputs("translated", "truth")
    check_files_to_write("output")
    with quiet_imports():
        from semst_tf.storage.atomic_files import write_json

    translated, truths = (
        named_volumes(FLAGS[name].value) for name in ("translated", "truth")
    )
    rows = {}
    for name, volume in translated.items():
        rows[name] = scores(volume, partner(name, truths))
        print(f"{name}: {line(rows[name])}")
    mean = {
        key: mean_of([row[key] for row in rows.values()])
        for key in ("mae", "dice")
    }
    print(f"mean of {len(rows)}: {line(mean)}")
    if FLAGS.output is not None:
        path = pathlib.Path(FLAGS.output)
        path.parent.mkdir(parents=True, exist_ok=True)
        settings = {"body": FLAGS.body, "threshold": FLAGS.threshold}
        write_json(path, {"settings": settings, "mean": mean, "volumes": rows})
        print(f"wrote {path}")


def named_volumes(place):
    """Dict from names of volumes, without suffix, to volumes."""
    from semst_tf.data.file_source import FileSource
    from semst_tf.data.nifti_volume import without_nifti_suffix

    path = pathlib.Path(place)
    volumes = FileSource(path).volumes
    if not volumes:
        raise ValueError(f"There are no volumes. Received: {place}")
    if path.is_file():
        return {"": volumes[0]}
    return {
        without_nifti_suffix(
            (volume.path.relative_to(path) / volume.part).as_posix()
        ): volume
        for volume in volumes
    }


def partner(name, truths):
    """The true volume of a name; single files need none."""
    if len(truths) == 1 and "" in truths:
        return truths[""]
    if name not in truths:
        raise ValueError(
            "Every volume needs a true one of its name. Received: none for "
            f"{name!r} among {', '.join(sorted(truths)[:3])}"
        )
    return truths[name]


def scores(translated, truth):
    """Scores of one volume; refuses volumes that do not lie alike."""
    import numpy as np

    from semst_tf.data.image_files import printable
    from semst_tf.metrics.volume_scores import absolute_error
    from semst_tf.metrics.volume_scores import threshold_dice

    if truth.shape != translated.shape or not np.allclose(
        truth.affine, translated.affine, atol=1e-2
    ):
        raise ValueError(
            "A volume and its truth must lie alike, voxel on voxel; resample "
            f"one to the other. Received: {printable(translated.path)} of "
            f"{translated.shape} and {printable(truth.path)} of {truth.shape}"
        )
    pair = truth.voxels(), translated.voxels()
    found = {
        "mae": absolute_error(*pair, FLAGS.body),
        "dice": threshold_dice(*pair, FLAGS.threshold),
    }
    return {k: None if math.isnan(v) else v for k, v in found.items()}


def mean_of(values):
    """Mean of what is known, or `None`."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def line(row):
    """Scores as words."""
    error, dice = (
        "none" if row[key] is None else f"{row[key]:.{digits}f}"
        for key, digits in (("mae", 1), ("dice", 3))
    )
    return f"MAE {error} inside the body, Dice {dice} above {FLAGS.threshold:g}"


if __name__ == "__main__":
    run(main)
