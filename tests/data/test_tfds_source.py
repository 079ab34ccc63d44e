import numpy as np
import pytest

from semst_tf.data import ImageCollection
from semst_tf.data import unpaired_images

tfds = pytest.importorskip("tensorflow_datasets")


def image(number):
    random = np.random.default_rng(number)
    return random.integers(0, 256, (12, 16, 3), dtype="uint8")


class TinyUnpaired(tfds.core.GeneratorBasedBuilder):
    """A set laid out like cycle_gan: splits trainA and trainB."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(encoding_format="png"),
                    "label": tfds.features.ClassLabel(num_classes=2),
                }
            ),
        )

    def _split_generators(self, dl_manager):
        return {
            "trainA": self._generate_examples(0, 5),
            "trainB": self._generate_examples(10, 3),
        }

    def _generate_examples(self, first, count):
        for number in range(first, first + count):
            yield number, {"image": image(number), "label": number % 2}


@pytest.fixture(params=["tfrecord", "array_record"])
def data_dir(request, tmp_path):
    """A locally prepared set; nothing is downloaded."""
    builder = TinyUnpaired(data_dir=tmp_path, file_format=request.param)
    builder.download_and_prepare()
    return tmp_path


def contents(images):
    return {images.load(i).tobytes() for i in range(len(images))}


def test_named_split_holds_exactly_its_images(data_dir):
    images = ImageCollection("tfds:tiny_unpaired@trainA", data_dir=data_dir)
    assert len(images) == 5
    assert contents(images) == {image(n).tobytes() for n in range(5)}
    assert images.header(0).height == 12


def test_order_is_the_same_every_time(data_dir):
    first, second = (
        ImageCollection("tfds:tiny_unpaired@trainA", data_dir=data_dir)
        for _ in range(2)
    )
    for index in range(5):
        np.testing.assert_array_equal(first.load(index), second.load(index))


def test_source_takes_train_a_and_target_train_b(data_dir):
    data = unpaired_images(
        "tfds:tiny_unpaired",
        "tfds:tiny_unpaired:1.0.0#image",
        crop_size=8,
        passes=1,
        data_dir=data_dir,
    )
    assert data.cardinality() == 5
    assert next(iter(data))["target"].shape == (1, 8, 8, 3)


def test_part_of_a_split(data_dir):
    spec = "tfds:tiny_unpaired@trainA[:2]"
    assert len(ImageCollection(spec, data_dir=data_dir)) == 2


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("tfds:tiny_unpaired", "no split 'train'"),
        ("tfds:tiny_unpaired@valid", "valid"),
        ("tfds:tiny_unpaired@trainA#mask", "Received: #mask"),
        ("tfds:no_such_set_anywhere", "no_such_set_anywhere"),
        ("tfds:", "Received: 'tfds:'"),
    ],
)
def test_unknown_names_are_one_clear_error(data_dir, spec, message):
    with pytest.raises(ValueError, match=message):
        ImageCollection(spec, data_dir=data_dir)
