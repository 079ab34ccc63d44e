"""What of images must not change: which masks, how soft, how cut."""

import numpy as np
import pytest
from PIL import Image

from semst_tf.data import ImageCollection
from semst_tf.data import KeepMasks
from semst_tf.data import UnpairedSampler
from semst_tf.data.keep_masks import read_mask
from semst_tf.data.keep_masks import soft_mask


def write_mask(path, size=(24, 32), box=(4, 6, 14, 20), white=255, mode="L"):
    """Writes a mask with a white box."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mask = np.zeros(size, "uint8")
    top, left, bottom, right = box
    mask[top:bottom, left:right] = white
    Image.fromarray(mask).convert(mode).save(path)
    return path


@pytest.fixture
def images(make_folder):
    return ImageCollection(make_folder("s", 3))


@pytest.fixture
def masks_folder(tmp_path):
    for number in range(3):
        write_mask(tmp_path / "m" / f"{number:03}.png")
    return tmp_path / "m"


def test_the_border_lies_outside_and_what_is_kept_is_kept_whole():
    mask = np.zeros((40, 40), bool)
    mask[10:20, 12:22] = True
    for border in (0, 1, 2, 5, 8):
        soft = soft_mask(mask, border)
        assert (soft[mask] == 255).all()
        away = np.ones_like(mask)
        away[10 - border : 20 + border, 12 - border : 22 + border] = False
        assert (soft[away] == 0).all()
    row = soft_mask(mask, 8)[15, 22:30].astype(int)
    assert (np.diff(row) <= 0).all() and 100 < row[3] < 255 and row[7] < 60
    np.testing.assert_array_equal(soft_mask(mask, 0) == 255, mask)


def test_a_border_does_not_fall_off_at_the_edge_of_the_image():
    mask = np.zeros((16, 16), bool)
    mask[:, 10:] = True
    soft = soft_mask(mask, 4)
    assert (soft == soft[:1]).all()


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([0, 1, 1, 0], [0, 1, 1, 0]),
        ([0, 255, 250, 3], [0, 1, 1, 0]),
        ([0, 0, 0, 0], [0, 0, 0, 0]),
        ([128, 127, 255, 0], [1, 0, 1, 0]),
    ],
)
def test_what_is_nearer_to_white_is_kept(tmp_path, values, kept):
    Image.fromarray(np.array([values], "uint8")).save(tmp_path / "m.png")
    assert read_mask(tmp_path / "m.png")[0].tolist() == [bool(k) for k in kept]


def test_colour_and_one_bit_files_are_masks_too(tmp_path):
    for mode in ("RGB", "RGBA", "1"):
        path = write_mask(tmp_path / f"{mode}.png", mode=mode)
        assert read_mask(path).sum() == 10 * 14


def test_class_numbers_are_no_mask(tmp_path):
    write_mask(tmp_path / "m.png", white=7)
    with pytest.raises(ValueError, match="0 and 255. Received: .*is 7"):
        read_mask(tmp_path / "m.png")


def test_masks_are_cut_and_mirrored_with_their_images(tmp_path, make_folder):
    folder = make_folder("white", 4)
    for number, path in enumerate(sorted(folder.iterdir())):
        # The image is white where its mask is.
        box = (2 + number, 5, 14 + number, 17)
        write_mask(tmp_path / "m" / path.name, box=box)
        Image.open(tmp_path / "m" / path.name).convert("RGB").save(path)
    images = ImageCollection(folder)
    sampler = UnpairedSampler(
        images,
        ImageCollection(make_folder("t", 2)),
        crop_size=(12, 20),
        keep=KeepMasks.of(images, tmp_path / "m", border=0),
    )
    assert sampler.shapes["keep"] == ((12, 20, 1), "float32")
    for index in range(12):
        example = sampler.example(index)
        assert example["keep"].dtype == np.float32
        np.testing.assert_array_equal(
            example["keep"] * 2 - 1, example["source"][..., :1]
        )


def test_masks_follow_images_that_are_resized(make_folder, masks_folder):
    images = ImageCollection(make_folder("s", 3), resize=(12, 16))
    mask = KeepMasks.of(images, masks_folder, border=0).load(0)
    assert mask.shape == (12, 16, 1) and set(np.unique(mask)) == {0, 255}


def test_one_mask_is_that_of_all_images(images, tmp_path):
    masks = KeepMasks.of(images, write_mask(tmp_path / "bonnet.png"))
    assert len(masks) == 3
    share = masks.check()
    assert share == 10 * 14 / (24 * 32)


def another_size(folder):
    write_mask(folder / "001.png", size=(24, 30))


def missing(folder):
    (folder / "001.png").unlink()


def everything(folder):
    write_mask(folder / "001.png", box=(0, 0, 24, 32))


def all_but_a_gap(folder):
    # Narrower than the border.
    mask = np.full((24, 32), 255, "uint8")
    mask[:, 10:12] = 0
    Image.fromarray(mask).save(folder / "001.png")


def damaged(folder):
    (folder / "001.png").write_bytes(b"no mask")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (another_size, "001.png of 24x30 for an image of 24x32"),
        (missing, "no mask for 1 of 3 images"),
        (everything, "001.png, which keeps everything"),
        (all_but_a_gap, "001.png, which keeps everything"),
        (damaged, "001.png"),
    ],
)
def test_a_mask_that_does_not_fit_is_one_line(
    images, masks_folder, harm, message
):
    harm(masks_folder)
    with pytest.raises(ValueError, match=message) as raised:
        KeepMasks.of(images, masks_folder).check()
    assert "\n" not in str(raised.value)


def test_no_masks_at_all_are_said(images, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="Received: none in"):
        KeepMasks.of(images, tmp_path / "empty")
    with pytest.raises(OSError, match="nowhere"):
        KeepMasks.of(images, tmp_path / "nowhere")


def test_masks_of_other_images_are_not_sampled(images, masks_folder):
    masks = KeepMasks.of(images, masks_folder)
    with pytest.raises(ValueError, match="3 for 2 images"):
        UnpairedSampler(images.without([0]), images, crop_size=8, keep=masks)


def test_a_mask_that_is_painted_in_transparency_is_refused(tmp_path):
    alpha = np.zeros((6, 8), "uint8")
    path = tmp_path / "mask.png"
    for shade in (0, 255):
        image = np.full((6, 8, 4), shade, "uint8")
        image[..., 3] = alpha
        image[2:4, :, 3] = 255
        Image.fromarray(image).save(path)
        with pytest.raises(ValueError, match=r"transparency.*mask\.png"):
            read_mask(path)
    image[..., 3] = 255
    Image.fromarray(image).save(path)
    assert read_mask(path).all()
