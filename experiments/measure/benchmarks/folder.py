"""Translating a folder of files as a workload."""

import pathlib
import time

import numpy as np

from benchmarks.images import write_images
from benchmarks.timing import time_repeatedly
from benchmarks.workload import Workload
from semst_tf.data.image_files import read_image
from semst_tf.data.image_files import write_image
from semst_tf.inference.translate import translate
from semst_tf.inference.translate_files import translate_files
from semst_tf.networks import ResNetGenerator


def folder_translation(
    suffix, size, filters, folder, dtype="float32", images=16
):
    """Translates files the way `experiments/translate.py` does.

    Args:
        suffix: str. `".jpg"` or `".png"`, of the images and translations.
        size: int. Height and width.
        filters: int. Filters of the generator, which is untrained.
        folder: Path of an existing folder for the files.
        dtype: str. Precision policy. Defaults to `"float32"`.
        images: int. Files of a run. Defaults to `16`.

    Returns:
        `Workload` whose details are `reading`, `translating` and `writing`,
        the processor seconds that an image needs, and `waiting`, the share
        of the elapsed time in which the network had no image to translate
        or waited for one to be written.
    """
    folder = pathlib.Path(folder)
    sources = write_images(folder / "in", (size, size), images, suffix)
    jobs = [(source, folder / "out" / source.name) for source in sources]
    network = ResNetGenerator(filters, seed=0, dtype=dtype)
    spent = {}

    def translate_image(_, image):
        start = time.perf_counter()
        translation = translate(network, image)
        spent["translating"] += time.perf_counter() - start
        return translation

    def run():
        spent["translating"], start = 0.0, time.perf_counter()
        for error in translate_files(translate_image, jobs):
            if error is not None:
                raise error
        spent["all"] = time.perf_counter() - start

    def details():
        image = np.array(read_image(sources[0]))
        stages = {
            "reading": lambda: read_image(sources[0]),
            "translating": lambda: translate(network, image),
            "writing": lambda: write_image(jobs[0][1], image),
        }
        figures = {
            name: time_repeatedly(stage).to_dict()["processor_seconds"]
            for name, stage in stages.items()
        }
        return {**figures, "waiting": 1 - spent["translating"] / spent["all"]}

    return Workload(run, images, details=details)
