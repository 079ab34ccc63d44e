from pathlib import Path

import numpy as np
import pytest
from torch_writer import state_dict
from torch_writer import write_zip

from semst_tf.importers import cut_generator
from semst_tf.pretrained.torch_file import read_torch_file

REFERENCE = Path(__file__).parents[1] / "reference"
DOWN = np.outer([1, 2, 1], [1, 2, 1]) / 16
UP = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16


@pytest.fixture(scope="module")
def reference():
    return np.load(REFERENCE / "cut_networks.npz")


def generator_arrays(filters=2, blocks=2, inputs=3, outputs=3):
    """Random tensors under the names that CUT gives them."""
    random = np.random.default_rng(0)
    arrays = {}

    def convolution(name, *shape):
        arrays[f"{name}.weight"] = random.normal(size=shape).astype("f4")
        arrays[f"{name}.bias"] = random.normal(size=shape[0]).astype("f4")

    def blur(name, channels, kernel):
        kernels = np.tile(kernel, (channels, 1, 1, 1))
        arrays[f"{name}.filt"] = kernels.astype("f4")

    up = 12 + blocks
    convolution("model.1", filters, inputs, 7, 7)
    convolution("model.4", 2 * filters, filters, 3, 3)
    blur("model.7", 2 * filters, DOWN)
    convolution("model.8", 4 * filters, 2 * filters, 3, 3)
    blur("model.11", 4 * filters, DOWN)
    for block in range(12, up):
        for layer in (1, 5):
            name = f"model.{block}.conv_block.{layer}"
            convolution(name, 4 * filters, 4 * filters, 3, 3)
    blur(f"model.{up}", 4 * filters, UP)
    convolution(f"model.{up + 1}", 2 * filters, 4 * filters, 3, 3)
    blur(f"model.{up + 4}", 2 * filters, UP)
    convolution(f"model.{up + 5}", filters, 2 * filters, 3, 3)
    convolution(f"model.{up + 9}", outputs, filters, 7, 7)
    return arrays


def refused(tmp_path, arrays):
    path = write_zip(tmp_path / "net_G.pth", *state_dict(arrays))
    with pytest.raises(ValueError, match="Received: path=") as error:
        cut_generator(path)
    return str(error.value).partition("Received: ")[0]


@pytest.mark.backend_neutral
@pytest.mark.parametrize("name", ["cut_net_G.pth", "cut_net_G_legacy.pth"])
def test_translation_equals_the_public_implementation(reference, name):
    generator = cut_generator(REFERENCE / name)
    translated = generator(reference["image"])
    np.testing.assert_allclose(
        translated, reference["translated"], rtol=0, atol=1e-4
    )


@pytest.mark.backend_neutral
def test_features_equal_the_public_implementation(reference):
    generator = cut_generator(REFERENCE / "cut_net_G.pth")
    assert tuple(generator.feature_layers) == (0, 4, 8, 12, 16)
    features = generator.encode(reference["image"])
    for layer, feature in zip(generator.feature_layers, features):
        np.testing.assert_allclose(
            feature, reference[f"feature_{layer}"], rtol=0, atol=1e-4
        )


@pytest.mark.parametrize(
    "sizes",
    [
        {"filters": 1, "blocks": 1},
        {"filters": 3, "blocks": 6, "inputs": 1, "outputs": 5},
    ],
)
def test_sizes_are_inferred_from_the_tensors(tmp_path, sizes):
    arrays = generator_arrays(**sizes)
    path = write_zip(tmp_path / "net_G.pth", *state_dict(arrays))
    generator = cut_generator(path)
    assert generator.filters == sizes["filters"]
    assert generator.blocks == sizes["blocks"]
    assert generator.input_channels == sizes.get("inputs", 3)
    assert generator.output_channels == sizes.get("outputs", 3)
    images = np.zeros((1, 8, 12, generator.input_channels), "f4")
    assert generator(images).shape == (1, 8, 12, generator.output_channels)


def test_weights_of_data_parallel_are_the_same(tmp_path):
    arrays = generator_arrays()
    plain = write_zip(tmp_path / "plain.pth", *state_dict(arrays))
    wrapped = {f"module.{name}": array for name, array in arrays.items()}
    content, storages = state_dict(wrapped)
    parallel = write_zip(
        tmp_path / "parallel.pth", {"state_dict": content}, storages
    )
    weights = cut_generator(plain).get_weights()
    for ours, theirs in zip(weights, cut_generator(parallel).get_weights()):
        np.testing.assert_array_equal(ours, theirs)


def test_missing_tensor_is_named(tmp_path):
    arrays = generator_arrays()
    del arrays["model.13.conv_block.5.bias"]
    assert "missing tensors: model.13.conv_block.5.bias" in refused(
        tmp_path, arrays
    )


def test_missing_first_kernel_is_named(tmp_path):
    arrays = generator_arrays()
    del arrays["model.1.weight"]
    assert "model.1.weight" in refused(tmp_path, arrays)


def test_unexpected_tensor_is_named(tmp_path):
    # What batch normalisation would bring.
    arrays = generator_arrays() | {"model.2.running_mean": np.zeros(2, "f4")}
    assert "unexpected tensors: model.2.running_mean" in refused(
        tmp_path, arrays
    )


def test_tensor_of_another_shape_is_named(tmp_path):
    arrays = generator_arrays()
    arrays["model.4.weight"] = arrays["model.4.weight"][:, :, :1].copy()
    message = refused(tmp_path, arrays)
    assert "`model.4.weight` should have shape (4, 2, 3, 3)" in message
    assert "(4, 2, 1, 3)" in message


def test_huge_claims_are_refused_before_memory_is_taken(tmp_path):
    # A generator of so many filters would have 10^11 weights.
    arrays = generator_arrays()
    arrays["model.1.weight"] = np.zeros((20_000, 1, 7, 7), "f4")
    arrays["model.1.bias"] = np.zeros(20_000, "f4")
    assert "`model.4.weight` should have" in refused(tmp_path, arrays)


def test_blur_of_another_size_is_refused(tmp_path):
    arrays = generator_arrays()
    arrays["model.7.filt"] = np.full((4, 1, 5, 5), 1 / 25, "f4")
    assert "`model.7.filt`" in refused(tmp_path, arrays)


@pytest.mark.parametrize("name", ["model.11.filt", "model.14.filt"])
def test_blur_of_other_values_is_refused(tmp_path, name):
    arrays = generator_arrays()
    arrays[name] = arrays[name] * 1.01
    assert f"`{name}` is another blur filter" in refused(tmp_path, arrays)


def test_generator_without_anti_aliasing_is_refused(tmp_path):
    arrays = {
        name: array
        for name, array in generator_arrays().items()
        if not name.endswith(".filt")
    }
    message = refused(tmp_path, arrays)
    assert "only the anti-aliased variant is supported" in message


def test_discriminator_is_not_taken_for_a_generator():
    with pytest.raises(ValueError, match="does not hold a generator"):
        cut_generator(REFERENCE / "cut_net_D.pth")


def test_reference_blurs_are_those_of_these_tests():
    tensors = read_torch_file(REFERENCE / "cut_net_G.pth")
    np.testing.assert_allclose(tensors["model.7.filt"][0, 0], DOWN)
    np.testing.assert_allclose(tensors["model.21.filt"][0, 0], UP)
