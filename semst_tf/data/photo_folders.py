"""The photographs that ship with the package."""

from pathlib import Path


def sample_photos():
    """Returns the folders of the shipped sample photographs.

    The source domain is 11 modern colour photographs, the target domain 9
    vintage photographs; all are JPEG files with a long side of at most 640
    pixels. Origin and licence of each are in `ATTRIBUTION.md` beside them.

    Returns:
        A tuple `(source_folder, target_folder)` of `pathlib.Path`.

    Example:

    ```python
    source, target = semst_tf.data.sample_photos()
    data = semst_tf.data.unpaired_images(source, target, crop_size=128)
    ```
    """
    samples = Path(__file__).parent / "samples"
    return samples / "colour_photo", samples / "vintage_photo"
