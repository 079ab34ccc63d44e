"""An exported translator that has been loaded again."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Exported:
    """What a check of parity needs to know of an exported model.

    Args:
        translate: Function from a float32 array `(1, height, width,
            channels)` in [-1, 1] to its translation.
        size: Pair (height, width) if the model takes that size only, or
            `None`.
    """

    translate: Callable
    size: tuple | None = None

    def fitted(self, images):
        """Cuts images to the size that the model takes, from the centre.

        Raises:
            ValueError: If there is no image, or one is too small.
        """
        if not images:
            raise ValueError(
                "A comparison needs at least one image. Received: none"
            )
        if self.size is None:
            return list(images)
        return [_centre(image, *self.size) for image in images]


def _centre(image, height, width):
    top = (image.shape[0] - height) // 2
    left = (image.shape[1] - width) // 2
    if top < 0 or left < 0:
        raise ValueError(
            f"The exported model takes images of {height}x{width}, and "
            "larger ones are cropped. Received: an image of "
            f"{image.shape[0]}x{image.shape[1]}"
        )
    return image[top : top + height, left : left + width]
