"""What can be chosen, and the named choices."""

from semst_tf.config.preset_configs import preset_config
from semst_tf.config.preset_configs import presets
from semst_tf.config.semst_config import AlignmentConfig
from semst_tf.config.semst_config import ContrastiveConfig
from semst_tf.config.semst_config import DataConfig
from semst_tf.config.semst_config import DiscriminatorConfig
from semst_tf.config.semst_config import GeneratorConfig
from semst_tf.config.semst_config import MultiScaleConfig
from semst_tf.config.semst_config import OptimizerConfig
from semst_tf.config.semst_config import SemSTConfig

__all__ = [
    "AlignmentConfig",
    "ContrastiveConfig",
    "DataConfig",
    "DiscriminatorConfig",
    "GeneratorConfig",
    "MultiScaleConfig",
    "OptimizerConfig",
    "SemSTConfig",
    "preset_config",
    "presets",
]
