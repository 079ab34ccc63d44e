"""Volumes in, volumes of the same place out."""

import numpy as np
import pytest
from scripts import assert_one_line
from scripts import run_here
from volume_files import write_nifti
from volume_files import write_series

from semst_tf import SemST
from semst_tf.data.nifti_volume import NiftiVolume
from semst_tf.data.slice_planes import SlicePlane
from semst_tf.inference.translate import translate
from semst_tf.loading.load_translator import load_translator
from semst_tf.metrics.volume_scores import absolute_error
from semst_tf.metrics.volume_scores import threshold_dice

nibabel = pytest.importorskip("nibabel")
pytest.importorskip("pydicom")

AFFINE = np.array(
    [[0, -2.0, 0, 9], [0, 0, 2.0, -8], [3.0, 0, 0, 7], [0, 0, 0, 1]]
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A translator from MR to CT that was trained on coronal slices."""
    path = tmp_path_factory.mktemp("model") / "ct.keras"
    SemST.from_preset(
        "tiny",
        **{
            "generator.input_channels": 1,
            "generator.output_channels": 1,
            "generator.filters": 4,
            "generator.blocks": 1,
            "data.value_range": (0.0, 500.0),
            "data.target_value_range": (-1000.0, 2000.0),
            "data.slice_plane": "coronal",
        },
    ).save(path)
    return path


def mr(dtype="uint16"):
    return np.random.default_rng(0).integers(0, 500, (5, 20, 24)).astype(dtype)


def run(model, source, output, *more):
    return run_here(
        "translate",
        f"--model={model}",
        f"--input={source}",
        f"--output={output}",
        *more,
    )


def test_a_volume_keeps_affine_header_and_the_place_of_every_slice(
    model, tmp_path
):
    source = write_nifti(tmp_path / "mr.nii.gz", mr(), AFFINE)
    output = tmp_path / "new" / "ct.nii.gz"
    result = run(model, source, output)
    assert result.returncode == 0, result.stderr
    before, after = nibabel.load(source), nibabel.load(output)
    np.testing.assert_allclose(after.affine, before.affine)
    assert after.header.get_xyzt_units() == before.header.get_xyzt_units()
    assert after.header["sform_code"] == before.header["sform_code"]
    assert b"synthetic" in after.header["descrip"].tobytes()
    assert after.get_data_dtype() == np.float32
    translator = load_translator(model)
    cut = SlicePlane(AFFINE, "coronal")
    for number in (0, 7):
        image = cut.slices(mr())[number].astype("float32")[..., None]
        expected = translate(translator, image)[..., 0]
        np.testing.assert_allclose(
            cut.slices(after.get_fdata())[number], expected, atol=0.01
        )
    assert -1000 <= after.get_fdata().min() < after.get_fdata().max() <= 2000


def test_int16_is_rounded_and_a_series_becomes_nifti(model, tmp_path):
    series = write_series(tmp_path / "in" / "mr", mr() % 90)
    ranges = "--value_range=-1024,2000"
    result = run(model, series, tmp_path / "out", "--volume_type=int16", ranges)
    assert result.returncode == 0, result.stderr
    written = nibabel.load(tmp_path / "out" / "mr.nii.gz")
    assert written.get_data_dtype() == np.int16
    assert written.shape == (24, 20, 5)
    result = run(model, tmp_path / "in", tmp_path / "all", ranges)
    assert result.returncode == 0, result.stderr
    floats = nibabel.load(tmp_path / "all" / "mr.nii.gz").get_fdata()
    np.testing.assert_array_equal(np.rint(floats), written.get_fdata())


@pytest.mark.parametrize(
    "output, more, words",
    [
        ("out.nii", ["--page=1"], "--page"),
        ("out.nii", ["--value_range=1,2"], "value_range"),
        ("out.nii", ["--model=MODELS/colour.keras"], "one channel"),
        ("there.nii", [], "--overwrite"),
    ],
)
def test_what_does_not_fit_is_one_line_and_writes_nothing(
    model, tmp_path, output, more, words
):
    source = write_nifti(tmp_path / "mr.nii", mr(), AFFINE)
    (tmp_path / "there.nii").write_text("mine")
    if "MODELS" in str(more):
        SemST.from_preset("tiny", **{"generator.filters": 4}).save(
            tmp_path / "colour.keras"
        )
    before = sorted(tmp_path.iterdir())
    more = [flag.replace("MODELS", str(tmp_path)) for flag in more]
    result = run(model, source, tmp_path / output, *more)
    assert_one_line(result, words)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "there.nii").read_text() == "mine"


def test_missing_slices_are_one_line_before_anything_is_loaded(tmp_path, model):
    write_series(tmp_path / "ct", mr() % 90, leave_out=(2,))
    result = run(model, tmp_path / "ct", tmp_path / "out")
    assert_one_line(result, "slices are missing", "6 mm")
    assert not (tmp_path / "out").exists()


def test_error_counts_in_the_body_alone_and_dice_above_the_threshold(tmp_path):
    truth = np.full((4, 4, 4), -1000.0)
    truth[:2] = 0.0
    truth[0] = 1000.0
    synthetic = truth + 100.0
    synthetic[3] = 500.0  # in the air
    assert absolute_error(truth, synthetic) == 100.0
    assert absolute_error(truth, synthetic, body=None) > 400.0
    assert threshold_dice(truth, truth, 300.0) == 1.0
    assert threshold_dice(truth, synthetic, 300.0) == pytest.approx(2 / 3)
    assert np.isnan(threshold_dice(truth, truth, 2000.0))
    with pytest.raises(ValueError, match="same shape"):
        absolute_error(truth, synthetic[1:])
    for name, voxels in (("truth", truth), ("synthetic", synthetic)):
        write_nifti(tmp_path / name / "a.nii", voxels.astype("float32"))
    result = run_here(
        "volume_scores",
        f"--truth={tmp_path / 'truth'}",
        f"--translated={tmp_path / 'synthetic'}",
    )
    assert "MAE 100.0 inside the body, Dice 0.667" in result.stdout
    write_nifti(
        tmp_path / "synthetic" / "a.nii", truth.astype("float32"), AFFINE
    )
    assert_one_line(
        run_here(
            "volume_scores",
            f"--truth={tmp_path / 'truth'}",
            f"--translated={tmp_path / 'synthetic'}",
        ),
        "lie alike",
    )
    assert NiftiVolume(tmp_path / "truth" / "a.nii").dtype == "float32"
