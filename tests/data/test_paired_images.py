"""Images of which the translation is known: which they are, and how cut."""

import numpy as np
import pytest
from PIL import Image

from semst_tf.data import ImageCollection
from semst_tf.data import PairedImages
from semst_tf.data import UnpairedSampler
from semst_tf.data import unpaired_images
from semst_tf.data.image_files import write_image


@pytest.fixture
def pairs_folder(tmp_path, make_folder):
    """Pairs of which the target is the negative of the source."""
    make_folder("pairs/source", 6)
    (tmp_path / "pairs" / "target").mkdir()
    for path in sorted((tmp_path / "pairs" / "source").iterdir()):
        negative = 255 - np.asarray(Image.open(path))
        Image.fromarray(negative).save(tmp_path / "pairs/target" / path.name)
    return tmp_path / "pairs"


@pytest.fixture
def sampler(pairs_folder, make_folder):
    return UnpairedSampler(
        ImageCollection(make_folder("s", 4)),
        ImageCollection(make_folder("t", 3)),
        crop_size=(16, 8),
        seed=3,
        paired=PairedImages.of(pairs_folder),
    )


def test_both_images_of_a_pair_are_cut_and_mirrored_together(sampler):
    for index in range(20):
        example = sampler.example(index)
        # Negatives of each other, pixel by pixel.
        np.testing.assert_allclose(
            example["paired_source"], -example["paired_target"], atol=1e-6
        )
    crops = {sampler.example(i)["paired_source"].tobytes() for i in range(20)}
    assert len(crops) >= 18


def test_every_pair_is_used_equally_often(sampler):
    drawn = [sampler._in_order(2, 6, index) for index in range(24)]
    for start in range(0, 24, 6):
        assert sorted(drawn[start : start + 6]) == list(range(6))
    assert drawn[:6] != drawn[6:12]


def test_pairs_do_not_change_what_is_drawn_of_the_domains(sampler):
    without = UnpairedSampler(
        sampler.source, sampler.target, crop_size=(16, 8), seed=3
    )
    for index in range(6):
        with_pairs, alone = sampler.example(index), without.example(index)
        for domain in ("source", "target"):
            np.testing.assert_array_equal(with_pairs[domain], alone[domain])


def test_batches_bring_pairs_and_go_on_at_any_example(sampler):
    arguments = dict(crop_size=(16, 8), batch_size=2, seed=3)
    arguments["paired"] = sampler.paired
    data = unpaired_images(sampler.source, sampler.target, **arguments)
    later = unpaired_images(
        sampler.source, sampler.target, first_example=2, **arguments
    )
    second = [dict(batch) for batch, _ in zip(data, range(2))][1]
    first_of_later = next(iter(later))
    for name in ("source", "target", "paired_source", "paired_target"):
        expected = np.stack([sampler.example(i)[name] for i in (2, 3)])
        np.testing.assert_array_equal(second[name], expected)
        np.testing.assert_array_equal(first_of_later[name], expected)


def test_halves_of_one_file_are_a_pair_in_either_direction(tmp_path):
    left = np.full((20, 12, 3), 10, "uint8")
    whole = np.concatenate([left, left + 90], axis=1)
    for number in range(2):
        (tmp_path / "ab").mkdir(exist_ok=True)
        whole[0, 0] = number  # Not the same file twice.
        write_image(tmp_path / "ab" / f"{number}.png", whole)
    forward = PairedImages.of(f"{tmp_path}/ab@left")
    assert forward.source.load(0)[5, 5, 0] == 10
    assert forward.target.load(0)[5, 5, 0] == 100
    backward = PairedImages.of(f"{tmp_path}/ab@right")
    assert backward.source.load(0)[5, 5, 0] == 100
    forward.check((16, 8))


def test_a_limit_takes_pairs_from_everywhere(pairs_folder):
    pairs = PairedImages.of(pairs_folder, limit=3)
    assert pairs.source.relative_names == ["000.png", "002.png", "004.png"]
    assert pairs.target.relative_names == pairs.source.relative_names
    with pytest.raises(ValueError, match="which is 6. Received: 7"):
        PairedImages.of(pairs_folder, limit=7)


def rename_one(folder):
    (folder / "target" / "001.png").rename(folder / "target" / "other.png")


def lose_one(folder):
    (folder / "target" / "001.png").unlink()


def lose_a_source(folder):
    (folder / "source" / "001.png").unlink()


def resize_one(folder):
    Image.new("RGB", (40, 30)).save(folder / "target" / "001.png")


def damage_one(folder):
    (folder / "target" / "001.png").write_bytes(b"no image")


def lose_all_targets(folder):
    for path in (folder / "target").iterdir():
        path.unlink()
    (folder / "target").rmdir()


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (rename_one, "no target image for 1 of 6 images.*001.png"),
        (lose_one, "6 images in .* but 5 in"),
        (lose_a_source, "5 images in .* but 6 in"),
        (resize_one, "of 24x32 and .*001.png of 30x40"),
        (damage_one, "data.paired.*001.png"),
        (lose_all_targets, "subfolders source and target"),
    ],
)
def test_a_pair_that_is_none_is_told_in_one_line(pairs_folder, harm, message):
    harm(pairs_folder)
    with pytest.raises(ValueError, match=message) as raised:
        PairedImages.of(pairs_folder).check((16, 8))
    assert "\n" not in str(raised.value)


def test_a_pair_smaller_than_the_crop_is_refused(pairs_folder):
    with pytest.raises(ValueError, match="data.paired.*smaller than the crop"):
        PairedImages.of(pairs_folder).check((25, 8))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OSError, match="missing"):
        PairedImages.of(tmp_path / "missing")
