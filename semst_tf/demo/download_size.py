"""How much a visitor of a demo downloads."""

import gzip
import json
import pathlib
import typing

from semst_tf.demo.demo_folder import DESCRIPTION


class DownloadSize(typing.NamedTuple):
    """Bytes of a demo.

    Attributes:
        folder: int. All files.
        visit: int. What a browser loads until it shows its first
            translation, with the largest of the models.
        compressed: int. The same where the host compresses, as most do.
    """

    folder: int
    visit: int
    compressed: int

    def __str__(self):
        folder, visit, compressed = (f"{size / 1e6:.1f} MB" for size in self)
        return (
            f"{folder} in the folder; a browser loads {visit} until its first "
            f"translation, {compressed} where the host compresses"
        )


def download_size(folder):
    """Measures a demo.

    Args:
        folder: Path of a demo.

    Returns:
        `DownloadSize`.
    """
    folder = pathlib.Path(folder)
    described = json.loads((folder / DESCRIPTION).read_text("utf-8"))
    files = [folder / name for name in described["files"]]
    models = [folder / model["file"] for model in described["models"]]
    largest = max(models, key=lambda path: path.stat().st_size)
    # Of the two kinds of SIMD a browser loads one.
    left_out = {*models, *folder.glob("*/*_compat_*"), *folder.glob("*/*.txt")}
    if described["sample"]:
        left_out.add(folder / described["sample"]["file"])
    loaded = [path for path in files if path not in left_out] + [largest]
    contents = [path.read_bytes() for path in loaded]
    return DownloadSize(
        folder=sum(path.stat().st_size for path in files),
        visit=sum(map(len, contents)),
        compressed=sum(len(gzip.compress(content)) for content in contents),
    )
