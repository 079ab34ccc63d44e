from pathlib import Path

import numpy as np
import pytest
from torch_writer import state_dict
from torch_writer import write_zip

from semst_tf.importers import cut_discriminator

REFERENCE = Path(__file__).parents[1] / "reference"
DOWN = np.outer([1, 2, 1], [1, 2, 1]) / 16


def discriminator_arrays(filters=2, layers=3, inputs=3):
    """Random tensors under the names that CUT gives them."""
    random = np.random.default_rng(0)
    arrays = {}
    widths = [inputs, filters]
    widths += [filters * min(2**depth, 8) for depth in range(1, layers + 1)]
    widths += [1]
    # Convolution, activation and blur first; then each convolution is
    # followed by normalisation, activation and blur, the last one by no blur.
    indices = [0, *range(3, 4 * layers, 4), 4 * layers + 2]
    for index, before, after in zip(indices, widths, widths[1:]):
        kernel = random.normal(size=(after, before, 4, 4)).astype("f4")
        arrays[f"model.{index}.weight"] = kernel
        arrays[f"model.{index}.bias"] = random.normal(size=after).astype("f4")
    for depth in range(layers):
        blur = np.tile(DOWN, (widths[depth + 1], 1, 1, 1)).astype("f4")
        arrays[f"model.{4 * depth + 2}.filt"] = blur
    return arrays


def refused(tmp_path, arrays):
    path = write_zip(tmp_path / "net_D.pth", *state_dict(arrays))
    with pytest.raises(ValueError, match="Received: path=") as error:
        cut_discriminator(path)
    return str(error.value).partition("Received: ")[0]


@pytest.mark.backend_neutral
def test_scores_equal_the_public_implementation():
    reference = np.load(REFERENCE / "cut_networks.npz")
    discriminator = cut_discriminator(REFERENCE / "cut_net_D.pth")
    np.testing.assert_allclose(
        discriminator(reference["image"]),
        reference["discriminator_score"],
        rtol=0,
        atol=1e-4,
    )


@pytest.mark.parametrize(
    "sizes",
    [
        {"filters": 1, "layers": 1},
        {"filters": 3, "layers": 2, "inputs": 1},
        {"filters": 1, "layers": 5, "inputs": 5},
    ],
)
def test_sizes_are_inferred_from_the_tensors(tmp_path, sizes):
    arrays = discriminator_arrays(**sizes)
    path = write_zip(tmp_path / "net_D.pth", *state_dict(arrays))
    discriminator = cut_discriminator(path)
    config = discriminator.get_config()
    assert config["filters"] == sizes["filters"]
    assert config["layers"] == sizes["layers"]
    assert config["input_channels"] == sizes.get("inputs", 3)
    first_bias = discriminator.get_weights()[1]
    np.testing.assert_array_equal(first_bias, arrays["model.0.bias"])


def test_missing_and_unexpected_tensors_are_named(tmp_path):
    arrays = discriminator_arrays()
    arrays["model.4.weight"] = arrays.pop("model.3.weight")
    message = refused(tmp_path, arrays)
    assert "missing tensors: model.3.weight" in message
    assert "unexpected tensors: model.4.weight" in message


def test_tensor_of_another_shape_is_named(tmp_path):
    arrays = discriminator_arrays()
    arrays["model.14.bias"] = np.zeros(2, "f4")
    assert "`model.14.bias` should have shape (1,)" in refused(tmp_path, arrays)


def test_blur_of_other_values_is_refused(tmp_path):
    arrays = discriminator_arrays()
    arrays["model.6.filt"] = np.full((4, 1, 3, 3), 1 / 9, "f4")
    assert "`model.6.filt` is another blur" in refused(tmp_path, arrays)


def test_discriminator_without_anti_aliasing_is_refused(tmp_path):
    arrays = {
        name: array
        for name, array in discriminator_arrays().items()
        if not name.endswith(".filt")
    }
    message = refused(tmp_path, arrays)
    assert "only the anti-aliased variant is supported" in message


def test_generator_is_not_taken_for_a_discriminator():
    with pytest.raises(ValueError, match="does not hold a discriminator"):
        cut_discriminator(REFERENCE / "cut_net_G.pth")
