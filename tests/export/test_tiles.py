import numpy as np
import pytest
import tensorflow as tf

from semst_tf.export.graph_image_reader import GraphImageReader
from semst_tf.export.tiles import _sample as shared_pieces
from semst_tf.export.tiles import translate_tiles
from semst_tf.inference.translate import translate
from semst_tf.networks import ResNetGenerator
from semst_tf.tiling.image_reader import ImageReader
from semst_tf.tiling.shared_statistics import sample


def tiled(function, images, channels, tile, overlap):
    run = tf.function(
        lambda x: translate_tiles(function, x, channels, tile, overlap),
        input_signature=[
            tf.TensorSpec((None, None, None, images.shape[-1]), tf.float32)
        ],
    )
    return run(tf.constant(images)).numpy()


@pytest.mark.parametrize(
    "size, tile, overlap",
    [
        ((1, 1), 8, 2),
        ((8, 8), 8, 2),
        ((9, 30), 8, 2),
        ((31, 17), 8, 0),
        ((20, 21), 8, 7),
        ((5, 40), 16, 6),
    ],
)
def test_identity_network_reproduces_the_image(size, tile, overlap):
    images = np.random.default_rng(0).uniform(-1, 1, (2, *size, 3))
    images = images.astype("float32")
    merged = tiled(lambda x: x, images, 3, tile, overlap)
    np.testing.assert_allclose(merged, images, atol=1e-5)


def test_batch_and_channels_are_not_mixed():
    images = np.random.default_rng(1).uniform(-1, 1, (3, 11, 13, 2))
    images = images.astype("float32")
    merged = tiled(lambda x: x[..., ::-1][..., :1], images, 1, 6, 2)
    np.testing.assert_allclose(merged, images[..., 1:], atol=1e-5)


def test_tiles_are_blended_not_butted():
    tiles = []

    def number(x):
        tiles.append(None)
        return tf.fill(tf.shape(x), tf.reduce_mean(x))

    ramp = np.linspace(-1, 1, 40, dtype="float32")[None, None, :, None]
    merged = tiled(number, np.tile(ramp, (1, 8, 1, 1)), 1, 16, 8)[0, 0, :, 0]
    butted = tiled(number, np.tile(ramp, (1, 8, 1, 1)), 1, 16, 0)[0, 0, :, 0]
    assert np.abs(np.diff(merged)).max() < 0.5 * np.abs(np.diff(butted)).max()


def test_small_image_is_one_piece(loaded, network, image):
    image = image[:12, :16]  # no larger than the tiles of 16
    translated = loaded.signatures["translate_tiled"](
        images=tf.constant(image[None])
    )["images"][0]
    expected = translate(network, image).astype(int)
    assert np.abs(translated.numpy() - expected).max() <= 1


def test_tiles_are_normalised_with_the_whole_image(loaded, network, image):
    translated = loaded.signatures["translate_tiled"](
        images=tf.constant(image[None])
    )["images"][0].numpy()
    assert translated.shape == image.shape
    corner = translated[:8, :8].astype(int)  # Of the first tile alone.
    whole = translate(network, image)[:8, :8]
    alone = translate(network, image[:16, :16])[:8, :8]
    assert np.abs(corner - whole).mean() < np.abs(corner - alone).mean()


def test_pieces_are_those_of_the_python_modes():
    image = np.arange(1100 * 532, dtype="float32").reshape(1100, 532, 1)
    reader = ImageReader(image / image.max(), (-1, 1), 4, 8)
    run = tf.function(
        lambda x: shared_pieces(GraphImageReader(x[0], 4, 8, tf.identity)),
        input_signature=[tf.TensorSpec((None, None, None, 1), tf.float32)],
    )
    pieces = run(reader.pixels[None]).numpy()
    np.testing.assert_allclose(pieces, sample(reader), atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (3000, 1)])
def test_odd_shapes_are_translated_in_tiles(loaded, size):
    images = tf.zeros((1, *size, 3), tf.uint8)
    translated = loaded.signatures["translate_tiled"](images=images)["images"]
    assert translated.shape == images.shape


def test_one_tile_that_holds_each_image_is_one_piece():
    network = ResNetGenerator(4, 1, seed=0)
    images = np.random.default_rng(2).uniform(-1, 1, (2, 21, 34, 3))
    images = images.astype("float32") * [[[[0.1]]], [[[1.0]]]]
    images = images.astype("float32")
    whole = np.asarray(network(images))
    np.testing.assert_allclose(
        tiled(network, images, 3, 64, 16), whole, atol=1e-5
    )
