"""What a server must survive: every answer says what was wrong."""

import numpy as np
import psutil
import pytest
import tensorflow as tf
from encoded_images import encoded

IMAGE = np.random.default_rng(0).integers(0, 256, (12, 17, 3), "uint8")
GOOD = encoded(IMAGE)
BAD_FILES = {
    "empty string": (b"", "an empty string"),
    "text": (b"not an image at all", "Unknown image file format"),
    "truncated JPEG": (encoded(IMAGE, "JPEG")[:400], "Invalid JPEG"),
    "truncated PNG": (GOOD[:300], "Invalid PNG"),
    "grey": (encoded(IMAGE[..., :1]), "images of 3 channels"),
}
BAD_PIXELS = {
    "no image": ((0, 8, 8, 3), "no image"),
    "no pixels": ((1, 0, 8, 3), "no image"),
    "grey": ((1, 8, 8, 1), "images of 3 channels"),
    "alpha": ((1, 8, 8, 4), "images of 3 channels"),
}


def translate_files(loaded, files):
    files = tf.constant(files, tf.string, shape=(len(files),))
    signature = loaded.signatures["translate_image_bytes"]
    return signature(image_bytes=files)["image_bytes"].numpy()


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_file_is_named_and_the_next_request_works(loaded, case):
    file, message = BAD_FILES[case]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        translate_files(loaded, [GOOD, file])
    assert len(translate_files(loaded, [GOOD])) == 1


def test_empty_batch_of_files(loaded):
    with pytest.raises(tf.errors.InvalidArgumentError, match="no image"):
        translate_files(loaded, [])


@pytest.mark.parametrize("name", ["serving_default", "translate_tiled"])
@pytest.mark.parametrize("case", BAD_PIXELS)
def test_bad_pixels_are_named(loaded, name, case):
    shape, message = BAD_PIXELS[case]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        loaded.signatures[name](images=tf.zeros(shape, tf.uint8))


@pytest.mark.parametrize("value", [np.nan, np.inf, -3.0, 255.0])
def test_floats_beyond_the_range(loaded, value):
    images = np.zeros((1, 8, 8, 3), "float32")
    images[0, 3, 4, 1] = value
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[-1, 1\]"):
        loaded.signatures["translate_float"](images=tf.constant(images))


@pytest.mark.parametrize("size", [(1, 1), (20000, 1), (1, 20000)])
def test_odd_shapes_are_translated(loaded, size):
    image = np.zeros((*size, 3), "uint8")
    (answer,) = translate_files(loaded, [encoded(image)])
    assert tf.io.decode_png(answer).shape == image.shape


def test_memory_does_not_grow(loaded):
    """A thousand requests; the first hundred fill pools and caches."""
    files = [file for file, _ in BAD_FILES.values()]
    process = psutil.Process()
    for number in range(1000):
        if number == 100:
            before = process.memory_info().rss
        if number % 2:
            translate_files(loaded, [GOOD])
        else:
            with pytest.raises(tf.errors.InvalidArgumentError):
                translate_files(loaded, [files[number // 2 % len(files)]])
    grown = process.memory_info().rss - before
    # Keeping one 1 KiB message a request would not show, a tensor would.
    assert grown < 24 * 2**20, f"{grown / 2**20:.1f} MiB"
