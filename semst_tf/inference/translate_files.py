"""Reads, translates and writes image files at the same time."""

import collections
from concurrent.futures import ThreadPoolExecutor

from semst_tf.data.channels import convert_channels
from semst_tf.data.georeference import emptied
from semst_tf.data.georeference import nodata_value
from semst_tf.data.image_files import decode_image
from semst_tf.data.image_files import write_image
from semst_tf.data.resize import resize_image


def translate_files(translate_image, jobs, ahead=2, channels="auto", page=None):
    """Translates one file after the other; reads and writes others meanwhile.

    A thread reads what comes next and another writes what is done, so that
    the network waits for neither.

    Args:
        translate_image: Function that gets the path of an image and the
            image `(height, width, channels)`, and returns its translation.
            It is called in this thread, one image at a time.
        jobs: List of pairs of paths: an image, and the file that its
            translation becomes. Missing folders are made.
        ahead: int. Images in memory that wait to be translated, and as many
            that wait to be written. With `0` everything happens in turn.
            Defaults to `2`.
        channels: `"auto"` (as stored) or int: what grey and colour images are
            converted to, as in training. Defaults to `"auto"`.
        page: int or `None`. See `semst_tf.data.read_image`.

    Yields:
        For each job in order `None`, or the `OSError` or `ValueError` that
        says why its image cannot be read. A translation may not be written
        before up to `ahead` more jobs have been taken, all are in the end.

    Raises:
        OSError: If a translation cannot be written.
        ValueError: If its file cannot hold it, or of `translate_image`.
    """
    reading, writing = collections.deque(), collections.deque()
    coming = iter(jobs)
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
        for source, output in jobs:
            while len(reading) <= ahead:
                job = next(coming, None)
                if job is None:
                    break
                reading.append(reader.submit(decode_image, job[0], page))
            try:
                original = reading.popleft().result()
                image = convert_channels(original.pixels, channels)
            except (OSError, ValueError) as error:
                yield error
                continue
            translated = translate_image(source, image)
            writing.append(
                writer.submit(write_translation, output, translated, original)
            )
            if len(writing) > ahead:
                writing.popleft().result()
            yield None
        for written in writing:
            written.result()


def write_translation(output, translation, original):
    """Writes a translation with what it keeps of its input.

    Transparency is that of the input, resampled where sizes differ, in
    formats that can hold it. Georeferencing tags say where pixels lie: they
    are kept in TIFF where the size is the same, and pixels that held no data
    hold none.

    Args:
        output: `pathlib.Path`. Missing folders are made.
        translation: Array `(height, width, channels)`.
        original: `DecodedImage` that was translated.

    Raises:
        OSError: If it cannot be written.
        ValueError: If the format cannot hold it.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    size, alpha = translation.shape[:2], original.alpha
    same = original.pixels.shape[:2] == size
    if alpha is not None and not same:
        alpha = resize_image(alpha[..., None], size)[..., 0]
    georeference = original.georeference if same else ()
    translation = emptied(
        translation,
        original.nodata if same else None,
        nodata_value(georeference),
    )
    write_image(output, translation, alpha, georeference)
