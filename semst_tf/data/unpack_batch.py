"""The forms in which Keras hands over source and target images."""

import keras

from semst_tf.data.guides import GUIDES

_DOMAINS = {"source", "target"}


def unpack_batch(data):
    """Returns source and target images of a batch, or of whole arrays.

    Args:
        data: Dict `{"source": images, "target": images}`, which may hold
            `GUIDES` too, a pair of source and target images, or any of them
            as Keras packs it: in a tuple of one, or with `None` for labels
            and weights.

    Returns:
        Tuple of source and target images, as they are.

    Raises:
        ValueError: If there are not two domains, or there are sample
            weights.

    Example:

    >>> source, target = unpack_batch({"source": photos, "target": maps})
    >>> source, target = unpack_batch((photos, maps, None))
    """
    images, target = _without_weights(data)
    if isinstance(images, (tuple, list)) and target is None:
        if len(images) == 2:
            return tuple(images)
        if len(images) == 1:
            return unpack_batch(images[0])
    if isinstance(images, dict):
        if target is None and set(images) - set(GUIDES) == _DOMAINS:
            return images["source"], images["target"]
    elif target is not None:
        return images, target
    raise ValueError(
        "SemST trains on two domains: dicts {'source': images, 'target': "
        "images}, pairs (source, target), or `fit(source, target)`. "
        f"Received: {_described(data)}"
    )


def unpack_guides(data):
    """Returns what a batch brings beside source and target images.

    Args:
        data: Anything that `unpack_batch` takes.

    Returns:
        Dict of those of `semst_tf.data.guides.GUIDES` that are there.
    """
    images, _ = _without_weights(data)
    if isinstance(images, (tuple, list)) and len(images) == 1:
        return unpack_guides(images[0])
    if not isinstance(images, dict):
        return {}
    return {name: images[name] for name in GUIDES if name in images}


def source_images(data):
    """Returns what of a batch is translated.

    Args:
        data: Images alone, or anything that `unpack_batch` takes.

    Returns:
        The source images.

    Raises:
        ValueError: If a dict has no `"source"`.
    """
    images, _ = _without_weights(data)
    if isinstance(images, (tuple, list)) and images:
        return source_images(images[0])
    if not isinstance(images, dict):
        return images
    if "source" in images:
        return images["source"]
    raise ValueError(
        "A dict of images that are to be translated has the key 'source'. "
        f"Received: {_described(data)}"
    )


def _without_weights(data):
    if isinstance(data, (tuple, list)) and len(data) > 3:
        raise ValueError(
            "Images of equal size in a list become one array by "
            f"`np.stack(images)`. Received: a {type(data).__name__} of "
            f"{len(data)}"
        )
    images, target, weights = keras.utils.unpack_x_y_sample_weight(data)
    if weights is not None:
        raise ValueError(
            "Every image of a batch counts the same; leave `sample_weight` "
            f"out. Received: {_described(data)}"
        )
    return images, target


def _described(data):
    if isinstance(data, dict):
        return f"a dict of {', '.join(map(repr, data)) or 'nothing'}"
    if isinstance(data, (tuple, list)):
        return f"({', '.join(_described(part) for part in data)})"
    if data is None:
        return "None"
    shape = getattr(data, "shape", None)
    of_shape = "" if shape is None else f" of shape {tuple(shape)}"
    return type(data).__name__ + of_shape
