"""Pictures as they are when they have been saved."""

from keras import ops


def to_bytes(images):
    """Returns pictures in [-1, 1] as whole numbers from 0 to 255, float32."""
    images = ops.cast(images, "float32")
    return ops.round(ops.clip((images + 1.0) * 127.5, 0.0, 255.0))
