"""What is known of a score beside its value."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Score:
    """Describes one number that a metric gives.

    Args:
        group: str. Where files have it: `"distance"`, `"consistency"`,
            `"paired"` or `"diagnostics"`.
        key: str. Its name in the group.
        heading: str. Of tables and printed lines.
        log_name: str. Its name in the logs of a training: `"val_kid"`.
        direction: `"up"` if more is better, `"down"` if less is.
        digits: int. Digits after the point that are printed. Defaults to
            `3`.
        factor: float. What it is multiplied by when it is printed. Defaults
            to `1.0`.
        error_key: str. Name in the group of its standard error, or `None`.
        in_tables: bool. Whether tables of results have a column for it.
            Defaults to `True`.

    Example:

    >>> score = FrechetInceptionDistance.scores[0]
    >>> score.text(score.value_in({"distance": {"fid": 41.25}}))
    '41.2'
    """

    group: str
    key: str
    heading: str
    log_name: str
    direction: str
    digits: int = 3
    factor: float = 1.0
    error_key: str | None = None
    in_tables: bool = True

    def value_in(self, scores):
        """Returns its value in what `Evaluation.scores` returned, or `None`."""
        return (scores.get(self.group) or {}).get(self.key)

    def text(self, value):
        """Writes a value as tables show it."""
        return f"{self.factor * value:.{self.digits}f}"

    def best(self, values):
        """Returns the best of some values."""
        return max(values) if self.direction == "up" else min(values)
