"""The learning-rate schedule of the CUT family, counted in steps."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Constant, then linearly down to zero.

    Args:
        learning_rate: float. The constant.
        steps: int. Length of the training.
        decay: float. Share of the training, at its end, over which the rate
            falls. Defaults to `0.5`.

    Call arguments:
        step: int, or scalar tensor.

    Returns:
        Float32 scalar tensor; 0 from `steps` on.

    Reference:
        CUT, Park et al. 2020 (200 epochs constant, 200 epochs decay).
    """

    def __init__(self, learning_rate, steps, decay=0.5):
        super().__init__()
        self.learning_rate = learning_rate
        self.steps = steps
        self.decay = decay

    def __call__(self, step):
        left = (self.steps - ops.cast(step, "float32")) / max(
            self.decay * self.steps, 1.0
        )
        return self.learning_rate * ops.clip(left, 0.0, 1.0)

    def get_config(self):
        return {
            "learning_rate": self.learning_rate,
            "steps": self.steps,
            "decay": self.decay,
        }
