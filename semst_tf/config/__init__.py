"""What can be chosen, and the named choices."""

from semst_tf.config.adversarial_config import AdversarialConfig
from semst_tf.config.alignment_config import AlignmentConfig
from semst_tf.config.contrastive_config import ContrastiveConfig
from semst_tf.config.data_config import DataConfig
from semst_tf.config.discriminator_config import DiscriminatorConfig
from semst_tf.config.generator_config import GeneratorConfig
from semst_tf.config.multi_scale_config import MultiScaleConfig
from semst_tf.config.optimizer_config import OptimizerConfig
from semst_tf.config.paired_config import PairedConfig
from semst_tf.config.preset_configs import preset_config
from semst_tf.config.preset_configs import presets
from semst_tf.config.semst_config import SemSTConfig
from semst_tf.config.training_config import TrainingConfig

__all__ = [
    "AdversarialConfig",
    "AlignmentConfig",
    "ContrastiveConfig",
    "DataConfig",
    "DiscriminatorConfig",
    "GeneratorConfig",
    "MultiScaleConfig",
    "OptimizerConfig",
    "PairedConfig",
    "SemSTConfig",
    "TrainingConfig",
    "preset_config",
    "presets",
]
