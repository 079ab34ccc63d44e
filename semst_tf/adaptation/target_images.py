"""Images of the target domain, without labels."""

from semst_tf.adaptation.labelled_images import eight_bit_image
from semst_tf.adaptation.labelled_images import image_names
from semst_tf.data.read_images import open_images


class TargetImages:
    """The images of a folder, decoded on demand.

    Args:
        folder: Folder of images; `folder@left` and `folder@right` are halves
            of side-by-side files.
        size: Size to which they are brought, `(height, width)` or
            `"128x256"`; `None` for their own.

    Attributes:
        names: List of str, without endings, below the folder.

    Raises:
        OSError: If the folder is missing.
        ValueError: If there are no images.

    Example:

    ```python
    photographs = TargetImages("cityscapes/train@left", "128x256")
    photographs.image(0)  # uint8 (128, 256, 3)
    ```
    """

    def __init__(self, folder, size=None):
        self.folder = folder
        self.size = size
        self._images = open_images(folder, size or "")
        self.names = image_names(self._images, ())

    def __len__(self):
        return len(self.names)

    def stored_shape(self, index):
        """Height and width that an image has in its file."""
        return self._images.stored_shape(index)

    def image(self, index):
        """Returns an image, a uint8 array `(height, width, 3)`."""
        return eight_bit_image(self._images, index, "Images of the target")
