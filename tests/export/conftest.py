"""One small translator, and its SavedModel, for all tests of exports."""

import numpy as np
import pytest
import tensorflow as tf

from semst_tf import export
from semst_tf.networks import ResNetGenerator


@pytest.fixture(scope="session")
def network():
    return ResNetGenerator(filters=4, blocks=1, seed=0)


@pytest.fixture(scope="session")
def folder(network, tmp_path_factory):
    """The version's folder of the exported `network`, with small tiles."""
    return export.saved_model(
        network,
        tmp_path_factory.mktemp("models") / "street",
        tile=16,
        overlap=4,
        trained_on="noise",
        licence="CC0",
        metrics={"fid": 12.5},
        verbose=False,
    )


@pytest.fixture(scope="session")
def loaded(folder):
    return tf.saved_model.load(str(folder))


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (21, 34, 3), "uint8")
