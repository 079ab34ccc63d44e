"""Scores of translations among the losses, while training."""

import keras

from semst_tf.inference.kept_regions import all_with_kept
from semst_tf.inference.translate_within_memory import translate_within_memory
from semst_tf.inference.translation_ranges import scored_translation
from semst_tf.metrics.all_scores import SCORES


class ValidationScores(keras.callbacks.Callback):
    """Translates fixed images and writes their scores into the logs.

    Keras calls callbacks in the order of their list and hands the same logs
    to all of them. Put this one before those that read its names, such as
    `ModelCheckpoint(monitor="val_miou", mode="max")`, `EarlyStopping` or
    `LossRecord`; behind them they miss it. With `every` above 1, epochs
    without a validation have no scores: Keras warns that they are missing and
    goes on.

    A translator that copies has the best `val_miou`: watch `val_kid` beside
    it.

    Args:
        images: List of source images `(height, width, channels)`, of
            any sizes. Few: they are translated each time; in tiles those
            that do not fit into memory.
        evaluation: `semst_tf.metrics.evaluation.Evaluation` of their
            translations.
        every: int. Epochs between two validations. Defaults to `1`.
        batch_size: int. Images of equal size translated at once. Defaults
            to `8`.
        keep: List of the masks of what is kept of the images, as
            `semst_tf.data.KeepMasks` reads them, or `None`.

    Raises:
        ValueError: If `every` is not positive or there are no images.

    Example:

    ```python
    evaluation = Evaluation(labels=labels, targets=photos)
    model.fit(
        data,
        epochs=20,
        callbacks=[
            ValidationScores(images, evaluation),
            keras.callbacks.ModelCheckpoint(
                "best.keras",
                monitor="val_miou",
                mode="max",
                save_best_only=True,
            ),
        ],
    )
    ```
    """

    def __init__(self, images, evaluation, every=1, batch_size=8, keep=None):
        super().__init__()
        if every < 1 or not len(images):
            raise ValueError(
                "Validation needs images, and happens every one or more "
                f"epochs. Received: {len(images)} images, every={every}"
            )
        self.images = images
        self.evaluation = evaluation
        self.every = every
        self.batch_size = batch_size
        self.keep = keep

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None and (epoch + 1) % self.every == 0:
            logs.update(self.score())

    def score(self):
        """Returns the scores of the model as it is now, by their names."""
        translations = all_with_kept(
            translate_within_memory(self.model, self.images, self.batch_size),
            self.images,
            self.keep,
        )
        translations = [
            scored_translation(self.model.translator, translation)
            for translation in translations
        ]
        return validation_logs(self.evaluation.scores(translations))

    def try_out(self, model):
        """Translates and scores one image, before the training.

        What a validation needs, such as the weights of scoring networks, is
        then known to be there, and loaded.

        Args:
            model: `SemST`.

        Raises:
            ValueError, OSError: If the images cannot be validated.
        """
        (translation,) = translate_within_memory(model, self.images[:1])
        translation = scored_translation(model.translator, translation)
        self.evaluation.try_out(translation, len(self.images))


def validation_logs(scores):
    """Picks what is worth watching, under the names that logs use.

    Args:
        scores: Dict as `Evaluation.scores` returns it.

    Returns:
        Dict of float, those of `semst_tf.metrics.all_scores.SCORES` that
        there are: `"val_miou"`, `"val_kid"` ...
    """
    values = {score.log_name: score.value_in(scores) for score in SCORES}
    return {n: float(v) for n, v in values.items() if v is not None}
