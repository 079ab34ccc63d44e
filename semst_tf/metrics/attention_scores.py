"""How a generator of two scales divides the work."""

from semst_tf.metrics.attention_statistics import AttentionStatistics
from semst_tf.pretrained.unit_images import unit_images


def attention_scores(translator, images):
    """Describes the attention of a generator of two scales.

    Args:
        translator: Keras model that translates.
        images: Iterable of uint8 arrays `(height, width, channels)`.

    Returns:
        Dict of float, see `AttentionStatistics`; `None` for a translator
        that has no `attention`.
    """
    if not hasattr(translator, "attention"):
        return None
    metric = AttentionStatistics()
    for image in images:
        metric.update_state(translator.attention(unit_images(image)[None]))
    return {name: float(value) for name, value in metric.result().items()}
