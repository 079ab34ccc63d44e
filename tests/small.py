"""Translators and batches that are small enough for tests."""

import numpy as np
from keras import ops

from semst_tf import SemST
from semst_tf import preset_config
from semst_tf import presets

SMALL = {
    "generator.filters": 4,
    "generator.blocks": 1,
    "discriminator.filters": 4,
    "discriminator.layers": 1,
    "contrastive.patches": 16,
    "contrastive.units": 16,
    "structure.patches": 16,
    "texture.patches": 16,
    "tone.patches": 16,
    "multi_scale.detail_size": 16,
}

ADVERSARIAL_ONLY = {"contrastive.weight": 0.0, "contrastive.identity": False}
"""Of `cut`: the steps that take the least time."""

_LIKE_OTHERS = (
    "small",
    "faster",
    "fast_guided",
    "semst_guided",
    # All of it is in semst_matched.
    "semst_distant",
    "semst_distant_pixels",
)
METHODS = [n for n in presets() if n not in _LIKE_OTHERS]
"""The presets that differ once their sizes are those above."""

_MIXED = ("semst_matched", "tiny_multiscale")
METHODS_OF_PARTS = [n for n in METHODS if n not in _MIXED]
"""Of them, without those of which every part is in another."""


def small_config(preset, **overrides):
    """The configuration of a preset with small networks."""
    return preset_config(preset).replace({**SMALL, **overrides})


def small_model(preset, dtype=None, **overrides):
    """An uncompiled translator of that configuration."""
    return SemST(small_config(preset, **overrides), dtype=dtype)


def batch(count=2, size=24, channels=(3, 3), seed=0):
    """Random source and target images in [-1, 1]."""
    random = np.random.default_rng(seed)
    source, target = (
        random.uniform(-1, 1, (count, size, size, c)).astype("float32")
        for c in channels
    )
    return {"source": source, "target": target}


def values(tensors):
    """NumPy arrays of tensors or Keras variables."""
    return [ops.convert_to_numpy(tensor) for tensor in tensors]
