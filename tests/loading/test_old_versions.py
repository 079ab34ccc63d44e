"""What the package wrote before its fields got their present names.

`old_version/` was written by commit d6d5bb1: the configuration of a small
`semst`, a `.keras` file after one step of training (compressed afterwards),
and a translation by it.
"""

import json
import pathlib

import keras
import numpy as np
import pytest

from semst_tf import SemSTConfig
from semst_tf import preset_config
from semst_tf.training.run_description import description_changes

OLD = pathlib.Path(__file__).parent / "old_version"
FIELDS = {
    "generator": {"filters": 2, "blocks": 1},
    "discriminator": {"filters": 2, "layers": 1},
    "contrastive": {"patches": 4, "units": 2},
    "structure.patches": 4,
    "texture.patches": 4,
    "tone.patches": 4,
    "training": {"steps": 2, "accumulation": 2},
    "data": {"crop_size": 32, "batch_size": 2, "resize": None},
}


OLD_SEMST = preset_config("semst_pixels").replace({"preset": "semst"})


def old_config():
    return json.loads((OLD / "config.json").read_text())


def test_the_old_configuration_is_the_equal_one_of_today():
    config = SemSTConfig.from_dict(old_config())
    assert config == OLD_SEMST.replace(FIELDS)
    assert config.adversarial.weight == 3.0
    assert config.training.ema_decay == 0.998
    assert config.multi_scale.fusion is None
    assert config.contrastive.duplicate_threshold == 0.98
    assert config.tone.duplicate_threshold is None


def test_a_run_that_an_old_version_began_is_the_same_training():
    config = OLD_SEMST.replace(FIELDS)
    now = dict.fromkeys(
        ("dtype", "replicas", "source", "source_pictures"), "same"
    ) | {"target": "same", "target_pictures": "same"}
    before = {**now, "config": old_config()}
    assert (
        description_changes(before, {**now, "config": config.to_dict()}) == []
    )
    longer = config.replace({"optimizer.steps": 3}).to_dict()
    assert description_changes(before, {**now, "config": longer}) == [
        "config.training.steps: 2 -> 3"
    ]


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="was trained with it"
)
def test_an_old_model_translates_as_it_did_and_can_be_trained_on():
    model = keras.saving.load_model(OLD / "model.keras")
    assert model.config == OLD_SEMST.replace(FIELDS)
    stored = np.load(OLD / "translation.npz")
    translation = model.translate(stored["image"])
    # Rounding to whole numbers may differ by one on other hardware.
    difference = translation.astype(int) - stored["translation"].astype(int)
    assert np.abs(difference).max() <= 1
    assert np.abs(difference).mean() < 0.05
    assert int(model.optimizer.iterations) == 1
    images = np.zeros((2, 32, 32, 3), "float32")
    model.fit({"source": images, "target": images}, batch_size=2, verbose=0)
    assert int(model.optimizer.iterations) == 2
