"""The functions that a SavedModel offers."""

import contextlib
import functools

import tensorflow as tf

from semst_tf.export.half_weights import half_weights
from semst_tf.export.half_weights import with_weights
from semst_tf.export.pixels import check_batch
from semst_tf.export.pixels import check_unit_range
from semst_tf.export.pixels import decode
from semst_tf.export.pixels import from_unit_range
from semst_tf.export.pixels import require
from semst_tf.export.pixels import to_unit_range
from semst_tf.export.tiles import check_tiles
from semst_tf.export.tiles import translate_tiles
from semst_tf.export.translator import output_channels_of
from semst_tf.inference.translation_ranges import translation_ranges


class ExportModule(tf.Module):
    """Owns preprocessing, translation and postprocessing; one method each.

    Every method becomes a signature. Pixels of any height and width go in
    and come out; value range, padding, cropping and rounding are part of the
    graph. Input that cannot be translated raises
    `tf.errors.InvalidArgumentError` with a message that says what was wrong.

    Args:
        translator: Keras model, float32, with the attribute
            `input_channels`; its `value_range` and `target_value_range`, if
            any, become part of the graph.
        dtype: str. `"uint8"` or `"uint16"`, the pixels of `translate`,
            `translate_tiled` and of the PNG files.
        tile: int. Side in pixels of the tiles of `translate_tiled`.
        overlap: int. Pixels that neighbouring tiles share.
        precision: str. `"float32"` or `"float16"`: how weights are stored.
            Both compute in float32.
    """

    def __init__(
        self,
        translator,
        dtype="uint8",
        tile=512,
        overlap=128,
        precision="float32",
    ):
        super().__init__(name="translator")
        check_tiles(tile, overlap)
        self.dtype = dtype
        # As `translate` does it with what the model was trained with.
        self._ranges = translation_ranges(translator, dtype)
        self.tile = tile
        self.overlap = overlap
        self.input_channels = translator.input_channels
        self.output_channels = output_channels_of(translator)
        # Only the variables are tracked: a tracked Keras model would bring
        # its layers, traced calls and everything that hangs on them.
        if precision == "float16":
            self.weights = half_weights(translator)
            self._with_weights = functools.partial(
                with_weights, translator, self.weights
            )
        else:
            self.weights = [variable.value for variable in translator.variables]
            self._with_weights = contextlib.nullcontext

        def translate(images):
            with self._with_weights():
                return translator(images)

        # Traced once, and called by all signatures.
        self._translate = tf.function(
            translate,
            input_signature=[
                tf.TensorSpec(
                    (None, None, None, self.input_channels), tf.float32
                )
            ],
        )
        self._translate_tiles = functools.partial(translate_tiles, translator)

    def translate(self, images):
        """Integer pixels `(batch, height, width, channels)`, same out."""
        images = check_batch(images, self.input_channels)
        return {"images": self._translate_pixels(images)}

    def translate_float(self, images):
        """Float32 images in [-1, 1], same out."""
        images = check_batch(images, self.input_channels)
        images = check_unit_range(images)
        return {"images": self._translate(images)}

    def translate_tiled(self, images):
        """As `translate`, with the memory of one tile."""
        images = check_batch(images, self.input_channels)
        with self._with_weights():
            translated = self._translate_tiles(
                images,
                self.output_channels,
                self.tile,
                self.overlap,
                self._to_unit,
            )
        return {"images": self._from_unit(translated)}

    def translate_image_bytes(self, image_bytes):
        """A batch of whole files, of any sizes, to PNG files."""
        image_bytes = require(
            tf.size(image_bytes) > 0,
            "The batch holds no image.",
            tf.shape(image_bytes),
            image_bytes,
        )
        # One at a time: sizes differ, and so does the memory they need.
        # TF Serving encodes in base64 what is called *_bytes.
        return {
            "image_bytes": tf.map_fn(
                self._translate_file,
                image_bytes,
                parallel_iterations=1,
                fn_output_signature=tf.string,
            )
        }

    def signatures(self):
        """Returns the concrete functions by signature name.

        `translate_image_bytes` is missing where files cannot hold the
        channels: it takes images of 1 or 3 and gives 1 to 4.
        """
        pixels = self._images(self.dtype)
        functions = {
            "serving_default": (self.translate, pixels),
            "translate_float": (self.translate_float, self._images("float32")),
            "translate_tiled": (self.translate_tiled, pixels),
        }
        if self.input_channels in (1, 3) and self.output_channels <= 4:
            functions["translate_image_bytes"] = (
                self.translate_image_bytes,
                tf.TensorSpec((None,), tf.string, name="image_bytes"),
            )
        return {
            name: tf.function(
                method, input_signature=[spec]
            ).get_concrete_function()
            for name, (method, spec) in functions.items()
        }

    def _images(self, dtype):
        # Channels stay open, so that a wrong number reaches `check_batch`
        # and its message, from every client.
        return tf.TensorSpec((None,) * 4, tf.as_dtype(dtype), name="images")

    def _translate_pixels(self, images):
        return self._from_unit(self._translate(self._to_unit(images)))

    def _to_unit(self, images):
        return to_unit_range(images, self._ranges.source)

    def _from_unit(self, translated):
        return from_unit_range(translated, self.dtype, self._ranges.target)

    def _translate_file(self, contents):
        image = decode(contents, self.input_channels, self.dtype)
        translated = self._translate_pixels(image[None])[0]
        return tf.io.encode_png(translated)
