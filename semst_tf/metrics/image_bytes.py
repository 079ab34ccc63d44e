"""Images as they are when they have been saved."""

from keras import ops

from semst_tf.pretrained.unit_images import unit_images


def to_bytes(images):
    """Returns images as whole numbers from 0 to 255, float32.

    Args:
        images: Array or tensor, as `unit_images` takes it.
    """
    images = unit_images(images)
    return ops.round(ops.clip((images + 1.0) * 127.5, 0.0, 255.0))
