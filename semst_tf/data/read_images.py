"""Reading the images of a folder, all or the first ones."""

from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.pairing import image_name
from semst_tf.data.pairing import pair_names
from semst_tf.data.same_place import check_same_place


def open_images(
    folder,
    resize="",
    resize_filter="bicubic",
    limit=0,
    endings=(),
    channels=3,
    value_range=None,
):
    """Returns the images of a folder, which are decoded when they are loaded.

    Args:
        folder: Images, as `ImageCollection` takes them.
        resize: What `ImageCollection` does to them; empty for nothing.
            Defaults to `""`.
        resize_filter: str. Defaults to `"bicubic"`.
        limit: int. Take the first so many only; 0 takes all. Defaults to
            `0`.
        endings: Strings that end names, see `pair_names`. Files that do not
            end in the first of them are left out. Defaults to none.
        channels: int or `"auto"`. Defaults to `3`.
        value_range: See `ImageCollection`. Defaults to `None`.

    Returns:
        An `ImageCollection` with at least one image.

    Raises:
        OSError: If the folder is missing.
        ValueError: If there are no such images.
    """
    if limit < 0:
        raise ValueError(f"`limit` must be 0 or more. Received: limit={limit}")
    images = ImageCollection(
        folder,
        resize=resize or None,
        resize_filter=resize_filter,
        channels=channels,
        value_range=value_range,
    )
    if len(images) == 0:
        raise ValueError(f"There are no images. Received: {folder}")
    others = [
        index
        for index, name in enumerate(images.relative_names)
        if image_name(name, endings) is None
    ]
    images = images.without(others) if others else images
    if len(images) == 0:
        raise ValueError(
            f"There are no images whose names end in {endings[0]!r}. "
            f"Received: {images.description}"
        )
    return images.without(range(limit, len(images))) if limit else images


def open_partners(images, folder, kind, endings=(), **options):
    """Returns the images of another folder that belong to images.

    Args:
        images: `ImageCollection`.
        folder: Images, as `ImageCollection` takes them.
        kind: str. What they are, for messages: `"true image"`.
        endings: Strings that end names, see `pair_names`. Defaults to none.
        **options: What else `open_images` takes.

    Returns:
        An `ImageCollection` and a list of int: the positions in it, one an
        image.

    Raises:
        OSError: If the folder is missing.
        ValueError: If an image has no partner, it is not clear which, or
            their georeferences disagree.
    """
    partners = open_images(folder, **options)
    places = pair_names(
        images.relative_names,
        partners.relative_names,
        kind,
        endings,
        partners.description,
        option="source_endings",
    )
    for index, place in enumerate(places):
        check_same_place(images.open(index), partners.open(place), kind)
    return partners, places


def read_images(folder, resize="", resize_filter="bicubic", limit=0):
    """Reads colour images and their names.

    Args:
        folder: Images, as `ImageCollection` takes them.
        resize: See `open_images`.
        resize_filter: str. Defaults to `"bicubic"`.
        limit: int. Read the first so many only; 0 reads all. Defaults to `0`.

    Returns:
        List of names, relative to the folder, and list of arrays
        `(height, width, 3)`.

    Raises:
        OSError: If the folder is missing.
        ValueError: If there are no images, or one cannot be read.
    """
    images = open_images(folder, resize, resize_filter, limit)
    return images.relative_names, [images.load(i) for i in range(len(images))]
