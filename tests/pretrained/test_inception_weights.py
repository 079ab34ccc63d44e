import hashlib
import os

import keras
import numpy as np
import pytest
from torch_writer import state_dict
from torch_writer import write_zip

from semst_tf import pretrained
from semst_tf.pretrained.inception_weights import download_inception

WEIGHTS = os.environ.get("SEMST_TF_INCEPTION_WEIGHTS")
REFERENCE = os.path.join(
    os.path.dirname(__file__), "reference", "inception_features.npz"
)

# The convolutions of both files, in the order in which either lists them.
FIRST = {
    "graph": ["conv", "conv_1", "conv_2", "conv_3", "conv_4"],
    "public": ["1a_3x3", "2a_3x3", "2b_3x3", "3b_1x1", "4a_3x3"],
}
GRAPH_BLOCKS = {
    "35": "conv tower.conv tower.conv_1 tower_1.conv tower_1.conv_1 "
    "tower_1.conv_2 tower_2.conv",
    "to17": "conv tower.conv tower.conv_1 tower.conv_2",
    "17": "conv tower.conv tower.conv_1 tower.conv_2 tower_1.conv "
    "tower_1.conv_1 tower_1.conv_2 tower_1.conv_3 tower_1.conv_4 "
    "tower_2.conv",
    "to8": "tower.conv tower.conv_1 tower_1.conv tower_1.conv_1 "
    "tower_1.conv_2 tower_1.conv_3",
    "8": "conv tower_conv tower_mixed_conv tower_mixed_conv_1 tower_1_conv "
    "tower_1_conv_1 tower_1_mixed_conv tower_1_mixed_conv_1 tower_2_conv",
}
PUBLIC_BLOCKS = {
    "35": "1x1 5x5_1 5x5_2 3x3dbl_1 3x3dbl_2 3x3dbl_3 _pool",
    "to17": "3x3 3x3dbl_1 3x3dbl_2 3x3dbl_3",
    "17": "1x1 7x7_1 7x7_2 7x7_3 7x7dbl_1 7x7dbl_2 7x7dbl_3 7x7dbl_4 "
    "7x7dbl_5 _pool",
    "to8": "3x3_1 3x3_2 7x7x3_1 7x7x3_2 7x7x3_3 7x7x3_4",
    "8": "1x1 3x3_1 3x3_2a 3x3_2b 3x3dbl_1 3x3dbl_2 3x3dbl_3a 3x3dbl_3b _pool",
}
KINDS = ["35"] * 3 + ["to17"] + ["17"] * 4 + ["to8"] + ["8"] * 2
PUBLIC_NAMES = [
    "5b",
    "5c",
    "5d",
    "6a",
    "6b",
    "6c",
    "6d",
    "6e",
    "7a",
    "7b",
    "7c",
]


def _names():
    graph = list(FIRST["graph"])
    public = [f"Conv2d_{name}" for name in FIRST["public"]]
    for index, kind in enumerate(KINDS):
        prefix = f"mixed_{index}." if index else "mixed."
        graph += [prefix + name for name in GRAPH_BLOCKS[kind].split()]
        prefix = f"Mixed_{PUBLIC_NAMES[index]}.branch"
        public += [prefix + name for name in PUBLIC_BLOCKS[kind].split()]
    return list(zip(graph, public, strict=True))


@pytest.fixture(scope="module")
def graph_arrays():
    """Random weights with the names of the graph; activations stay sane."""
    network = pretrained.InceptionFeatures()
    rng = np.random.default_rng(0)
    arrays = {}
    for graph, public in _names():
        height, width, channels, filters = network.get_layer(
            public
        ).kernel.shape
        shape = (filters, channels, height, width)
        scale = np.sqrt(2 / (channels * height * width))
        arrays[f"{graph}.weight"] = rng.normal(size=shape).astype("f4") * scale
        arrays[f"{graph}.beta"] = rng.normal(size=filters) * 0.1
        arrays[f"{graph}.mean"] = rng.normal(size=filters) * 0.1
        arrays[f"{graph}.var"] = rng.uniform(0.5, 2, filters)
    return {name: array.astype("float32") for name, array in arrays.items()}


@pytest.fixture(scope="module")
def graph_file(graph_arrays, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "graph.npz"
    np.savez(path, **graph_arrays)
    return path


def _public_arrays(graph_arrays):
    renamed = {}
    for graph, public in _names():
        variance = graph_arrays[f"{graph}.var"]
        parts = {
            "conv.weight": graph_arrays[f"{graph}.weight"],
            "bn.weight": np.full_like(variance, 1.0),
            "bn.bias": graph_arrays[f"{graph}.beta"],
            "bn.running_mean": graph_arrays[f"{graph}.mean"],
            "bn.running_var": variance,
            "bn.num_batches_tracked": np.zeros(1, "float32"),
        }
        renamed.update({f"{public}.{end}": parts[end] for end in parts})
    return {**renamed, "fc.weight": np.zeros((3, 2048), "float32")}


def test_public_file_gives_the_network_of_the_graph(
    graph_arrays, graph_file, tmp_path
):
    path = write_zip(
        tmp_path / "public.pth", *state_dict(_public_arrays(graph_arrays))
    )
    public = pretrained.load_inception(path)
    graph = pretrained.load_inception(graph_file)
    assert public.count_params() == 21_768_352
    for expected, weight in zip(graph.get_weights(), public.get_weights()):
        np.testing.assert_array_equal(weight, expected)


def test_normalisation_becomes_part_of_the_convolution(
    graph_arrays, graph_file
):
    layer = pretrained.load_inception(graph_file).get_layer("Conv2d_3b_1x1")
    pixel = np.random.default_rng(1).normal(size=64).astype("float32")
    kernel = graph_arrays["conv_3.weight"][:, :, 0, 0]
    normalised = (kernel @ pixel - graph_arrays["conv_3.mean"]) / np.sqrt(
        graph_arrays["conv_3.var"] + 1e-3
    )
    expected = np.maximum(normalised + graph_arrays["conv_3.beta"], 0)
    result = keras.ops.convert_to_numpy(layer(pixel[None, None, None]))
    np.testing.assert_allclose(result[0, 0, 0], expected, atol=1e-4)


@pytest.mark.skipif(not WEIGHTS, reason="SEMST_TF_INCEPTION_WEIGHTS is unset")
@pytest.mark.parametrize("resize", ["pytorch_fid", "tensorflow"])
def test_features_equal_the_public_implementation(resize):
    with np.load(REFERENCE) as arrays:
        image, expected = arrays["image"], arrays[resize]
    network = pretrained.load_inception(WEIGHTS, resize)
    features = network.predict_on_batch(image.astype("float32") / 127.5 - 1.0)
    error = np.abs(features[0] - expected)
    # Weights that were rounded to float16 are allowed for.
    assert error.mean() < 1e-3
    assert error.max() < 2e-2


def test_missing_array_is_refused(graph_arrays, tmp_path):
    path = tmp_path / "less.npz"
    np.savez(path, **{"conv.weight": graph_arrays["conv.weight"]})
    with pytest.raises(ValueError, match="'conv.beta' is missing"):
        pretrained.load_inception(path)


def test_unknown_resize_is_refused():
    with pytest.raises(ValueError, match="Received: resize='area'"):
        pretrained.InceptionFeatures("area")


def _file_to_download(folder, right=True):
    content = b"weights"
    digest = hashlib.sha256(content if right else b"other").hexdigest()
    path = folder / f"weights-{digest[:8]}.pth"
    path.write_bytes(content)
    return path.as_uri()


def test_download_is_kept_and_not_repeated(tmp_path):
    url = _file_to_download(tmp_path)
    path = download_inception(url, tmp_path / "cache")
    assert path.read_bytes() == b"weights"
    (tmp_path / path.name).unlink()
    assert download_inception(url, tmp_path / "cache") == path


def test_download_of_another_file_is_refused_and_removed(tmp_path):
    url = _file_to_download(tmp_path, right=False)
    with pytest.raises(ValueError, match="damaged or not the expected file"):
        download_inception(url, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.pth"))


def test_url_without_digits_of_the_hash_is_refused():
    with pytest.raises(ValueError, match="eight digits"):
        download_inception("file:///weights.pth")
