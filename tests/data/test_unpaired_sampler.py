import collections

import numpy as np
import pytest

from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler


@pytest.fixture
def collections_of(make_folder):
    def make(source_count, target_count, **options):
        return (
            ImageCollection(make_folder("s", source_count), **options),
            ImageCollection(make_folder("t", target_count), **options),
        )

    return make


def assert_equal_examples(first, second):
    for domain in ("source", "target"):
        np.testing.assert_array_equal(first[domain], second[domain])


def test_crops_are_float32_in_the_unit_range(collections_of):
    sampler = UnpairedSampler(*collections_of(2, 2), crop_size=(16, 8))
    for index in range(8):
        for crop in sampler.example(index).values():
            assert crop.shape == (16, 8, 3)
            assert crop.dtype == np.float32
            assert -1 <= crop.min() < crop.max() <= 1


def test_example_depends_on_seed_and_index_alone(collections_of):
    images = collections_of(5, 3)
    forwards = UnpairedSampler(*images, crop_size=16, seed=7)
    expected = [forwards.example(index) for index in range(40)]
    backwards = UnpairedSampler(*images, crop_size=16, seed=7)
    for index in reversed(range(40)):
        assert_equal_examples(backwards.example(index), expected[index])


def test_another_seed_gives_other_examples(collections_of):
    images = collections_of(5, 5)
    first, second = (
        UnpairedSampler(*images, crop_size=16, seed=seed) for seed in (0, 1)
    )
    different = sum(
        not np.array_equal(
            first.example(i)["source"], second.example(i)["source"]
        )
        for i in range(10)
    )
    assert different >= 9


def test_every_pass_shows_every_image_once_in_a_new_order(collections_of):
    sampler = UnpairedSampler(*collections_of(7, 7), crop_size=8)
    passes = [
        [sampler.image_index("source", 7 * p + i) for i in range(7)]
        for p in range(4)
    ]
    assert all(sorted(order) == list(range(7)) for order in passes)
    assert len({tuple(order) for order in passes}) > 1


def test_small_domain_is_used_evenly_and_a_pass_is_the_longer_one(
    collections_of,
):
    sampler = UnpairedSampler(*collections_of(10, 3), crop_size=8)
    assert sampler.pass_length == 10
    used = collections.Counter(
        sampler.image_index("target", index) for index in range(30)
    )
    assert used == {0: 10, 1: 10, 2: 10}


def test_source_and_target_are_drawn_independently(collections_of):
    sampler = UnpairedSampler(*collections_of(8, 8), crop_size=8)
    pairs = {
        (
            sampler.image_index("source", index),
            sampler.image_index("target", index),
        )
        for index in range(80)
    }
    assert len(pairs) > 30  # Locked together, there would be 8.


def test_memory_does_not_freeze_crops(collections_of):
    images = collections_of(1, 1, cache_bytes=10**6)
    sampler = UnpairedSampler(*images, crop_size=8, flip=False)
    crops = {sampler.example(i)["source"].tobytes() for i in range(20)}
    assert len(crops) > 10


def test_flips_happen_half_of_the_time_or_never(make_image):
    path = make_image("ramp/0.png", size=(8, 8))
    upright = ImageCollection([path])

    def flipped_share(flip):
        sampler = UnpairedSampler(upright, upright, crop_size=8, flip=flip)
        reference = upright.to_unit_range(upright.load(0))
        return np.mean(
            [
                not np.array_equal(sampler.example(i)["source"], reference)
                for i in range(200)
            ]
        )

    assert 0.35 < flipped_share(True) < 0.65
    assert flipped_share(False) == 0


def height_of(crop, free_rows):
    """Relative height of a crop of a vertical ramp."""
    return (crop[0, 0, 0] + 1) / 2 * 255 / free_rows


@pytest.fixture
def ramps(tmp_path):
    """Images whose value is their row: 100 and 200 rows high."""
    collections_ = []
    for rows in (100, 200):
        ramp = np.repeat(np.arange(rows, dtype="uint8")[:, None], 40, 1)
        np.save(tmp_path / f"{rows}.npy", ramp)
        collections_.append(ImageCollection([tmp_path / f"{rows}.npy"]))
    return collections_


@pytest.mark.parametrize("matched", [True, False])
def test_matched_crops_share_their_relative_height(ramps, matched):
    sampler = UnpairedSampler(*ramps, crop_size=20, matched_crops=matched)
    heights = []
    for index in range(50):
        example = sampler.example(index)
        heights.append(
            (
                height_of(example["source"], 80),
                height_of(example["target"], 180),
            )
        )
    apart = np.abs(np.diff(heights, axis=1))
    assert (apart.max() < 0.01) == matched
    assert np.ptp(heights) > 0.8  # All heights are still visited.


def test_every_crop_position_can_occur(ramps):
    sampler = UnpairedSampler(*ramps, crop_size=(97, 40), flip=False)
    tops = {
        round(height_of(sampler.example(i)["source"], 3) * 3) for i in range(60)
    }
    assert tops == {0, 1, 2, 3}


def test_whole_images_when_there_is_no_crop(collections_of):
    sampler = UnpairedSampler(*collections_of(1, 1), crop_size=None)
    assert sampler.example(3)["source"].shape == (24, 32, 3)


def test_crop_of_the_whole_image_fits_and_a_larger_one_names_it(
    collections_of,
):
    images = collections_of(1, 1)
    sampler = UnpairedSampler(*images, crop_size=(24, 32))
    assert sampler.example(0)["target"].shape == (24, 32, 3)
    sampler = UnpairedSampler(*images, crop_size=25)
    with pytest.raises(ValueError, match=r"000\.png.*24x32, crop 25x25"):
        sampler.example(0)


def test_16_bit_images_keep_their_depth(tmp_path):
    values = np.arange(256, dtype="uint16").reshape(16, 16)
    np.save(tmp_path / "deep.npy", values)
    images = ImageCollection(tmp_path)
    crop = UnpairedSampler(images, images, crop_size=16, flip=False).example(0)[
        "source"
    ]
    assert len(np.unique(crop)) == 256
    assert crop.max() < -0.99


def test_empty_domain_and_bad_seed_are_refused(collections_of, tmp_path):
    images = collections_of(1, 1)
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match="target domain has no images"):
        UnpairedSampler(images[0], ImageCollection(tmp_path / "none"))
    for seed in (-1, 1.5, None):
        with pytest.raises(ValueError, match="Received: seed="):
            UnpairedSampler(*images, seed=seed)


def test_trainings_of_older_versions_go_on_with_their_crops(collections_of):
    sampler = UnpairedSampler(*collections_of(5, 3), crop_size=16, seed=5)
    drawn = [
        (sampler.image_index(domain, index), *sampler.corner(domain, index))
        for index in (0, 7)
        for domain in ("source", "target")
    ]
    assert drawn == [(4, 1, 13), (0, 7, 15), (4, 1, 11), (2, 1, 2)]
