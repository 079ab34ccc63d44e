"""Unpaired image-to-image translation that keeps what is in the image."""

import importlib
import sys

from semst_tf.version import __version__

# `python -m semst_tf` imports the package before it looks at its flags, and
# should answer before Keras is loaded; commands import what they use by module.
if sys.orig_argv[1:3] != ["-m", "semst_tf"]:
    from semst_tf import callbacks
    from semst_tf import config
    from semst_tf import data
    from semst_tf import descriptors
    from semst_tf import importers
    from semst_tf import layers
    from semst_tf import losses
    from semst_tf import metrics
    from semst_tf import networks
    from semst_tf import pretrained
    from semst_tf.config.preset_configs import preset_config
    from semst_tf.config.preset_configs import presets
    from semst_tf.config.semst_config import SemSTConfig
    from semst_tf.loading.initial_weights import load_initial_weights
    from semst_tf.loading.load_translator import load_translator
    from semst_tf.metrics.evaluation import Evaluation
    from semst_tf.semst import SemST
    from semst_tf.training.training_run import TrainingRun

__all__ = [
    "Evaluation",
    "SemST",
    "SemSTConfig",
    "TrainingRun",
    "__version__",
    "adaptation",
    "callbacks",
    "config",
    "data",
    "descriptors",
    "export",
    "importers",
    "layers",
    "load_initial_weights",
    "load_translator",
    "losses",
    "metrics",
    "networks",
    "preset_config",
    "presets",
    "pretrained",
]

_ON_USE = ("adaptation", "export")
"""Loaded when they are named: they need keras-cv, or TensorFlow itself."""


def __getattr__(name):
    if name in _ON_USE:
        return importlib.import_module(f"semst_tf.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
