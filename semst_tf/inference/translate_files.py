"""Reads, translates and writes picture files at the same time."""

import collections
from concurrent.futures import ThreadPoolExecutor

from semst_tf.data.image_files import read_image
from semst_tf.data.image_files import write_image


def translate_files(translate_picture, jobs, ahead=2):
    """Translates one file after the other; reads and writes others meanwhile.

    A thread reads what comes next and another writes what is done, so that
    the network waits for neither.

    Args:
        translate_picture: Function that gets the path of a picture and the
            picture `(height, width, channels)`, and returns its translation.
            It is called in this thread, one picture at a time.
        jobs: List of pairs of paths: a picture, and the file that its
            translation becomes. Missing folders are made.
        ahead: int. Pictures in memory that wait to be translated, and as many
            that wait to be written. With `0` everything happens in turn.
            Defaults to `2`.

    Yields:
        For each job in order `None`, or the `OSError` or `ValueError` that
        says why its picture cannot be read. A translation may not be written
        before up to `ahead` more jobs have been taken, all are in the end.

    Raises:
        OSError: If a translation cannot be written.
        ValueError: If its file cannot hold it, or of `translate_picture`.
    """
    reading, writing = collections.deque(), collections.deque()
    coming = iter(jobs)
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
        for source, output in jobs:
            while len(reading) <= ahead:
                job = next(coming, None)
                if job is None:
                    break
                reading.append(reader.submit(read_image, job[0]))
            try:
                picture = reading.popleft().result()
            except (OSError, ValueError) as error:
                yield error
                continue
            translated = translate_picture(source, picture)
            writing.append(writer.submit(_write, output, translated))
            if len(writing) > ahead:
                writing.popleft().result()
            yield None
        for written in writing:
            written.result()


def _write(output, picture):
    output.parent.mkdir(parents=True, exist_ok=True)
    write_image(output, picture)
