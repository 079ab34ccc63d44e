"""The translations of a teacher, made once and kept."""

import hashlib
import math
import os
import pathlib
import shutil

import numpy as np

from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.image_files import write_image
from semst_tf.distillation.teacher_identity import images_identity
from semst_tf.distillation.teacher_identity import teacher_identity
from semst_tf.inference.translate import fits_whole
from semst_tf.inference.translate import translate
from semst_tf.storage.atomic_files import remove_unfinished
from semst_tf.storage.atomic_files import write_json
from semst_tf.storage.sole_writer import sole_writer
from semst_tf.tiling.exact import can_run_exactly

_SPARE = 1.1
"""Of the disk that noise needs, what file systems add."""


class TeacherImages:
    """What a teacher makes of the source images of a training.

    They lie in a folder whose name is a hash of the teacher and of the source
    images, so that another training of the same finds them and one of
    something else does not. Images that are there are not made again; a
    process that was killed left whole ones.

    Args:
        teacher: What `semst_tf.load_translator` returns.
        source: `ImageCollection` of the images that it translates.
        cache: Path of the folder of such folders. Made when it is needed.

    Raises:
        ValueError: If the teacher translates images of other channels.

    Example:

    ```python
    images = TeacherImages(teacher, ImageCollection("game"), "cache")
    print(images)
    images.make()
    collection = images.collection()
    ```
    """

    def __init__(self, teacher, source, cache):
        if teacher.input_channels != source.channels:
            raise ValueError(
                "The teacher translates images of "
                f"{teacher.input_channels} channels; set "
                "`generator.input_channels` to it, or take another teacher. "
                f"Received: source images of {source.channels} channels"
            )
        self.teacher = teacher
        self.source = source
        self.cache = pathlib.Path(cache)
        both = teacher_identity(teacher) + images_identity(source)
        digest = hashlib.sha256(both.encode()).hexdigest()
        self.folder = self.cache / digest[:16]

    def __str__(self):
        missing = self.missing()
        made = len(self.source) - len(missing)
        return (
            f"teacher: {len(missing):,} images to translate, {made:,} are "
            f"there; they need up to {_gigabytes(self.needed_bytes())} in "
            f"{self.folder}, {_gigabytes(self.free_bytes())} are free"
        )

    def missing(self):
        """Returns the positions of the images that are still to be made."""
        return [
            index
            for index in range(len(self.source))
            if not self.path(index).exists()
        ]

    def path(self, index):
        """Returns the path of a translation.

        Args:
            index: int. Position of its image in the source.

        Returns:
            `pathlib.Path`: PNG where that can hold it, else NPY.
        """
        header = self.source.header(index)
        small = header.dtype in ("uint8", "uint16")
        png = small and self.teacher.output_channels in (1, 3)
        return self.folder / f"{index:07}{'.png' if png else '.npy'}"

    def needed_bytes(self):
        """Returns the disk that missing translations need at most, in bytes."""
        total = 0
        for index in self.missing():
            header = self.source.header(index)
            pixels = header.height * header.width
            size = np.dtype(header.dtype).itemsize
            total += pixels * size * self.teacher.output_channels
        return math.ceil(_SPARE * total)

    def free_bytes(self):
        """Returns what is free on the disk of the cache, in bytes."""
        place = self.cache.absolute()
        while not place.exists():
            place = place.parent
        return shutil.disk_usage(place).free

    def make(self, progress=None):
        """Translates what is missing.

        Args:
            progress: Function of what is done and of all there is to do, or
                `None`.

        Raises:
            OSError: If the disk is full.
            ValueError: If it would be, an image cannot be read, or another
                process is translating them. What was made until then is kept.
        """
        if not self.missing():
            return
        with sole_writer(self.folder):
            self._make(self.missing(), progress)

    def _make(self, missing, progress):
        needed, free = self.needed_bytes(), self.free_bytes()
        if needed > free:
            raise ValueError(
                "The translations of the teacher do not fit on the disk; "
                "choose another place for them. Received: "
                f"{_gigabytes(needed)} for {self.folder}, "
                f"{_gigabytes(free)} free"
            )
        for done, index in enumerate(missing):
            translation = self._translated(self.source.decode(index))
            if not done:
                # Not before: a teacher that cannot do it leaves nothing.
                self._begin_folder()
            write_image(self.path(index), translation)
            if progress is not None:
                progress(done + 1, len(missing))

    def collection(self, **options):
        """Returns the translations, in the order of the source images.

        Args:
            **options: Arguments of `ImageCollection`.

        Returns:
            `ImageCollection`.
        """
        paths = [self.path(index) for index in range(len(self.source))]
        return ImageCollection(paths, **options)

    def _begin_folder(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_unfinished(self.folder)
        write_json(
            self.folder / "about.json",
            {
                "source": self.source.description,
                "images": len(self.source),
                "names": [
                    os.fsencode(name).decode("utf-8", "replace")
                    for name in self.source.relative_names
                ],
            },
        )

    def _translated(self, image):
        mode = "whole"
        if not fits_whole(self.teacher, image.shape):
            exact = can_run_exactly(self.teacher)
            mode = "exact_tiled" if exact else "tiled"
        value_range = None
        if getattr(self.teacher, "value_range", None) is None:
            value_range = self.source.value_range
        return translate(self.teacher, image, value_range, mode=mode)


def _gigabytes(count):
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
