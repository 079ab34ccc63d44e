"""Volumes for tests: NIfTI files and DICOM series."""

import numpy as np

UID = "1.2.826.0.1.3680043.8.498."


def write_nifti(path, voxels, affine=None, slope=None, intercept=None):
    """Writes a NIfTI file and returns its path."""
    import nibabel

    path.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([2.0, 2.0, 3.0, 1.0]) if affine is None else affine
    image = nibabel.Nifti1Image(voxels, affine)
    if slope is not None:
        image.header.set_slope_inter(slope, intercept)
    image.header["descrip"] = b"a scanner"
    image.header.set_xyzt_units("mm", "sec")
    image.to_filename(path)
    return path


def write_series(folder, slices, spacing=3.0, series="1", leave_out=(), **tags):
    """Writes a DICOM series, head first, its files in a shuffled order.

    Args:
        folder: Path.
        slices: uint16 array `(slices, rows, columns)`; stored with the rescale
            intercept -1024.
        spacing: float. Distance of slices.
        series: str. What tells series apart.
        leave_out: Numbers of slices that are not written.
        **tags: Other values of tags, functions of the number of the slice.
    """
    import pydicom
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    folder.mkdir(parents=True, exist_ok=True)
    for number, pixels in enumerate(slices):
        if number in leave_out:
            continue
        file = pydicom.Dataset()
        file.file_meta = FileMetaDataset()
        file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        file.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        file.file_meta.MediaStorageSOPInstanceUID = f"{UID}{series}.{number}"
        file.SOPClassUID = file.file_meta.MediaStorageSOPClassUID
        file.SOPInstanceUID = file.file_meta.MediaStorageSOPInstanceUID
        file.SeriesInstanceUID = f"{UID}{series}"
        file.PatientName = "Phantom"
        file.Modality = "CT"
        file.Rows, file.Columns = pixels.shape
        file.SamplesPerPixel = 1
        file.PhotometricInterpretation = "MONOCHROME2"
        file.BitsAllocated, file.BitsStored, file.HighBit = 16, 12, 11
        file.PixelRepresentation = 0
        file.RescaleSlope, file.RescaleIntercept = 1, -1024
        file.PixelSpacing = [2.0, 1.5]
        file.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        file.ImagePositionPatient = [-10.0, -20.0, number * spacing]
        for name, value in tags.items():
            setattr(file, name, value(number))
        file.PixelData = pixels.astype("<u2").tobytes()
        name = f"{(number * 7) % 11:02}{number}{series}.dcm"
        file.save_as(folder / name, enforce_file_format=True)
    return folder
