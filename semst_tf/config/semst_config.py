"""What can be chosen, as data: one tree of frozen dataclasses."""

import dataclasses
import json

from semst_tf.config.adversarial_config import AdversarialConfig
from semst_tf.config.aliases import upgraded
from semst_tf.config.alignment_config import AlignmentConfig
from semst_tf.config.checks import check_config
from semst_tf.config.contrastive_config import ContrastiveConfig
from semst_tf.config.data_config import DataConfig
from semst_tf.config.discriminator_config import DiscriminatorConfig
from semst_tf.config.fields import normalise_fields
from semst_tf.config.fields import replace_fields
from semst_tf.config.generator_config import GeneratorConfig
from semst_tf.config.multi_scale_config import MultiScaleConfig
from semst_tf.config.nested import insert_field
from semst_tf.config.optimizer_config import OptimizerConfig
from semst_tf.config.option import group
from semst_tf.config.option import option
from semst_tf.config.paired_config import PairedConfig
from semst_tf.config.training_config import TrainingConfig


@dataclasses.dataclass(frozen=True)
class SemSTConfig:
    """Everything that defines a translator and its training.

    Presets are instances of it; `replace` makes variants. Written beside
    every trained model, so that a result names what made it. All fields with
    their limits: `docs/options.md`.

    Raises:
        ValueError: If a value does not fit.

    Example:

    >>> config = SemSTConfig().replace({"generator.filters": 16})
    >>> config.generator.filters
    16
    """

    preset: str = option("cut", "The preset it started from.")
    seed: int = option(
        0,
        "Initial weights, data order, crops and patch positions.",
        at_least=0,
    )
    generator: GeneratorConfig = group(
        GeneratorConfig(), "The network that translates."
    )
    discriminator: DiscriminatorConfig = group(
        DiscriminatorConfig(),
        "The network that tells translations from target images.",
    )
    adversarial: AdversarialConfig = group(
        AdversarialConfig(),
        "The term through which the discriminator trains the generator.",
    )
    contrastive: ContrastiveConfig = group(
        ContrastiveConfig(),
        "Contrast between patches of the input and of the output.",
    )
    semantic_relation_weight: float = option(
        0.0,
        "Weight of semantic relation consistency (Hneg_SRC); 0 leaves it out.",
        at_least=0.0,
    )
    structure: AlignmentConfig = group(
        AlignmentConfig(),
        "Edges and shapes: mutual information between a descriptor of the "
        "input and of the output.",
    )
    texture: AlignmentConfig = group(
        AlignmentConfig(descriptor="pixel_moments", estimator="rsmi"),
        "Local statistics: mutual information between a descriptor of the "
        "input and of the output.",
    )
    tone: AlignmentConfig = group(
        AlignmentConfig(descriptor="colour", estimator="correlation_ratio"),
        "Colour and brightness: mutual information between a descriptor of "
        "the input and of the output.",
    )
    semantics: AlignmentConfig = group(
        AlignmentConfig(
            descriptor="features",
            estimator="soft_infonce",
            features="efficientnet_lite0/stride_8,efficientnet_lite0/stride_16",
        ),
        "What places show: features of a frozen network of the input and of "
        "the output.",
    )
    paired: PairedConfig = group(
        PairedConfig(),
        "Some images of which the translation is known, beside the others.",
    )
    multi_scale: MultiScaleConfig = group(
        MultiScaleConfig(),
        "Translation at two scales: global context and local detail.",
    )
    optimizer: OptimizerConfig = group(
        OptimizerConfig(),
        "Adam and its schedule, for generator, heads and discriminator alike.",
    )
    training: TrainingConfig = group(
        TrainingConfig(),
        "How long is trained, what is averaged, and how memory is saved.",
    )
    data: DataConfig = group(
        DataConfig(), "How crops are made of images; used by the scripts."
    )

    def __post_init__(self):
        normalise_fields(self)
        check_config(self)

    @property
    def paired_weight(self):
        """Weight of the term of paired images; 0 where there is none."""
        if self.paired.weight is None:
            return 0.0 if self.data.paired is None else 10.0
        return self.paired.weight

    @property
    def label_classes(self):
        """Classes of labels that discriminators see; `None` without labels."""
        return self.data.classes if self.discriminator.labels else None

    def replace(self, overrides):
        """Returns a copy with some fields changed.

        Args:
            overrides: Dict from field names to values. A nested field is
                named with dots (`"generator.filters"`) or by a nested dict.
                Text is read as the type of the field, so that command lines
                can pass what was typed; empty text and `"none"` are `None`.
                Names and values of older versions are understood, see
                `semst_tf.config.aliases`.

        Returns:
            A new `SemSTConfig`.

        Raises:
            ValueError: If a field does not exist or a value does not fit.
        """
        nested = {}
        for name, value in overrides.items():
            insert_field(nested, name.split("."), value)
        return replace_fields(self, upgraded(nested))

    def to_dict(self):
        """Returns the tree as nested dicts of plain values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values):
        """Makes a config of what `to_dict` returned; absent fields default.

        What an older version wrote is understood.

        Raises:
            ValueError: If a field does not exist or a value does not fit.
        """
        return cls().replace(values)

    def to_json(self):
        """Returns the tree as indented JSON text."""
        return json.dumps(self.to_dict(), indent=2) + "\n"
