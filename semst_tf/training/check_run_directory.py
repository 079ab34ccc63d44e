"""Whether a training may write into a directory."""

import os

_WRITTEN = ("index.html", "metrics.json", "model.keras", "best.keras")
"""Files that a training replaces, in the order of their likelihood."""


def check_run_directory(workdir, source, target):
    """Raises where a training would replace what is none of its own.

    Args:
        workdir: `pathlib.Path`, which need not exist.
        source: `ImageCollection` of source images.
        target: `ImageCollection` of target images.

    Raises:
        ValueError: If it is a folder of images, or not that of a training
            and holds files of the names that a training writes.
    """
    for name, images in (("source", source), ("target", target)):
        if os.path.realpath(workdir) in images.identity()[0]:
            raise ValueError(
                f"The run directory is the folder of the {name} images; use "
                f"another one, which may be inside it. Received: {workdir}"
            )
    if (workdir / "config.json").exists():
        return  # What it describes is compared.
    others = [name for name in _WRITTEN if (workdir / name).exists()]
    if others:
        raise ValueError(
            "This directory holds no training, and files that a training "
            f"would replace; use another one. Received: {workdir} with "
            f"{', '.join(others)}"
        )
