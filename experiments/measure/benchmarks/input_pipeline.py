"""Reading crops from files, without a training, as a workload."""

import pathlib

from benchmarks.images import write_images
from benchmarks.workload import Workload
from semst_tf.data import unpaired_images

IMAGE_SIZE = (1280, 720)
"""Width and height of the JPEG files that are made."""

IMAGES = 8
"""Files of each domain."""


def input_pipeline(size, batch, folder, cached=False, batches=32):
    """Reads batches of random crops from JPEG files of 1280 x 720.

    Args:
        size: int. Height and width of the crops.
        batch: int. Crops of each domain in a batch.
        folder: Path of an existing folder for the files.
        cached: bool. Keep decoded images in memory; otherwise every crop
            decodes its file, as in a data set that does not fit into memory.
            Defaults to `False`.
        batches: int. Batches of one run. Defaults to `32`.

    Returns:
        `Workload`, whose images are crops, of both domains.
    """
    folder = pathlib.Path(folder)
    for seed, domain in enumerate(("source", "target")):
        write_images(folder / domain, IMAGE_SIZE, IMAGES, seed=seed)
    data = iter(
        unpaired_images(
            folder / "source",
            folder / "target",
            crop_size=size,
            batch_size=batch,
            cache_bytes=2**30 if cached else 0,
        )
    )

    def run():
        for _ in range(batches):
            next(data)

    return Workload(run, 2 * batch * batches)
