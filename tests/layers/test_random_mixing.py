import numpy as np
import pytest
from keras import ops

from semst_tf.layers.random_mixing import RandomMixing

pytestmark = pytest.mark.backend_neutral

CHANNELS = {"fine": 8, "middle": 12, "deep": 20}


def features(height=37, width=50, count=2):
    random = np.random.default_rng(0)
    sizes = [(height, width), (height // 2, width // 2), (5, 4)]
    return {
        name: random.standard_normal((count, *size, channels)).astype("f")
        for size, (name, channels) in zip(sizes, CHANNELS.items())
    }


@pytest.mark.parametrize("mixing", ["none", "channels", "scales"])
def test_maps_keep_sizes_and_order(mixing):
    mix = RandomMixing(CHANNELS, units=6, mixing=mixing)
    given = {**features(), "unknown": np.zeros((1, 1))}
    mixed = mix(given)
    assert list(mixed) == list(CHANNELS)
    del given["unknown"]
    shapes = {name: values.shape for name, values in given.items()}
    expected = mix.compute_output_shape(shapes)
    for name, maps in mixed.items():
        assert tuple(maps.shape) == tuple(expected[name])
        assert maps.shape[-1] == (CHANNELS[name] if mixing == "none" else 6)


def test_mixing_across_scales_only_goes_from_deep_to_fine():
    mix, given = RandomMixing(CHANNELS, units=6), features()
    before = mix(given)
    given["middle"] = given["middle"] + 1
    after = mix(given)
    changed = {
        name: not np.allclose(
            ops.convert_to_numpy(before[name]),
            ops.convert_to_numpy(after[name]),
        )
        for name in CHANNELS
    }
    assert changed == {"fine": True, "middle": True, "deep": False}


def test_mixed_maps_are_about_as_large_as_the_features():
    for mixing in ("channels", "scales"):
        mixed = RandomMixing(CHANNELS, mixing=mixing)(features())
        for maps in mixed.values():
            assert 0.5 < np.std(ops.convert_to_numpy(maps)) < 1.5


def test_kernels_are_no_weights():
    assert RandomMixing(CHANNELS, seed=3).weights == []


def test_kernels_do_not_change_with_the_version_of_numpy():
    mix = RandomMixing({"a": 1}, units=2, mixing="channels", seed=0)
    maps = ops.convert_to_numpy(mix({"a": np.ones((1, 1, 1, 1), "f")})["a"])
    np.testing.assert_allclose(maps.ravel(), [1.7640524, 0.4001572], rtol=1e-6)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="Received: mixing='all'"):
        RandomMixing(CHANNELS, mixing="all")
    with pytest.raises(ValueError, match="At least one"):
        RandomMixing({})
    with pytest.raises(ValueError, match="'deep' is missing"):
        RandomMixing(CHANNELS)(
            {k: v for k, v in features().items() if k != "deep"}
        )
    with pytest.raises(ValueError, match="must have 9 channels"):
        RandomMixing({"fine": 9})(features())
