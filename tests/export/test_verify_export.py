import pytest

from semst_tf import export
from semst_tf.export.parity import sample_images
from semst_tf.networks import ResNetGenerator


def test_saved_model_by_name_and_by_version(network, folder):
    images = sample_images(3)
    for path in (folder, folder.parent):
        parity = export.verify(network, path, images)
        assert parity.maximum <= 1e-5 and parity.images == 3


def test_other_weights_are_noticed(folder):
    other = ResNetGenerator(filters=4, blocks=1, seed=9)
    with pytest.raises(ValueError, match="other weights"):
        export.verify(other, folder, sample_images(3))


def test_fixed_size_takes_the_centre(network, tmp_path):
    pytest.importorskip("ai_edge_litert")
    path = tmp_path / "a.tflite"
    export.litert(network, path, size=(16, 24), verbose=False)
    parity = export.verify(network, path, sample_images(3, (30, 31)))
    assert parity.maximum <= 1e-4
    with pytest.raises(ValueError, match="16x24.*Received"):
        export.verify(network, path, sample_images(3, (15, 31)))
    path.with_name("a.tflite.parity.json").unlink()
    with pytest.raises(ValueError, match="parity.json"):
        export.verify(network, path, sample_images(3, (30, 31)))


@pytest.mark.parametrize("name", ["missing", "missing.tflite", ""])
def test_no_export_at_this_place(network, tmp_path, name):
    with pytest.raises(ValueError, match="Received: "):
        export.verify(network, tmp_path / name, sample_images(3))
