import numpy as np
import pytest

from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler
from semst_tf.metrics import crop_agreement as module
from semst_tf.metrics.crop_agreement import crop_agreement


@pytest.fixture
def halves(tmp_path, monkeypatch):
    """Images that are dark on the left and bright on the right."""
    image = np.zeros((8, 32, 3), "uint8")
    image[:, 16:] = 255
    np.save(tmp_path / "0.npy", image)

    def segment_images(segmenter, images, num_classes, size):
        for image in images:
            # At twice the size, as a segmenter may have its own.
            yield np.repeat(np.repeat(image[..., 0] > 0, 2, 0), 2, 1) * 3

    monkeypatch.setattr(module, "segment_images", segment_images)
    return ImageCollection(tmp_path)


def test_the_same_crops_agree_and_others_by_what_they_share(halves):
    whole = UnpairedSampler(halves, halves, crop_size=(8, 32))
    assert crop_agreement(whole, 3, segmenter=object()) == 1
    sampler = UnpairedSampler(halves, halves, crop_size=8)
    expected = []
    for index in range(10):
        dark = [
            np.clip(16 - sampler.corner(domain, index)[1], 0, 8) / 8
            for domain in ("source", "target")
        ]
        expected.append(1 - abs(dark[0] - dark[1]))
    found = crop_agreement(sampler, 10, segmenter=object())
    assert found == pytest.approx(np.mean(expected))
    assert 0 < found < 1
