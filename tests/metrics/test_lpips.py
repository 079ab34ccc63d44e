import numpy as np
import pytest

from semst_tf.metrics import LPIPS

SHAPES = {
    "conv0": (64, 3, 11, 11),
    "conv1": (192, 64, 5, 5),
    "conv2": (384, 192, 3, 3),
    "conv3": (256, 384, 3, 3),
    "conv4": (256, 256, 3, 3),
}


def _arrays(seed=0):
    rng = np.random.default_rng(seed)
    arrays = {}
    for index, (name, shape) in enumerate(SHAPES.items()):
        scale = np.sqrt(2 / np.prod(shape[1:]))
        arrays[f"{name}.weight"] = rng.normal(size=shape).astype("f4") * scale
        arrays[f"{name}.bias"] = rng.normal(size=shape[0]) * 0.1
        lin = rng.uniform(size=(1, shape[0], 1, 1))
        arrays[f"lin{index}.weight"] = lin
    return {name: array.astype("float32") for name, array in arrays.items()}


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "lpips.npz"
    np.savez(path, **_arrays())
    return path


def _images(seed, size=40, count=2):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (count, size, size, 3)).astype("float32")


def _distance(metric, first, second):
    metric.reset_state()
    metric.update_state(first, second)
    return float(metric.result())


def test_equal_images_have_no_distance(weights):
    assert _distance(LPIPS(weights), _images(0), _images(0)) == 0.0


def test_distance_is_symmetric_and_grows_with_noise(weights):
    metric = LPIPS(weights)
    image, noise = _images(0), _images(1)
    small = _distance(metric, image, image + 0.1 * noise)
    large = _distance(metric, image, image + 0.5 * noise)
    assert 0 < small < large
    assert _distance(metric, image + 0.5 * noise, image) == (
        pytest.approx(large, rel=1e-5)
    )


def _first_features(image, arrays):
    """The first convolution at stride 4 and padding 2, and its activation."""
    shift, scale = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
    padded = np.pad((image - shift) / scale, ((2, 2), (2, 2), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (11, 11), axis=(0, 1)
    )[::4, ::4]
    maps = np.einsum("hwcij,ocij->hwo", windows, arrays["conv0.weight"])
    maps = np.maximum(maps + arrays["conv0.bias"], 0)
    return maps / np.linalg.norm(maps, axis=-1, keepdims=True)


def test_first_layer_equals_its_definition(tmp_path):
    arrays = _arrays()
    for index in range(1, 5):
        arrays[f"lin{index}.weight"] *= 0.0
    np.savez(tmp_path / "first.npz", **arrays)
    first, second = _images(0, 31, 1), _images(1, 31, 1)
    squares = np.square(
        _first_features(first[0], arrays) - _first_features(second[0], arrays)
    )
    expected = (squares @ arrays["lin0.weight"][0, :, 0, 0]).mean()
    distance = _distance(LPIPS(tmp_path / "first.npz"), first, second)
    assert distance == pytest.approx(expected, rel=1e-4)


def test_public_files_give_the_same_distance(weights, tmp_path):
    arrays = _arrays()
    positions = (0, 3, 6, 8, 10)
    backbone = {
        f"features.{position}.{end}": arrays[f"conv{index}.{end}"]
        for index, position in enumerate(positions)
        for end in ("weight", "bias")
    }
    linear = {
        f"lin{index}.model.1.weight": arrays[f"lin{index}.weight"]
        for index in range(5)
    }
    np.savez(tmp_path / "alexnet.npz", **backbone)
    np.savez(tmp_path / "alex.npz", **linear)
    both = LPIPS([tmp_path / "alexnet.npz", tmp_path / "alex.npz"])
    pair = _images(0), _images(1)
    assert _distance(both, *pair) == _distance(LPIPS(weights), *pair)


def test_mean_is_over_images_whatever_the_batches(weights):
    first, second = _images(0, count=3), _images(1, count=3)
    metric = LPIPS(weights)
    singles = [
        _distance(metric, first[i : i + 1], second[i : i + 1]) for i in range(3)
    ]
    metric.reset_state()
    metric.update_state(first[:2], second[:2])
    metric.update_state(first[2:], second[2:])
    assert float(metric.result()) == pytest.approx(np.mean(singles), rel=1e-5)


def test_sizes_must_match(weights):
    with pytest.raises(ValueError, match="of one size"):
        LPIPS(weights).update_state(_images(0, 40), _images(0, 44))


def test_missing_array_is_refused(tmp_path):
    arrays = _arrays()
    del arrays["lin3.weight"]
    np.savez(tmp_path / "less.npz", **arrays)
    with pytest.raises(ValueError, match="lack 'lin3.weight'"):
        LPIPS(tmp_path / "less.npz")
