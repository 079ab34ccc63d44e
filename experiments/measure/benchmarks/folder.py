"""Translating a folder of files as a workload."""

import pathlib
import time

import numpy as np

from benchmarks.pictures import write_pictures
from benchmarks.timing import time_repeatedly
from benchmarks.workload import Workload
from semst_tf.data.image_files import read_image
from semst_tf.data.image_files import write_image
from semst_tf.inference.translate import translate
from semst_tf.inference.translate_files import translate_files
from semst_tf.networks import ResNetGenerator


def folder_translation(
    suffix, size, filters, folder, dtype="float32", pictures=16
):
    """Translates files the way `experiments/translate.py` does.

    Args:
        suffix: str. `".jpg"` or `".png"`, of the images and translations.
        size: int. Height and width.
        filters: int. Filters of the generator, which is untrained.
        folder: Path of an existing folder for the files.
        dtype: str. Precision policy. Defaults to `"float32"`.
        pictures: int. Files of a run. Defaults to `16`.

    Returns:
        `Workload` whose details are `reading`, `translating` and `writing`,
        the processor seconds that an image needs, and `waiting`, the share
        of the elapsed time in which the network had no image to translate
        or waited for one to be written.
    """
    folder = pathlib.Path(folder)
    sources = write_pictures(folder / "in", (size, size), pictures, suffix)
    jobs = [(source, folder / "out" / source.name) for source in sources]
    network = ResNetGenerator(filters, seed=0, dtype=dtype)
    spent = {}

    def translate_picture(_, picture):
        start = time.perf_counter()
        translation = translate(network, picture)
        spent["translating"] += time.perf_counter() - start
        return translation

    def run():
        spent["translating"], start = 0.0, time.perf_counter()
        for error in translate_files(translate_picture, jobs):
            if error is not None:
                raise error
        spent["all"] = time.perf_counter() - start

    def details():
        picture = np.array(read_image(sources[0]))
        stages = {
            "reading": lambda: read_image(sources[0]),
            "translating": lambda: translate(network, picture),
            "writing": lambda: write_image(jobs[0][1], picture),
        }
        figures = {
            name: time_repeatedly(stage).to_dict()["processor_seconds"]
            for name, stage in stages.items()
        }
        return {**figures, "waiting": 1 - spent["translating"] / spent["all"]}

    return Workload(run, pictures, details=details)
