"""Images that show what scores say where nothing was translated.

A distance to the target is read beside them: that of blurred and compressed
sources, which no translator made, and that of real images.
"""

import io

BLUR_RADIUS = 1.5
"""Standard deviation in pixels of the Gaussian of blurred controls."""

JPEG_QUALITY = 30


def control_scores(evaluation, sources, real):
    """Scores the controls of an evaluation.

    Args:
        evaluation: `Evaluation` of translations of the sources.
        sources: Sequence of source images.
        real: Dict from names to pairs of an `Evaluation` and a sequence of
            real images that it scores as if they were translations.

    Returns:
        Dict from the name of a control to its scores.
    """
    scores = {
        name: evaluation.scores(map(change, sources))
        for name, change in (
            ("untranslated", lambda image: image),
            ("blurred", blurred),
            ("jpeg", compressed),
        )
    }
    for name, (other, images) in real.items():
        scores[name] = other.scores(images)
    return scores


def halves(images):
    """Returns every second item of a sequence, from the first and second."""
    from semst_tf.data.on_demand import OnDemand

    return tuple(
        OnDemand(
            lambda index, start=start: images[2 * index + start],
            (len(images) + 1 - start) // 2,
        )
        for start in range(2)
    )


def blurred(image):
    """Returns an image behind a Gaussian, uint8."""
    from PIL import ImageFilter

    return _changed(
        image, lambda plane: plane.filter(ImageFilter.GaussianBlur(BLUR_RADIUS))
    )


def compressed(image):
    """Returns an image as JPEG leaves it, uint8."""
    from PIL import Image

    def change(plane):
        file = io.BytesIO()
        plane.save(file, "JPEG", quality=JPEG_QUALITY)
        return Image.open(file)

    return _changed(image, change)


def _changed(image, change):
    """Changes an image by Pillow, channel by channel unless it is colour."""
    import numpy as np
    from PIL import Image

    from semst_tf.data.value_range import from_unit_range
    from semst_tf.pretrained.unit_images import unit_images

    if image.dtype != np.uint8:
        image = from_unit_range(np.asarray(unit_images(image)), "uint8")
    if image.shape[-1] == 3:
        return np.asarray(change(Image.fromarray(image)))
    planes = [
        np.asarray(change(Image.fromarray(np.ascontiguousarray(plane))))
        for plane in np.moveaxis(image, -1, 0)
    ]
    return np.stack(planes, axis=-1)
