"""How a segmenter is trained, as one value."""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class SegmenterRecipe:
    """Size of a segmenter and length of its training.

    The defaults fit a processor of two cores: some minutes a training.

    Args:
        filters: int. Width of the segmenter, see `efficientnet_segmenter` and
            `segmenter`.
        steps: int. Steps of a training.
        fine_tuning_steps: int. Steps of a fine-tuning.
        batch_size: int. Images a step.
        learning_rate: float. Of Adam at the first step; it decays to zero
            as `(1 - progress) ** 0.9`.
        checkpoint_every: int. Steps between checkpoints; divides both
            numbers of steps.
        segmenter: str. `"efficientnet_lite0"`, a head on the ImageNet network
            that ships, or `"deeplab"`, a DeepLabV3+ of keras-cv from random
            weights.
        backbone_rate: float. How fast the backbone of `efficientnet_lite0`
            is fine-tuned, as a share of the learning rate; 0 leaves it
            frozen.

    Raises:
        ValueError: If a value does not fit.
    """

    filters: int = 24
    steps: int = 400
    fine_tuning_steps: int = 100
    batch_size: int = 4
    learning_rate: float = 1e-3
    checkpoint_every: int = 100
    segmenter: str = "efficientnet_lite0"
    backbone_rate: float = 0.0

    def __post_init__(self):
        if self.segmenter not in ("efficientnet_lite0", "deeplab"):
            raise ValueError(
                "`segmenter` is efficientnet_lite0 or deeplab. "
                f"Received: {self.segmenter!r}"
            )
        if self.backbone_rate and self.segmenter == "deeplab":
            raise ValueError(
                "`backbone_rate` is one of segmenter=efficientnet_lite0: "
                "deeplab has no pretrained backbone. "
                f"Received: {self.backbone_rate}"
            )
        if not 0 <= self.backbone_rate < math.inf:  # NaN fails it, too.
            raise ValueError(
                "`backbone_rate` must be finite and not negative. "
                f"Received: {self.backbone_rate}"
            )
        for field in dataclasses.fields(self):
            if field.name in ("segmenter", "backbone_rate"):
                continue
            if not 0 < getattr(self, field.name) < math.inf:
                raise ValueError(
                    f"`{field.name}` must be positive and finite. "
                    f"Received: {getattr(self, field.name)}"
                )
        for name in ("steps", "fine_tuning_steps"):
            if getattr(self, name) % self.checkpoint_every:
                raise ValueError(
                    f"`{name}` must be a multiple of `checkpoint_every`. "
                    f"Received: {name}={getattr(self, name)}, "
                    f"checkpoint_every={self.checkpoint_every}"
                )
