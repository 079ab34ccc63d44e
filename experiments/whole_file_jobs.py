"""Which volumes and slides are translated, and into which files."""

import pathlib

from path_flags import found_paths
from translation_jobs import refuse_equal
from translation_jobs import refuse_inputs

VOLUME_SUFFIXES = (".nii", ".nii.gz")
SLIDE_SUFFIXES = (".ome.tif", ".ome.tiff")


def names_a_file(text):
    """Whether an output is the name of one volume or slide to write."""
    return text.lower().endswith((*VOLUME_SUFFIXES, *SLIDE_SUFFIXES))


def planned_whole_files(place, output):
    """Pairs every volume and every slide with the file it becomes.

    Args:
        place: str. File, folder or glob, as `--input` takes it.
        output: Path: a file for one volume or slide, or a folder.

    Returns:
        Two lists of pairs, of a `Volume` or a `SlideFile` and a path; one of
        them or both are empty.

    Raises:
        ValueError: If there are other images beside them, several for one
            file, or an input would be replaced.
    """
    from semst_tf.data.file_source import FileSource
    from semst_tf.data.image_files import read_header

    path = pathlib.Path(place)
    source = FileSource(path if path.exists() else found_paths(place))
    volumes, slides = source.volumes, source.slides
    wholes = volumes + slides
    is_file = names_a_file(str(output))
    if not wholes:
        if is_file:
            if path.is_file():
                read_header(path)  # What is damaged says so itself.
            raise ValueError(
                "--output is the name of one volume or slide, and --input "
                "holds none: NIfTI or DICOM; .svs, .ndpi, .scn, .bif, or an "
                f".ome.tif of several levels. Received: {place}"
            )
        return [], []
    if (volumes and slides) or source.others:
        raise ValueError(
            "--input holds images of several kinds (volumes, slides, others); "
            f"translate one kind after the other. Received: {place}"
        )
    if is_file and len(wholes) > 1:
        raise ValueError(
            f"--output is one file for {len(wholes)} of them; name a folder. "
            f"Received: {output}"
        )
    if is_file:
        jobs = [(wholes[0], output)]
    else:
        root = path if path.is_dir() else common_folder(wholes)
        name = volume_name if volumes else slide_name
        jobs = [(one, output / name(one, root)) for one in wholes]
    places = [place for _, place in jobs]
    refuse_equal(places)
    refuse_inputs([file for one in wholes for file in one.files], places)
    return (jobs, []) if volumes else ([], jobs)


def common_folder(wholes):
    """The deepest folder that all of these are in."""
    root = wholes[0].path.parent
    while not all(one.path.is_relative_to(root) for one in wholes):
        root = root.parent
    return root


def volume_name(volume, root):
    """Name of a translation below the output; NIfTI for all formats."""
    relative = volume.path.relative_to(root)
    if relative.name.lower().endswith(VOLUME_SUFFIXES):
        return relative
    if volume.part:
        return relative / f"{volume.part}.nii.gz"
    name = relative.name or volume.path.resolve().name
    return relative.parent / f"{name}.nii.gz"


def slide_name(slide, root):
    """Name of a translation below the output; OME-TIFF for all formats."""
    from semst_tf.data.slide_file import without_slide_suffix

    relative = slide.path.relative_to(root)
    return relative.with_name(
        f"{without_slide_suffix(relative.name)}{SLIDE_SUFFIXES[0]}"
    )
