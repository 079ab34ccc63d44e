"""Unpaired image-to-image translation that keeps what is in the picture."""

import importlib

from semst_tf import callbacks
from semst_tf import data
from semst_tf import descriptors
from semst_tf import importers
from semst_tf import losses
from semst_tf import metrics
from semst_tf import networks
from semst_tf.config.preset_configs import preset_config
from semst_tf.config.preset_configs import presets
from semst_tf.config.semst_config import SemSTConfig
from semst_tf.semst import SemST
from semst_tf.version import __version__

__all__ = [
    "SemST",
    "SemSTConfig",
    "__version__",
    "callbacks",
    "data",
    "descriptors",
    "export",
    "importers",
    "losses",
    "metrics",
    "networks",
    "preset_config",
    "presets",
]


def __getattr__(name):
    # Exporting needs TensorFlow itself, on any backend; the rest does not.
    if name == "export":
        return importlib.import_module("semst_tf.export")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
