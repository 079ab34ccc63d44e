"""Translating images that are too large for one piece."""

from semst_tf.tiling.exact import can_run_exactly
from semst_tf.tiling.exact import translate_exactly
from semst_tf.tiling.memory import available_memory
from semst_tf.tiling.memory import needed_memory
from semst_tf.tiling.tiles import translate_tiles

__all__ = [
    "available_memory",
    "can_run_exactly",
    "needed_memory",
    "translate_exactly",
    "translate_tiles",
]
