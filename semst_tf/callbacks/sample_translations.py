"""The same images, translated again and again while training."""

import pathlib

import keras
import numpy as np

from semst_tf.data.image_files import write_image
from semst_tf.data.image_grid import image_grid
from semst_tf.data.value_range import to_bytes
from semst_tf.inference.kept_regions import all_with_kept
from semst_tf.inference.translate_within_memory import translate_within_memory
from semst_tf.inference.translation_ranges import translation_ranges
from semst_tf.ops.current_step import current_step
from semst_tf.storage.summary_writer import summary_writer

LARGEST_SAMPLE = 2**21
"""Pixels of a sample; of larger images the middle is shown."""


class SampleTranslations(keras.callbacks.Callback):
    """Writes a grid of fixed source images above their translations.

    Each grid is a PNG file named by its step, and a TensorBoard image. The
    end of the training always gets one. Samples are for looking: of an image
    of more than 2 million pixels the middle is translated, and in tiles what
    does not fit into memory.

    Args:
        images: List of arrays `(height, width, channels)`, of any
            sizes.
        folder: Path for the PNG files. Created if it is missing.
        every: int. Epochs between two grids. Defaults to `1`.
        tensorboard: Path of a TensorBoard log folder, or `None`.
        keep: List of the masks of what is kept of the images, as
            `semst_tf.data.KeepMasks` reads them, or `None`.

    Example:

    >>> model.fit(data, callbacks=[SampleTranslations(photos, "run/samples")])
    """

    def __init__(self, images, folder, every=1, tensorboard=None, keep=None):
        super().__init__()
        self.images = [_middle(image) for image in images]
        self.folder = pathlib.Path(folder)
        self.every = every
        self.tensorboard = tensorboard
        self.keep = None if keep is None else [_middle(mask) for mask in keep]
        self.translations = None  # The newest ones, as bytes.
        self._written_step = None

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every == 0:
            self.write()

    def on_train_end(self, logs=None):
        if current_step(self.model) != self._written_step:
            self.write()

    def write(self):
        """Translates the images with the model as it is now."""
        step = current_step(self.model)
        self._written_step = step
        translations = all_with_kept(
            translate_within_memory(self.model, self.images),
            self.images,
            self.keep,
        )
        self.translations = [self.shown(i, "target") for i in translations]
        sources = [self.shown(image, "source") for image in self.images]
        grid = image_grid([sources, self.translations])
        self.folder.mkdir(parents=True, exist_ok=True)
        write_image(self.folder / f"step_{step:08d}.png", grid)
        if self.tensorboard is not None:
            self._summarise(grid, step)

    def shown(self, image, domain):
        """An image of `"source"` or `"target"` as bytes, of any values."""
        translator = getattr(self.model, "translator", None)
        ranges = translation_ranges(translator, image.dtype)
        return to_bytes(image, getattr(ranges, domain))

    def _summarise(self, grid, step):
        writer = summary_writer(self.tensorboard)
        if writer is None:
            return
        import tensorflow as tf

        with writer.as_default(step):
            tf.summary.image("source_above_translation", grid[np.newaxis])
        writer.close()


def _middle(image):
    """The middle of an image that is too large, of the same aspect."""
    height, width = image.shape[:2]
    share = (LARGEST_SAMPLE / (height * width)) ** 0.5
    if share >= 1:
        return image
    rows, columns = max(1, int(height * share)), max(1, int(width * share))
    top, left = (height - rows) // 2, (width - columns) // 2
    return image[top : top + rows, left : left + columns].copy()
