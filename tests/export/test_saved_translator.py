import shutil

import numpy as np
import pytest

import semst_tf
from semst_tf.export.saved_translator import SavedTranslator
from semst_tf.inference.translate import translate
from semst_tf.loading.load_translator import load_translator


@pytest.mark.parametrize("level", ["version", "name"])
def test_translates_as_the_network_it_was_exported_from(
    folder, network, image, level
):
    place = folder if level == "version" else folder.parent
    translator = load_translator(place)
    assert isinstance(translator, SavedTranslator)
    given = translate(translator, image)
    expected = translate(network, image)
    assert given.dtype == np.uint8
    assert np.abs(given.astype(int) - expected.astype(int)).max() <= 1


def test_wrong_channels_are_refused_before_the_graph_sees_them(folder):
    grey = np.zeros((9, 9, 1), "uint8")
    with pytest.raises(ValueError, match="3 channels"):
        translate(load_translator(folder), grey)


def test_an_export_without_its_description_is_named(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "1")
    (tmp_path / "1" / "config.json").unlink()
    with pytest.raises(ValueError, match="config.json.*Received"):
        load_translator(tmp_path)


def test_exports_are_reached_from_the_package():
    assert semst_tf.export.saved_model is not None
    with pytest.raises(AttributeError, match="exports"):
        semst_tf.exports
