"""How a segmenter is trained, as one value."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class SegmenterRecipe:
    """Size of a segmenter and length of its training.

    The defaults fit a processor of two cores: some minutes a training.

    Args:
        filters: int. Width of the segmenter, see `segmenter`.
        steps: int. Steps of a training.
        fine_tuning_steps: int. Steps of a fine-tuning.
        batch_size: int. Images a step.
        learning_rate: float. Of Adam at the first step; it decays to zero
            as `(1 - progress) ** 0.9`.
        checkpoint_every: int. Steps between checkpoints; divides both
            numbers of steps.

    Raises:
        ValueError: If a value does not fit.
    """

    filters: int = 24
    steps: int = 400
    fine_tuning_steps: int = 100
    batch_size: int = 4
    learning_rate: float = 1e-3
    checkpoint_every: int = 100

    def __post_init__(self):
        for field in dataclasses.fields(self):
            if getattr(self, field.name) <= 0:
                raise ValueError(
                    f"`{field.name}` must be positive. "
                    f"Received: {getattr(self, field.name)}"
                )
        for name in ("steps", "fine_tuning_steps"):
            if getattr(self, name) % self.checkpoint_every:
                raise ValueError(
                    f"`{name}` must be a multiple of `checkpoint_every`. "
                    f"Received: {name}={getattr(self, name)}, "
                    f"checkpoint_every={self.checkpoint_every}"
                )
