"""The guided filter against its definition, and what it is there for."""

import numpy as np
import pytest
from keras import ops

from semst_tf.layers import GuidedFilter

pytestmark = pytest.mark.backend_neutral


def filtered(inputs, guide, **options):
    outputs = GuidedFilter(**options)(
        ops.convert_to_tensor(inputs[None]), guide=guide[None]
    )
    return ops.convert_to_numpy(outputs)[0]


def step(height, width, column):
    image = np.full((height, width, 1), -0.5, "float32")
    image[:, column:] = 0.5
    return image


def box(cells, radius):
    """Mean over the cells around each, of those that there are."""
    means = np.zeros_like(cells)
    for row, column in np.ndindex(*cells.shape[:2]):
        rows = slice(max(row - radius, 0), row + radius + 1)
        columns = slice(max(column - radius, 0), column + radius + 1)
        means[row, column] = cells[rows, columns].mean((0, 1))
    return means


def twice_doubled(cells):
    for axis in (0, 1, 0, 1):
        near = np.pad(
            cells,
            [(1, 1) if a == axis else (0, 0) for a in range(3)],
            mode="edge",
        )
        near = np.moveaxis(near, axis, 0)
        middle = np.moveaxis(cells, axis, 0)
        pairs = [
            0.75 * middle + 0.25 * near[:-2],
            0.75 * middle + 0.25 * near[2:],
        ]
        doubled = np.stack(pairs, 1).reshape(-1, *middle.shape[1:])
        cells = np.moveaxis(doubled, 0, axis)
    return cells


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_lines_are_those_of_ridge_regression(channels):
    random = np.random.default_rng(0)
    guide = random.uniform(-1, 1, (28, 36, channels))
    inputs = random.uniform(-1, 1, (28, 36, 2))

    def cells(maps):
        return box(maps.reshape(7, 4, 9, 4, -1).mean((1, 3)), 2)

    mean, middle = cells(inputs), cells(guide)
    products = cells(
        (guide[..., None] * inputs[..., None, :]).reshape(28, 36, -1)
    ).reshape(7, 9, channels, 2)
    squares = cells(
        (guide[..., None] * guide[..., None, :]).reshape(28, 36, -1)
    ).reshape(7, 9, channels, channels)
    covariance = products - middle[..., None] * mean[..., None, :]
    variances = squares - middle[..., None] * middle[..., None, :]
    slopes = np.linalg.solve(variances + 0.05 * np.eye(channels), covariance)
    offset = box(mean - np.einsum("hwg,hwgn->hwn", middle, slopes), 2)
    slopes = twice_doubled(box(slopes.reshape(7, 9, -1), 2))
    expected = twice_doubled(offset) + np.einsum(
        "hwg,hwgn->hwn", guide, slopes.reshape(28, 36, channels, 2)
    )
    found = filtered(
        inputs.astype("float32"), guide.astype("float32"), epsilon=0.05
    )
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_linear_function_of_the_guide_stays_what_it_is():
    random = np.random.default_rng(1)
    guide = random.uniform(-1, 1, (32, 40, 1)).astype("float32")
    inputs = np.concatenate([0.5 * guide + 0.1, -0.2 * guide], axis=-1)
    found = filtered(inputs, guide, epsilon=1e-6)
    np.testing.assert_allclose(found, inputs, atol=1e-3)


def test_a_soft_edge_becomes_the_edge_of_the_guide():
    guide = step(48, 64, 32)
    ramp = np.clip((np.arange(64) - 28) / 8, 0, 1)
    soft = np.broadcast_to(ramp[None, :, None], (48, 64, 1)).astype("float32")
    found = filtered(soft, guide)[24, :, 0]
    rises = np.diff(found)
    assert rises.argmax() == 31
    assert rises[31] > 0.5 > 3 * np.diff(soft[24, :, 0]).max()


def test_an_edge_of_colour_alone_is_an_edge():
    red, green = np.array([0.5, -0.5, 0.0]), np.array([-0.5, 0.5, 0.0])
    side = step(48, 64, 32) > 0
    guide = np.where(side, red, green).astype("float32")
    ramp = np.clip((np.arange(64) - 28) / 8, 0, 1)
    soft = np.broadcast_to(ramp[None, :, None], (48, 64, 1)).astype("float32")
    rises = np.diff(filtered(soft, guide)[24, :, 0])
    assert rises.argmax() == 31
    assert rises[31] > 0.5


def test_a_grey_guide_of_three_channels_is_a_guide_of_one():
    random = np.random.default_rng(3)
    grey = random.uniform(-1, 1, (32, 32, 1)).astype("float32")
    inputs = random.uniform(-1, 1, (32, 32, 2)).astype("float32")
    np.testing.assert_allclose(
        filtered(inputs, np.repeat(grey, 3, -1), epsilon=0.03),
        filtered(inputs, grey, epsilon=0.01),
        atol=1e-4,
    )


def test_waves_go_where_the_guide_is_flat():
    guide = np.zeros((64, 64, 3), "float32")
    columns = np.arange(64)
    waves = 0.3 + 0.2 * np.sin(2 * np.pi * columns / 8)
    waves = np.broadcast_to(waves[None, :, None], (64, 64, 2))
    found = filtered(waves.astype("float32"), guide)
    middle = found[:, 12:-12]
    assert middle.std() < 0.02
    assert abs(middle.mean() - 0.3) < 0.02


def test_what_lies_beyond_the_margin_does_not_count():
    random = np.random.default_rng(2)
    guide = random.uniform(-1, 1, (96, 96, 3)).astype("float32")
    inputs = random.uniform(-1, 1, (96, 96, 2)).astype("float32")
    margin = GuidedFilter(8).margin
    others = guide.copy(), inputs.copy()
    for changed in others:
        changed[:, : 48 - margin] = 1.0
        changed[:, 52 + margin :] = -1.0
    columns = slice(48, 52)
    np.testing.assert_allclose(
        filtered(inputs, guide)[:, columns],
        filtered(others[1], others[0])[:, columns],
        atol=1e-5,
    )


def test_variances_of_half_precision_images_are_computed_in_float32():
    guide = (0.9 + 0.01 * step(32, 32, 16)).astype("float16")
    inputs = (0.5 + 0.1 * step(32, 32, 16)).astype("float16")
    found = filtered(inputs, guide, epsilon=1e-6)
    single = filtered(
        inputs.astype("float32"), guide.astype("float32"), epsilon=1e-6
    )
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, single, atol=1e-4)


@pytest.mark.parametrize("radius", [0, 6, -4, 8.0])
def test_a_radius_of_no_whole_cells_is_refused(radius):
    with pytest.raises(ValueError, match="Received: radius="):
        GuidedFilter(radius)


def test_flat_places_need_a_variance_to_count_as_such():
    with pytest.raises(ValueError, match="Received: epsilon=0"):
        GuidedFilter(epsilon=0)
