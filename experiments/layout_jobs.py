"""Data sets translated in the layout that they came in."""

import os
import pathlib
import shutil

from translation_jobs import is_inside


def planned_layout(place, layout, output):
    """Pairs the images of a data set with what they become.

    Args:
        place: str. Folder of the data set.
        layout: str. Name of its layout.
        output: Path of the folder for the translated data set.

    Returns:
        List of pairs of paths, and the `LayoutFiles`.

    Raises:
        ValueError: If the folder is not laid out so, or one of the folders
            is inside the other.
    """
    from semst_tf.data.layouts import find_layout

    root = pathlib.Path(place)
    if not root.is_dir():
        raise ValueError(
            f"--layout takes the folder of a data set. Received: {place}"
        )
    if is_inside(output, root) or is_inside(root, output):
        raise ValueError(
            "A data set is translated into a folder beside it. "
            f"Received: --input={place} --output={output}"
        )
    files = find_layout(root, layout)
    return [(root / name, output / name) for name in files.images], files


def note_missing_labels(files):
    """Prints how many images have no label, if any."""
    missing = [
        image for image, label in zip(files.images, files.labels) if not label
    ]
    if missing:
        print(
            f"note: {len(missing)} of {len(files.images)} images have no "
            f"label, such as {missing[0]}"
        )


def carry_over(files, output, link, overwrite):
    """Copies or links all files of a data set that are no images of it.

    Args:
        files: `LayoutFiles`.
        output: Path of the translated data set.
        link: bool. Whether to make symbolic links instead of copies.
        overwrite: bool. Whether to replace what is there.

    Returns:
        int. Files carried over.
    """
    for name in files.others:
        source, target = files.root / name, output / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            if not overwrite:
                continue
            target.unlink()
        if link:
            target.symlink_to(source.resolve())
        else:
            shutil.copy2(source, target)
    return len(files.others)
