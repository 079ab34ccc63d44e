"""Which score of a validation decides what the best model is."""

from semst_tf.metrics.all_scores import SCORES
from semst_tf.metrics.all_scores import score_of

PREFERRED = ("val_miou", "val_kid")


def monitored_score(validation, name=None):
    """Returns the score to keep the best model of.

    Args:
        validation: `semst_tf.callbacks.ValidationScores`, another callback
            that writes scores of the package into the logs, or `None`.
        name: str or `None`. Name in the logs. Defaults to `None`: the first
            of `PREFERRED` that the validation gives, else its first score.

    Returns:
        `semst_tf.metrics.score.Score`; `None` without a validation.

    Raises:
        ValueError: If the validation does not give this score.
    """
    if validation is None:
        return None
    evaluation = getattr(validation, "evaluation", None)
    known = [score.log_name for score in SCORES]
    given = getattr(evaluation, "log_names", known)
    if name is None:
        name = next(n for n in (*PREFERRED, *given) if n in given)
    if name not in given:
        raise ValueError(
            "`monitor` must be a score that the validation gives: "
            f"{', '.join(given)}. Received: monitor={name!r}"
        )
    return score_of(name)
