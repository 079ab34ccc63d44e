"""Slices of NIfTI and DICOM volumes as images."""

import sys

import numpy as np
import pytest
from volume_files import write_nifti
from volume_files import write_series

from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler
from semst_tf.data import UnreadableImageError
from semst_tf.data import check_images
from semst_tf.data.dicom_series import is_dicom
from semst_tf.data.file_source import FileSource
from semst_tf.data.slice_planes import PLANES
from semst_tf.data.slice_planes import SlicePlane
from semst_tf.data.volume import voxel_dtype

pytest.importorskip("nibabel")
pytest.importorskip("pydicom")

SHAPE = (5, 7, 4)  # right, front, up


def random_voxels(shape=SHAPE, low=-1000, high=2000, dtype="int16"):
    return np.random.default_rng(0).integers(low, high, shape).astype(dtype)


def rotated_affine():
    """Stored along up, left, front; slightly oblique."""
    affine = np.eye(4)
    affine[:3, :3] = [[0.0, -2.0, 0.1], [0.2, 0.0, 2.0], [3.0, 0.0, 0.0]]
    return affine


@pytest.mark.parametrize("plane", PLANES)
def test_slices_are_turned_upright_and_back_whatever_the_scanner_stored(plane):
    world = random_voxels()
    stored = np.transpose(world[::-1], (2, 0, 1))  # up, left, front
    for voxels, affine in ((world, np.eye(4)), (stored, rotated_affine())):
        cut = SlicePlane(affine, plane)
        slices = cut.slices(voxels)
        assert slices.shape == cut.size(voxels.shape)
        np.testing.assert_array_equal(cut.voxels(slices), voxels)
        expected = {
            "axial": world[::-1, ::-1].transpose(2, 1, 0),
            "coronal": world[::-1, :, ::-1].transpose(1, 2, 0),
            "sagittal": world[:, ::-1, ::-1].transpose(0, 2, 1),
        }[plane]
        np.testing.assert_array_equal(slices, expected)
        for number in range(len(slices)):
            index = cut.stored_index(number, voxels.shape)
            np.testing.assert_array_equal(
                cut.upright(voxels[index]), slices[number]
            )


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_every_slice_of_a_nifti_file_is_an_image(tmp_path, suffix):
    voxels = random_voxels()
    write_nifti(tmp_path / "mr" / f"a{suffix}", voxels)
    images = ImageCollection(tmp_path / "mr", channels=1)
    assert len(images) == 4
    assert images.header(0).dtype == "int16"
    loaded = np.stack([images.load(i)[..., 0] for i in range(4)])
    np.testing.assert_array_equal(loaded, SlicePlane(np.eye(4)).slices(voxels))
    assert images.relative_names[3] == "a/slice_0003"
    assert "axial slice 3" in images.name(3)
    side = ImageCollection(tmp_path / "mr", slice_plane="sagittal")
    assert (len(side), side.load(0).shape) == (5, (4, 7, 1))


def test_scaled_integers_become_floats_and_unscaled_ones_stay(tmp_path):
    voxels = random_voxels(dtype="int16")
    path = write_nifti(tmp_path / "a.nii", voxels, slope=0.5, intercept=3.0)
    image = ImageCollection(path).load(0)
    assert image.dtype == np.float32
    stored = SlicePlane(np.eye(4)).slices(voxels)[0]
    np.testing.assert_allclose(image[..., 0], stored * 0.5 + 3)
    assert voxel_dtype("uint16", 1, -1024) == "int32"
    assert voxel_dtype("int16", 1, 0) == "int16"
    assert voxel_dtype("int64") == "float32"


def test_dicom_slices_are_in_order_of_position_and_in_hounsfield_units(
    tmp_path,
):
    slices = random_voxels((5, 6, 7), 0, 4000, "uint16")
    write_series(tmp_path / "patient" / "ct", slices)
    images = ImageCollection(tmp_path, value_range=(-1000, 2000))
    assert [images.load(i).dtype.name for i in range(5)] == ["int16"] * 5
    for number in range(5):
        np.testing.assert_array_equal(
            images.load(number)[..., 0], slices[number].astype(int) - 1024
        )
    assert images.relative_names[4] == "patient/ct/slice_0004"
    (volume,) = images.volumes
    np.testing.assert_allclose(np.abs(np.diag(volume.affine)), [1.5, 2, 3, 1])
    # The very voxels of a NIfTI file that lies alike.
    write_nifti(tmp_path / "n" / "a.nii", volume.voxels(), volume.affine)
    again = ImageCollection(tmp_path / "n", slice_plane="coronal")
    coronal = ImageCollection(tmp_path / "patient", slice_plane="coronal")
    for number in range(len(coronal)):
        np.testing.assert_array_equal(again.load(number), coronal.load(number))


def test_two_series_of_a_folder_are_two_volumes(tmp_path):
    for series in "12":
        write_series(
            tmp_path, random_voxels((2, 6, 6), 0, 99, "uint16"), series=series
        )
    names = ImageCollection(tmp_path).relative_names
    assert len(set(names)) == 4
    assert names[0] == "series_0/slice_0000"


def test_files_without_a_suffix_are_recognised_by_their_content(tmp_path):
    write_series(tmp_path / "s", random_voxels((1, 6, 6), 0, 99, "uint16"))
    (file,) = (tmp_path / "s").iterdir()
    bare = file.rename(tmp_path / "s" / "1.2.840.3")
    assert is_dicom(bare)
    assert len(ImageCollection(tmp_path / "s")) == 1
    other = tmp_path / "notes"
    other.write_text("no DICOM")
    assert not is_dicom(other)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"leave_out": (2,)}, ("slices are missing", "6 mm", "3 mm")),
        (
            {"Rows": lambda n: 6 if n else 5},
            ("different shapes", "5x7", "6x7"),
        ),
        (
            {"ImagePositionPatient": lambda n: [0, 0, 3 * min(n, 3)]},
            ("same place",),
        ),
        (
            {
                "ImageOrientationPatient": lambda n: (
                    [1, 0, 0, 0, 1, 0] if n else [1, 0, 0, 0, 0, 1]
                )
            },
            ("differ in ImageOrientationPatient",),
        ),
        ({"NumberOfFrames": lambda n: 8}, ("several frames", "dcm2niix")),
        (
            {"ImagePositionPatient": lambda n: [0, 3 * n]},
            ("has 2 numbers and not 3", ".dcm"),
        ),
    ],
)
def test_a_series_that_is_no_volume_is_refused_in_one_line(
    tmp_path, change, words
):
    slices = random_voxels((5, 6, 7), 0, 4000, "uint16")
    write_series(tmp_path / "ct", slices, **change)
    with pytest.raises(UnreadableImageError) as raised:
        ImageCollection(tmp_path / "ct")
    assert "\n" not in str(raised.value)
    for word in (*words, "Can't read", "ct"):
        assert word in str(raised.value)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_a_truncated_volume_is_found_before_training(tmp_path, suffix):
    voxels = random_voxels((16, 16, 40))
    path = write_nifti(tmp_path / "a" / f"a{suffix}", voxels)
    write_nifti(tmp_path / "b" / "b.nii", voxels[::-1])
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(ValueError, match="truncated|ended|not a NIfTI"):
        ranges = {"value_range": (-1000, 2000)}
        check_images(
            ImageCollection(tmp_path / "a", **ranges),
            ImageCollection(tmp_path / "b", **ranges),
        ).raise_for_problems()


def test_four_dimensions_are_refused_unless_the_last_is_one(tmp_path):
    voxels = random_voxels()
    path = write_nifti(tmp_path / "a.nii.gz", voxels[..., None])
    assert ImageCollection(path).load(0).shape == (7, 5, 1)
    path = write_nifti(
        tmp_path / "b.nii.gz", np.stack([voxels, voxels], axis=-1)
    )
    with pytest.raises(UnreadableImageError, match="three dimensions"):
        ImageCollection(path)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_an_affine_without_directions_is_told_with_its_file(tmp_path, value):
    voxels = np.zeros((3, 4, 5), "int16")
    path = write_nifti(tmp_path / "a.nii", voxels)
    content = bytearray(path.read_bytes())
    content[254:256] = np.int16(1).tobytes()  # sform_code
    content[280:328] = np.full(12, value, "float32").tobytes()  # srow_x, y, z
    path.write_bytes(content)
    with pytest.raises(UnreadableImageError, match="a.nii.*not 0"):
        ImageCollection(tmp_path)


def test_missing_packages_are_named_with_their_extra(tmp_path, monkeypatch):
    write_nifti(tmp_path / "n" / "a.nii", random_voxels())
    write_series(tmp_path / "d", random_voxels((2, 6, 6), 0, 99, "uint16"))
    for package, folder in (("nibabel", "n"), ("pydicom", "d")):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(UnreadableImageError, match="semst-tf.medical"):
            FileSource(tmp_path / folder)


def test_training_draws_crops_of_slices_in_the_stated_range(tmp_path):
    voxels = random_voxels((16, 16, 3))
    write_nifti(tmp_path / "a" / "a.nii.gz", voxels)
    write_nifti(tmp_path / "b" / "b.nii.gz", voxels + 1)
    images = [
        ImageCollection(tmp_path / name, value_range=(-1000, 1000))
        for name in "ab"
    ]
    report = check_images(*images, crop_size=8)
    assert report.problems == []
    crop = UnpairedSampler(*images, crop_size=8).crop("source", 0)
    assert crop.shape == (8, 8, 1)
    assert -1 <= crop.min() and crop.max() == 1
