"""How much the edges of translations tell about those of their sources."""

import keras

from semst_tf.descriptors import OrientationField
from semst_tf.metrics.field_information import field_information
from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection


@keras.saving.register_keras_serializable(package="semst_tf")
class StructureInformation(KnowsDirection, keras.metrics.MeanMetricWrapper):
    """Mutual information of the edges of source and translation.

    A diagnostic, not a score to compare methods by: a method that maximises
    the same does well by construction, and a copy of the source does best.
    The field is that of `OrientationField`, which contrast and brightness do
    not change.

    Args:
        name: string. Defaults to `"structure_information"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Source images `(batch, height, width, channels)` in [-1, 1].
        y_pred: Their translations, of the same height and width.

    Returns:
        `result()`: about 0 for unrelated images, where it may be slightly
        negative, below 1 for images that determine each other.

    Reference:
        semst_tf design; estimator of SCC, Guo et al. 2022.
    """

    scores = (
        Score(
            group="diagnostics",
            key="structure_information",
            heading="structure",
            log_name="val_structure",
            direction="up",
        ),
    )

    def __init__(self, name="structure_information", dtype=None):
        super().__init__(fn=_information, name=name, dtype=dtype)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _information(y_true, y_pred):
    return field_information(OrientationField(), y_true, y_pred)
