"""How much the textures of translations tell about those of their sources."""

import keras

from semst_tf.descriptors import SecondMomentField
from semst_tf.metrics.field_information import field_information
from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection


@keras.saving.register_keras_serializable(package="semst_tf")
class TextureInformation(KnowsDirection, keras.metrics.MeanMetricWrapper):
    """Mutual information of the textures of source and translation.

    A diagnostic, not a score to compare methods by: a method that maximises
    the same does well by construction, and a copy of the source does best.
    Textures may change as long as the same one becomes the same one
    everywhere in an image. The field is that of `SecondMomentField`.

    Args:
        name: string. Defaults to `"texture_information"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Source images `(batch, height, width, channels)` in [-1, 1].
        y_pred: Their translations, of the same shape.

    Returns:
        `result()`: about 0 for unrelated images, where it may be slightly
        negative, below 1 for images that determine each other.

    Reference:
        semst_tf design; estimator of SCC, Guo et al. 2022.
    """

    scores = (
        Score(
            group="diagnostics",
            key="texture_information",
            heading="texture",
            log_name="val_texture",
            direction="up",
        ),
    )

    def __init__(self, name="texture_information", dtype=None):
        super().__init__(fn=_information, name=name, dtype=dtype)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _information(y_true, y_pred):
    return field_information(SecondMomentField(), y_true, y_pred)
