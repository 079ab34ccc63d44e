"""After how many steps a training writes."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class WritingIntervals:
    """How often a training writes what.

    Args:
        interval: int. Steps over which a point of the loss curves averages.
        checkpoint_every: int. Steps between checkpoints, a multiple of
            `interval`.
        sample_every: int. Steps between sample grids, a multiple of
            `interval`.
        keep_checkpoints: int. Newest checkpoints that are kept.

    Raises:
        ValueError: If they do not fit each other.
    """

    interval: int
    checkpoint_every: int
    sample_every: int
    keep_checkpoints: int

    def __post_init__(self):
        for name in ("checkpoint_every", "sample_every"):
            steps = getattr(self, name)
            if self.interval < 1 or steps < 1 or steps % self.interval:
                raise ValueError(
                    f"`{name}` must be a multiple of `interval`, both "
                    f"positive. Received: {name}={steps}, "
                    f"interval={self.interval}"
                )
        if self.keep_checkpoints < 1:
            raise ValueError(
                "`keep_checkpoints` must be 1 or more. "
                f"Received: keep_checkpoints={self.keep_checkpoints}"
            )
