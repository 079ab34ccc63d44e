"""Which files are translated, and into which; no input is ever replaced."""

import os
import pathlib

from path_flags import found_paths


def planned_jobs(place, output):
    """Pairs every image with the file it becomes.

    Args:
        place: str. Image, folder or glob, as `--input` takes it.
        output: Path of the folder for translations.

    Returns:
        List of pairs of paths.

    Raises:
        ValueError: If there are no images, two would become one file, or
            an input would be replaced.
    """
    from semst_tf.data.heif_files import AVIF_SUFFIXES
    from semst_tf.data.heif_files import HEIF_SUFFIXES

    # A translated frame does not fit the 256 colours of a GIF; HEIC and AVIF
    # are read and not written.
    written_as_png = (".gif", *HEIF_SUFFIXES, *AVIF_SUFFIXES)
    root, images = found_images(place, output)
    jobs = []
    for image in images:
        place = output / image.relative_to(root)
        if place.suffix.lower() in written_as_png:
            place = place.with_suffix(".png")
        jobs.append((image, place))
    places = [place for _, place in jobs]
    refuse_equal(places)
    refuse_inputs(images, places)
    return jobs


def found_images(text, output):
    """Returns the folder that names are relative to, and the images.

    What earlier calls wrote into a folder inside the input is left out.
    """
    # Here: without it, nothing of this needs the package.
    from semst_tf.data import ImageCollection
    from semst_tf.data.ignored_files import describe_ignored
    from semst_tf.data.left_out_folders import describe_left_out

    path = pathlib.Path(text)
    if path.is_file():
        return path.parent, [path]
    if path.is_dir():
        if is_same_place(path, output):
            raise ValueError(
                "--output is the folder of --input; choose another one, which "
                f"may be inside it. Received: {output}"
            )
        collection = ImageCollection(path)
        if collection.volumes or collection.slides:
            raise ValueError(
                "--input holds volumes or slides, for translate.py. "
                f"Received: {path}"
            )
        root, images = path, collection.paths
        left_out = describe_ignored(collection.ignored)
        if not images:
            why = f"{left_out}. " if left_out else ""
            raise ValueError(f"--input holds no images. {why}Received: {path}")
        if left_out:
            print(f"note: {left_out}")
        if collection.left_out:
            print(f"note: {describe_left_out(collection.left_out)}")
    else:
        images = [name for name in found_paths(text) if name.is_file()]
        if not images:
            raise ValueError(f"--input finds no image. Received: {path}")
        root = common_folder(images)
    images = without_output(images, root, output)
    if not images:
        raise ValueError(f"--input holds no images. Received: {path}")
    return root, images


def without_output(images, root, output):
    """Leaves out what earlier calls wrote into a folder inside the input."""
    if is_same_place(root, output) or not is_inside(output, root):
        return images
    written = {
        folder
        for folder in {image.parent for image in images}
        if is_inside(folder, output)
    }
    kept = [p for p in images if p.parent not in written]
    if len(kept) < len(images):
        count = len(images) - len(kept)
        print(f"left out {count} images of --output, inside the input")
    return kept


def mark_output(place, jobs, output):
    """Marks an output inside its input, so that no data set takes it in.

    Args:
        place: str, as for `planned_jobs`.
        jobs: What `planned_jobs` returned.
        output: Path of the folder for translations.
    """
    from semst_tf.data.left_out_folders import mark_as_translations

    root = pathlib.Path(place)
    if not root.is_dir():
        root = common_folder([source for source, _ in jobs])
    if is_inside(output, root) and not is_same_place(output, root):
        mark_as_translations(output)


def common_folder(paths):
    """The deepest folder that all of these are in."""
    root = paths[0].parent
    while not all(path.parent.is_relative_to(root) for path in paths):
        root = root.parent
    return root


def is_same_place(path, other):
    """Whether two paths are one file or folder, by whatever names."""
    if path.exists() and other.exists():
        return os.path.samefile(path, other)
    return os.path.realpath(path) == os.path.realpath(other)


def is_inside(path, folder):
    """Whether a path is a folder, or in it, links being followed."""
    real = pathlib.Path(os.path.realpath(path))
    return any(
        is_same_place(parent, folder) for parent in (real, *real.parents)
    )


def refuse_equal(places):
    """Raises if two images would become one file."""
    seen = set()
    for place in places:
        if place in seen:
            raise ValueError(
                "Two images would become the same file (a .gif becomes a "
                f".png). Received: {place}"
            )
        seen.add(place)


def refuse_inputs(images, places):
    """Raises if an input would be replaced, by whatever name it goes."""
    inputs = {file_number(image) for image in images}
    for place in places:
        if place.exists() and file_number(place) in inputs:
            raise ValueError(
                "An input would be replaced by a translation; choose another "
                f"--output. Received: {place}"
            )


def file_number(path):
    """What links to a file, and names of it in other cases, share."""
    status = path.stat()
    return status.st_dev, status.st_ino


def refuse_existing(places):
    """Raises if anything would be overwritten, before anything is done."""
    existing = [place for place in places if place.exists()]
    if existing:
        raise ValueError(
            f"{len(existing)} of {len(places)} translations are there "
            "already; use another --output, or --overwrite. "
            f"Received: {existing[0]}"
        )
