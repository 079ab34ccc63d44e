"""Which volumes are translated, and into which files."""

import pathlib

from path_flags import found_paths
from translation_jobs import refuse_equal
from translation_jobs import refuse_inputs

VOLUME_SUFFIXES = (".nii", ".nii.gz")


def is_volume_name(text):
    """Whether a name is that of one volume to write."""
    return text.lower().endswith(VOLUME_SUFFIXES)


def planned_volumes(place, output):
    """Pairs every volume with the file it becomes.

    Args:
        place: str. File, folder or glob, as `--input` takes it.
        output: Path: a file for one volume, or a folder.

    Returns:
        List of pairs of a `Volume` and a path; empty where the input holds
        no volumes.

    Raises:
        ValueError: If there are images beside volumes, several volumes for
            one file, or an input would be replaced.
    """
    from semst_tf.data.file_source import FileSource

    path = pathlib.Path(place)
    source = FileSource(path if path.exists() else found_paths(place))
    volumes = source.volumes
    is_file = is_volume_name(str(output))
    if not volumes:
        if is_file:
            raise ValueError(
                "--output is the name of one volume, and --input holds none. "
                f"Received: {place}"
            )
        return []
    if len(source) > sum(len(volume.slices()) for volume in volumes):
        raise ValueError(
            "--input holds volumes and images; translate one kind after the "
            f"other. Received: {place}"
        )
    if is_file and len(volumes) > 1:
        raise ValueError(
            f"--output is one file for {len(volumes)} volumes; name a folder. "
            f"Received: {output}"
        )
    if is_file:
        jobs = [(volumes[0], output)]
    else:
        root = path if path.is_dir() else common_folder(volumes)
        jobs = [(one, output / output_name(one, root)) for one in volumes]
    places = [place for _, place in jobs]
    refuse_equal(places)
    refuse_inputs([file for one in volumes for file in one.files], places)
    return jobs


def common_folder(volumes):
    """The deepest folder that all of these are in."""
    root = volumes[0].path.parent
    while not all(one.path.is_relative_to(root) for one in volumes):
        root = root.parent
    return root


def output_name(volume, root):
    """Name of a translation below the output; NIfTI for all formats."""
    relative = volume.path.relative_to(root)
    if is_volume_name(relative.name):
        return relative
    if volume.part:
        return relative / f"{volume.part}.nii.gz"
    name = relative.name or volume.path.resolve().name
    return relative.parent / f"{name}.nii.gz"
