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

    def fitted(self, pictures):
        """Cuts images to the size that the model takes, from the centre.

        Raises:
            ValueError: If there is no image, or one is too small.
        """
        if not pictures:
            raise ValueError(
                "A comparison needs at least one image. Received: none"
            )
        if self.size is None:
            return list(pictures)
        return [_centre(picture, *self.size) for picture in pictures]


def _centre(picture, height, width):
    top = (picture.shape[0] - height) // 2
    left = (picture.shape[1] - width) // 2
    if top < 0 or left < 0:
        raise ValueError(
            f"The exported model takes images of {height}x{width}, and "
            "larger ones are cropped. Received: an image of "
            f"{picture.shape[0]}x{picture.shape[1]}"
        )
    return picture[top : top + height, left : left + width]
