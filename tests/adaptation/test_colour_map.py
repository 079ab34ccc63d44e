import numpy as np

from semst_tf.adaptation.colour_map import colour_map


def images(mean, spread, seed):
    random = np.random.default_rng(seed)
    return [
        np.clip(random.normal(mean, spread, (16, 24, 3)), 0, 255).astype(
            "uint8"
        )
        for _ in range(2)
    ]


def test_mean_and_covariance_become_those_of_the_target():
    source = images((90, 100, 110), (5, 10, 8), seed=0)
    target = images((150, 140, 130), (12, 6, 9), seed=1)
    mapped = colour_map(source, iter(target))
    moved = np.concatenate([mapped(image).reshape(-1, 3) for image in source])
    wanted = np.concatenate([image.reshape(-1, 3) for image in target])
    np.testing.assert_allclose(moved.mean(0), wanted.mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(wanted.T), atol=1.0)


def test_values_stay_in_their_range():
    mapped = colour_map(images((90,) * 3, 5, 0), images((250,) * 3, 30, 1))
    out = mapped(np.array([[[0, 128, 255]]], "uint8"))
    assert out.min() >= 0 and out.max() <= 255
