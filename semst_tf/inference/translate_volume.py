"""Translating volumes slice by slice, and writing volumes again."""

import pathlib

import numpy as np

from semst_tf.data.channels import convert_channels
from semst_tf.data.channels import converted_channels
from semst_tf.data.image_files import printable
from semst_tf.data.image_files import read_image
from semst_tf.data.nifti_volume import is_nifti
from semst_tf.data.nifti_volume import write_nifti
from semst_tf.data.slice_planes import SlicePlane
from semst_tf.data.value_range import fits_dtype
from semst_tf.inference.translate import translate
from semst_tf.inference.translation_ranges import translation_ranges
from semst_tf.storage.atomic_files import replacing

VOLUME_TYPES = ("float32", "int16")
"""What the voxels of a translation can be."""


def translate_volume(
    translator,
    volume,
    output,
    value_range=None,
    plane=None,
    dtype="float32",
    mode="whole",
    tile=None,
    progress=lambda done, total: None,
):
    """Translates a volume slice by slice into a NIfTI file.

    The translation has the voxels, the affine and the header of its input;
    its description says that it is synthetic. One of a DICOM series is NIfTI
    too, so that no synthetic image carries a patient's DICOM header. Memory:
    the volume that is written, and what one slice takes.

    Args:
        translator: As for `translate`, with one output channel.
        volume: `semst_tf.data.volume.Volume`.
        output: Path that ends in `.nii` or `.nii.gz`; missing folders are
            made.
        value_range: As for `translate`.
        plane: str or `None`. What it is cut along. Defaults to `None`: what
            the translator was trained on, or `"axial"`.
        dtype: str. `"float32"`, or `"int16"`: rounded, as CT is stored.
            Defaults to `"float32"`.
        mode: str. As for `translate`.
        tile: int or `None`. As for `translate`.
        progress: Function called with (slices done, slices in all).

    Raises:
        OSError: If a slice cannot be opened, or the file not be written.
        ValueError: If the volume does not fit the translator, or cannot be
            read; nothing is written then.
    """
    check_volume(translator, volume, output, value_range, dtype)
    plane = plane or plane_of(translator)
    translated = np.empty(volume.shape, dtype)
    places = SlicePlane(volume.affine, plane).slices(translated)
    slices = volume.slices(plane)
    for place, one in zip(places, slices):
        image = read_image(one).astype("float32")
        image = convert_channels(image, translator.input_channels)
        values = translate(
            translator, image, value_range, mode=mode, tile=tile
        )[..., 0]
        place[...] = np.rint(values) if dtype == "int16" else values
        progress(one.number + 1, len(slices))
    output = pathlib.Path(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    like = volume.path if is_nifti(volume.path) else None
    with replacing(output) as unfinished:
        write_nifti(unfinished, translated, volume.affine, like)


def plane_of(translator):
    """The plane that a translator was trained on; axial where none is known."""
    return getattr(translator, "slice_plane", None) or "axial"


def check_volume(translator, volume, output, value_range=None, dtype="float32"):
    """Raises for a volume that could not be translated.

    Args:
        translator: As for `translate_volume`.
        volume: `Volume`.
        output: Path.
        value_range: As for `translate_volume`.
        dtype: str.

    Raises:
        ValueError: If the type is unknown, or channels, values or the name of
            the output do not fit.
    """
    name = printable(volume.path)
    if dtype not in VOLUME_TYPES:
        raise ValueError(
            f"A volume is written as {' or '.join(VOLUME_TYPES)}. "
            f"Received: {dtype!r}"
        )
    if not is_nifti(output):
        raise ValueError(
            "A translated volume is a file that ends in .nii or .nii.gz. "
            f"Received: {printable(output)}"
        )
    if (
        converted_channels(1, translator.input_channels) is None
        or translator.output_channels != 1
    ):
        raise ValueError(
            "A volume has one channel: it takes a model trained with "
            "generator.input_channels=1 and generator.output_channels=1. "
            f"Received: {name} for a model of {translator.input_channels} and "
            f"{translator.output_channels}"
        )
    trained = getattr(translator, "value_range", None)
    if value_range is None and trained is None:
        raise ValueError(
            "Values of volumes have no end of their own; say with "
            "`value_range` which stand for black and white, or train with "
            f"data.value_range. Received: {name}, value_range=None"
        )
    target = translation_ranges(translator, "float32", value_range).target
    if not fits_dtype(dtype, target):
        raise ValueError(
            f"{dtype} cannot hold the values of translations; write float32. "
            f"Received: values from {target[0]:g} to {target[1]:g}"
        )
