import collections
import os

import numpy as np
import pytest
from PIL import Image

from semst_tf.data import CropIndex
from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler
from semst_tf.data import unpaired_images
from semst_tf.data.unpaired_sequence import UnpairedSequence

SIZE, CROP = (32, 96), (24, 16)


def mean_colours(crops):
    """Describes crops without a network."""
    return crops.mean((1, 2))


def write_scenes(folder, count, sky, ground, mirrored=False):
    """Images with sky on the one side and a texture on the other."""
    folder.mkdir()
    for number in range(count):
        random = np.random.default_rng([number, *folder.name.encode()])
        image = np.empty((*SIZE, 3))
        image[:, : SIZE[1] // 2] = sky
        image[:, SIZE[1] // 2 :] = ground
        image[:, SIZE[1] // 2 :] += random.normal(0, 30, (32, 48, 1))
        if mirrored and number % 2:
            image = image[:, ::-1]
        image = np.clip(image + random.normal(0, 4, image.shape), 0, 255)
        Image.fromarray(image.astype("uint8")).save(folder / f"{number}.png")
    return ImageCollection(folder)


@pytest.fixture
def scenes(tmp_path):
    """A domain, and another one in other colours and another layout."""
    return (
        write_scenes(tmp_path / "a", 6, (90, 150, 230), (140, 90, 40)),
        write_scenes(tmp_path / "b", 5, (160, 190, 230), (90, 70, 50), True),
    )


def is_sky(crop):
    """Share of a crop that is bluer than red."""
    return float((crop[..., 2] > crop[..., 0]).mean())


def disagreement(sampler, count=200):
    examples = [sampler.example(index) for index in range(count)]
    return np.mean(
        [abs(is_sky(e["source"]) - is_sky(e["target"])) for e in examples]
    )


def build(scenes, **options):
    options = {"crop_size": CROP, "describe": mean_colours, **options}
    return CropIndex.build(*scenes, **options)


def test_matched_crops_show_the_like_far_more_often(scenes):
    index = build(scenes)
    matched = UnpairedSampler(*scenes, crop_size=CROP, matching=index)
    independent = UnpairedSampler(*scenes, crop_size=CROP)
    assert disagreement(independent) > 0.35
    assert disagreement(matched) < 0.12


def test_without_a_match_nothing_changes_and_sources_never_do(scenes):
    matched = UnpairedSampler(*scenes, crop_size=CROP, matching=build(scenes))
    before = UnpairedSampler(*scenes, crop_size=CROP)
    for index in range(20):
        np.testing.assert_array_equal(
            matched.crop("source", index), before.crop("source", index)
        )
        for domain in ("source", "target"):
            top, left = before.corner(domain, index)
            images = getattr(before, domain)
            crop = images.to_unit_range(
                images.load(before.image_index(domain, index))
            )[top : top + CROP[0], left : left + CROP[1]]
            drawn = before.crop(domain, index)
            assert (crop == drawn).all() or (crop[:, ::-1] == drawn).all()


def test_every_place_of_the_source_is_drawn_equally_often(scenes):
    sampler = UnpairedSampler(*scenes, crop_size=CROP, matching=build(scenes))
    count = 3000
    images = collections.Counter(
        sampler.image_index("source", index) for index in range(count)
    )
    assert set(images.values()) == {count // 6}
    corners = np.array([sampler.corner("source", i) for i in range(count)])
    for places, free in zip(corners.T, (8, 80), strict=True):
        seen, _ = np.histogram(places, np.linspace(0, free + 1, 10))
        assert seen.min() > 0.8 * seen.mean()
        assert seen.max() < 1.2 * seen.mean()


def test_an_example_depends_on_seed_and_number_alone(scenes):
    index = build(scenes)
    first, later = (
        UnpairedSampler(*scenes, crop_size=CROP, seed=3, matching=index)
        for _ in range(2)
    )
    expected = [first.crop("target", number) for number in range(20)]
    for number in reversed(range(20)):
        np.testing.assert_array_equal(
            later.crop("target", number), expected[number]
        )
    other = UnpairedSampler(*scenes, crop_size=CROP, seed=4, matching=index)
    assert any(
        (other.crop("target", n) != expected[n]).any() for n in range(20)
    )


def test_the_drawn_target_is_near_one_of_the_neighbours(scenes):
    index = build(scenes, neighbours=2)
    sampler = UnpairedSampler(*scenes, crop_size=CROP, matching=index)
    for number in range(50):
        image = sampler.image_index("target", number)
        corner = sampler.corner("target", number)
        place = index._source_grids[0].nearest(sampler.corner("source", number))
        place += sampler.image_index("source", number) * 22
        target = image * 22 + index._target_grids[0].nearest(corner)
        assert target in index.neighbours[place]


def test_neighbours_are_those_of_the_largest_cosine(scenes, monkeypatch):
    monkeypatch.setattr("semst_tf.data.crop_index._SOURCES", 7)
    monkeypatch.setattr("semst_tf.data.crop_index._TARGETS", 9)
    random = np.random.default_rng(0)
    vectors = iter(random.normal(size=(11, 22, 40)))
    given = []

    def describe(crops):
        given.append(next(vectors).astype("float16"))
        return given[-1]

    index = build(scenes, describe=describe, neighbours=5)
    units = []
    for domain in (given[:6], given[6:]):
        domain = np.concatenate(domain).astype("float64")
        domain -= domain.mean(0)
        domain /= np.linalg.norm(domain, axis=1, keepdims=True)
        units.append(domain)
    cosines = units[0] @ units[1].T
    found = np.take_along_axis(cosines, index.neighbours, 1)
    best = -np.sort(-cosines, axis=1)[:, :5]
    np.testing.assert_allclose(found, best, atol=2e-3)


@pytest.mark.parametrize("part", [(0, 1), (1, 2)])
def test_batches_and_parts_hold_the_same_examples(scenes, part):
    index = build(scenes)
    options = {"batch_size": 4, "part": part, "first_example": 2}
    sampler = UnpairedSampler(*scenes, crop_size=CROP, matching=index)
    data = unpaired_images(*scenes, crop_size=CROP, matching=index, **options)
    plain = iter(UnpairedSequence(sampler, **options))
    for number, batch in enumerate(data.take(3).as_numpy_iterator()):
        other = next(plain)
        share = 4 // part[1]
        first = 2 + 4 * number + part[0] * share
        for domain in ("source", "target"):
            np.testing.assert_array_equal(batch[domain], other[domain])
            np.testing.assert_array_equal(
                batch[domain][0], sampler.crop(domain, first)
            )


def test_whole_images_of_any_size_can_be_matched(make_folder, make_image):
    make_image("s/large.png", size=(30, 50))
    scenes = [ImageCollection(make_folder(name, 2)) for name in "st"]
    index = build(scenes, crop_size=None, neighbours=1)
    sampler = UnpairedSampler(*scenes, crop_size=None, matching=index)
    shapes = {sampler.crop("source", i).shape for i in range(3)}
    assert shapes == {(24, 32, 3), (30, 50, 3)}
    assert sampler.crop("target", 0).shape == (24, 32, 3)


def test_images_without_any_difference_have_neighbours(tmp_path):
    for name in ("s", "t"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (20, 20)).save(tmp_path / name / "0.png")
    scenes = [ImageCollection(tmp_path / name) for name in "st"]
    index = build(scenes, crop_size=8, neighbours=4)
    assert index.neighbours.tolist() == [[0, 1, 2, 3]] * 16


def cached(scenes, path, **options):
    """Reads or builds an index; returns it and the images described."""
    read = []
    index = CropIndex.cached(
        path,
        *scenes,
        **{
            "crop_size": CROP,
            "describe": mean_colours,
            "name": "mean",
            "progress": lambda done, of: read.append((done, of)),
            **options,
        },
    )
    return index, read


def test_an_index_is_kept_and_read_again(scenes, tmp_path):
    path = tmp_path / "run" / "crop_index.npz"
    index, read = cached(scenes, path)
    assert read == [(done, 11) for done in range(1, 12)]
    again, read = cached(scenes, path)
    assert not read
    np.testing.assert_array_equal(again.neighbours, index.neighbours)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    first, second = (
        UnpairedSampler(*scenes, crop_size=CROP, matching=each)
        for each in (index, again)
    )
    for number in range(10):
        np.testing.assert_array_equal(
            first.crop("target", number), second.crop("target", number)
        )


@pytest.mark.parametrize(
    "change",
    [{"crop_size": 16}, {"neighbours": 3}, {"name": "other"}],
)
def test_an_index_of_other_choices_is_built_anew(scenes, tmp_path, change):
    path = tmp_path / "crop_index.npz"
    cached(scenes, path)
    assert len(cached(scenes, path, **change)[1]) == 11


def test_an_index_is_built_anew_when_an_image_changes(scenes, tmp_path):
    path = tmp_path / "crop_index.npz"
    cached(scenes, path)
    image = tmp_path / "b" / "3.png"
    image.write_bytes((tmp_path / "b" / "2.png").read_bytes())
    assert len(cached(scenes, path)[1]) == 11
    # The same size, at another time.
    os.utime(image, ns=(1, 1))
    assert len(cached(scenes, path)[1]) == 11
    assert not cached(scenes, path)[1]
    fewer = scenes[0], scenes[1].without([0])
    assert len(cached(fewer, path)[1]) == 10
    resized = scenes[0], ImageCollection(tmp_path / "b", resize="64x96")
    assert len(cached(resized, path)[1]) == 11


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_index_is_built_anew(scenes, tmp_path, damage):
    path = tmp_path / "crop_index.npz"
    cached(scenes, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert len(cached(scenes, path)[1]) == 11
    assert not cached(scenes, path)[1]


@pytest.mark.parametrize("neighbours", [0, 111])
def test_more_neighbours_than_crops_are_refused(scenes, neighbours):
    with pytest.raises(ValueError, match=r"is 110;.*Received: \d+$"):
        build(scenes, neighbours=neighbours)


def test_images_smaller_than_the_crop_are_named(scenes):
    with pytest.raises(ValueError, match=r"0\.png is smaller.*32x96.*33x33"):
        build(scenes, crop_size=33)


def test_an_index_of_other_images_or_crops_is_refused(scenes):
    index = build(scenes)
    fewer = scenes[0], scenes[1].without([0])
    for images, crop in ((fewer, CROP), (scenes, 24)):
        with pytest.raises(ValueError, match="of the very images"):
            UnpairedSampler(*images, crop_size=crop, matching=index)
    with pytest.raises(ValueError, match="choose one of them"):
        UnpairedSampler(
            *scenes, crop_size=CROP, matching=index, matched_crops=True
        )
