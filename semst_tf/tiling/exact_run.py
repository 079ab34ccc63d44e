"""A ResNet generator run tile by tile with the statistics of the whole."""

from semst_tf.layers.instance_normalization import InstanceNormalization
from semst_tf.layers.layer_sequence import LayerSequence
from semst_tf.tiling.boxes import cover
from semst_tf.tiling.feature_map import FeatureMap
from semst_tf.tiling.running_moments import RunningMoments
from semst_tf.tiling.shared_statistics import normalized_with
from semst_tf.tiling.shared_statistics import to_numpy

STRIDE = 4
"""Pixels of the image to one of the residual blocks."""

ENCODER_MARGIN = 12
"""Pixels around a tile that its encoding depends on, in whole strides."""

DECODER_MARGIN = 4
"""The same for decoding, in pixels of the residual blocks."""


class ExactRun:
    """Runs a generator over an image, layer by layer where it must.

    A normalisation needs the statistics of all of its inputs before its first
    output. Encoder and decoder are computed anew from their start, up to each
    of their few normalisations in turn; the residual blocks, at a quarter of
    the size, keep their maps in files. That is about half as much work again
    as one piece, and memory for a few tiles.

    Args:
        generator: `ResNetGenerator`.
        reader: `ImageReader` or `ReducedImageReader`.
        tile: int. Side of a tile, a multiple of 4.
        advance: Function that is called after each tile of each pass.
    """

    def __init__(self, generator, reader, tile, advance):
        self.generator = generator
        self.reader = reader
        self.tile = tile
        self.advance = advance
        self.statistics = {}
        self.encoder = generator.encoder
        self.blocks = generator.residual_blocks
        self.decoder = generator.decoder
        self._trunk = None

    def prepare(self):
        """Finds all statistics, and runs the residual blocks."""
        self._find_statistics(self.reader, self.encoder, ENCODER_MARGIN)
        self._trunk, middle, last = (self._map() for _ in range(3))
        for box, outputs in self._sweep(
            self.reader, self.encoder, ENCODER_MARGIN
        ):
            self._trunk.write(box, to_numpy(outputs))
        for block in self.blocks:
            self._run_block(block, middle, last)
        middle.close()
        last.close()
        self._find_statistics(self._trunk, self.decoder, DECODER_MARGIN)

    def find_moments(self, layer, layers):
        """Finds the statistics of a layer that follows the decoder.

        Args:
            layer: `InstanceNormalization`.
            layers: List of the layers from the last activation of the
                generator to it.
        """
        layers = self.decoder + layers
        self.statistics[layer] = self._moments(
            layer, self._trunk, layers, DECODER_MARGIN
        )

    def finish(self, function, multiple=1):
        """Applies a function to the last activation, tile by tile.

        Args:
            function: Function from a box of the image and the last
                activation in it to an array of the same height and width.
            multiple: int. Boxes begin and end at multiples of it, and reach
                at least as far beyond the tiles.

        Yields:
            Pairs (box, array `(1, rows, columns, channels)`).
        """
        margin = DECODER_MARGIN + self.generator.output_margin // STRIDE
        margin += multiple - 1
        margin = -(-margin // multiple) * multiple
        for core, outer in self._boxes(self._trunk, margin):
            hidden = self._run(self.decoder, self._trunk.read(outer))
            core, outer = core.scaled(STRIDE), outer.scaled(STRIDE)
            outputs = self._run(lambda x: function(outer, x), hidden)
            yield core, outputs[:, *core.inside(outer)]
            self.advance()

    def _map(self):
        channels = self.encoder_channels
        return FeatureMap(
            self.reader.height // STRIDE,
            self.reader.width // STRIDE,
            channels,
        )

    @property
    def encoder_channels(self):
        """Channels of the residual blocks."""
        return self.blocks[0].filters

    def _run_block(self, block, middle, last):
        stack = LayerSequence(block.stack)
        first, second = _normalizations(stack)
        self._store(self._trunk, stack[:first], middle, stack[first])
        self._store(middle, stack[first:second], last, stack[second])
        for box, outputs in self._sweep(last, stack[second:], 0):
            self._trunk.write(box, self._trunk.read(box) + to_numpy(outputs))

    def _store(self, source, layers, target, normalization):
        """Runs layers into a map and finds the statistics of it."""
        moments = RunningMoments()
        for box, outputs in self._sweep(source, layers, 1):
            _add(moments, normalization, outputs)
            target.write(box, to_numpy(outputs))
        self.statistics[normalization] = moments.result()

    def _find_statistics(self, source, layers, margin):
        for index in _normalizations(layers):
            self.statistics[layers[index]] = self._moments(
                layers[index], source, layers[:index], margin
            )

    def _moments(self, normalization, source, layers, margin):
        moments = RunningMoments()
        for _, outputs in self._sweep(source, layers, margin):
            _add(moments, normalization, outputs)
        return moments.result()

    def _sweep(self, source, layers, margin):
        """Runs layers over all tiles; yields boxes and outputs in them."""
        for core, outer in self._boxes(source, margin):
            outputs = self._run(layers, source.read(outer))
            scale = outputs.shape[1], outer.bottom - outer.top
            core, outer = core.scaled(*scale), outer.scaled(*scale)
            yield core, outputs[:, *core.inside(outer)]
            self.advance()

    def _boxes(self, source, margin):
        height, width = source.height, source.width
        tile = self.tile * height // self.reader.height
        for core in cover(height, width, tile):
            yield core, core.grown(margin, height, width)

    def _run(self, layers, inputs):
        return normalized_with(self.statistics, layers, inputs)


def passes(generator):
    """Returns how often `prepare` goes over all tiles of an image."""
    once = len(_normalizations(generator.encoder))
    once += len(_normalizations(generator.decoder))
    return once + 1 + 3 * len(generator.residual_blocks)


def _normalizations(layers):
    return [
        index
        for index, layer in enumerate(layers)
        if isinstance(layer, InstanceNormalization)
    ]


def _add(moments, normalization, outputs):
    mean, variance = normalization.moments(outputs)
    count = outputs.shape[1] * outputs.shape[2]
    moments.add(to_numpy(mean), to_numpy(variance), count)
