"""Scores of a validation, added to what is recorded of their step."""

import keras

from semst_tf.ops.current_step import current_step


class ValidationRecord(keras.callbacks.Callback):
    """Adds the scores in the logs to the loss record and to TensorBoard.

    The losses of a step are recorded before its checkpoint and scores come
    after it, because a validation may take long or fail. Put it behind
    `ValidationScores`.

    Args:
        losses: `LossRecord` that has the row of the step already.
        summaries: `ScalarSummaries`.

    Example:

    >>> losses, summaries = LossRecord("metrics.json"), ScalarSummaries("logs")
    >>> record = ValidationRecord(losses, summaries)
    >>> callbacks = [losses, summaries, checkpoints, scores, record]
    """

    def __init__(self, losses, summaries):
        super().__init__()
        self.losses = losses
        self.summaries = summaries

    def on_epoch_end(self, epoch, logs=None):
        scores = {
            name: float(value)
            for name, value in (logs or {}).items()
            if name.startswith("val_")
        }
        if scores:
            self.add(scores)

    def add(self, scores):
        """Adds scores of the step at which the model is.

        Args:
            scores: Dict of float by the names that logs use.
        """
        self.summaries.write(scores)
        self.losses.amend(current_step(self.model), scores)
