import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.metrics.class_matched_distance import ClassMatchedDistance
from semst_tf.pretrained.efficientnet_lite0 import EfficientNetLite0
from semst_tf.pretrained.frozen_network_base import FrozenNetwork


class Colours(FrozenNetwork):
    """The mean colour of 2 x 2 and of 4 x 4 pixels."""

    names = ("stride_2", "stride_4")
    channels = {"stride_2": 3, "stride_4": 3}
    strides = {"stride_2": 2, "stride_4": 4}

    def _compute(self, images, names):
        return {
            name: ops.average_pool(images, self.strides[name], padding="same")
            for name in names
        }


SKY, ROAD = 10, 0
ROWS = slice(0, 8), slice(8, 16)


def scenes(
    count=30, sky=0.8, road=-0.5, height=16, width=24, seed=0, share=0.5
):
    """Images of sky above road and their labels, with noise of their own."""
    random = np.random.default_rng(seed)
    images = np.empty((count, height, width, 3), "float32")
    labels = np.empty((count, height, width), "uint8")
    rows = round(share * height)
    for image, label in zip(images, labels):
        image[:rows] = sky + random.uniform(-0.1, 0.1, 3)
        image[rows:] = road + random.uniform(-0.1, 0.1, 3)
        label[:rows], label[rows:] = SKY, ROAD
    return images, labels


def metric(**arguments):
    arguments = {
        "network": Colours(),
        "features": ("stride_2",),
        "size": None,
        **arguments,
    }
    return ClassMatchedDistance(**arguments)


def distance(target, translated, **arguments):
    made = metric(**arguments)
    made.update_target(*target)
    made.update_state(*translated)
    return made


def test_two_halves_of_one_domain_are_at_no_distance():
    result = distance(scenes(seed=0), scenes(seed=1)).result()
    assert abs(result) < 5
    assert distance(scenes(), scenes(sky=0.4, seed=1)).result() > 50


def test_the_layout_of_scenes_does_not_count():
    same = distance(scenes(share=0.25), scenes(share=0.75, seed=1)).result()
    assert abs(same) < 5


def test_only_the_class_that_looks_different_is_at_a_distance():
    made = distance(
        scenes(), scenes(road=0.2, seed=1), class_names=[*"abcdefghijklmnopqrs"]
    )
    by_class = made.results_by_class()["stride_2"]
    assert list(by_class) == ["a", "k"]
    assert by_class["a"] > 50 > 5 > abs(by_class["k"])
    assert made.result() == pytest.approx((by_class["a"] + by_class["k"]) / 2)


def test_the_value_is_that_of_the_kernel_on_class_means():
    target, translated = scenes(20), scenes(25, seed=1)
    made = distance(target, translated)

    def kernel(first, second):
        return (first @ second.T / 3 + 1) ** 3

    vectors = [target[0][:, rows].mean((1, 2)) for rows in ROWS]
    size = np.sqrt(np.mean(np.square(vectors)))
    expected = []
    for rows in ROWS:
        first, second = (
            images[:, rows].mean((1, 2)).astype("d") / size
            for images, _ in (target, translated)
        )
        total = -2 * kernel(first, second).mean()
        for sample in (first, second):
            values = kernel(sample, sample)
            count = len(sample)
            total += (values.sum() - np.trace(values)) / (count * (count - 1))
        expected.append(32 * total)
    assert made.result() == pytest.approx(np.mean(expected), abs=1e-3)


def test_several_features_are_averaged_and_shown_apart():
    made = distance(
        scenes(), scenes(sky=0.5, seed=1), features=("stride_2", "stride_4")
    )
    by_feature = made.results_by_feature()
    assert list(by_feature) == ["stride_2", "stride_4"]
    assert made.result() == pytest.approx(np.mean(list(by_feature.values())))
    alone = distance(scenes(), scenes(sky=0.5, seed=1), features=("stride_4",))
    assert alone.result() == pytest.approx(by_feature["stride_4"])


def test_batches_and_their_sizes_do_not_matter():
    target, translated = scenes(), scenes(sky=0.5, seed=1)
    whole = distance(target, translated)
    parts = metric(batch_size=7)
    for start in range(0, 30, 13):
        part = slice(start, start + 13)
        parts.update_target(*(values[part] for values in target))
        parts.update_state(*(values[part] for values in translated))
    assert parts.result() == pytest.approx(whole.result(), abs=1e-3)


def test_labels_of_another_size_describe_the_same_places():
    target, (images, labels) = scenes(), scenes(sky=0.5, seed=1)
    expected = distance(target, (images, labels)).result()
    for size in (1, 3):
        larger = labels.repeat(size, axis=1).repeat(size, axis=2)[..., None]
        made = distance(target, (images, larger))
        assert made.result() == pytest.approx(expected, abs=1e-3)
    assert distance(target, (images, labels[:, ::2, ::2])).result() == (
        pytest.approx(expected, abs=1e-3)
    )


def test_bytes_and_other_sizes_are_resized_for_the_network():
    images, labels = scenes()
    as_bytes = np.rint((images + 1) * 127.5).astype("uint8")
    made = distance(
        (images, labels),
        (as_bytes, labels),
        size=(32, 48),
        features=("stride_4",),
    )
    assert abs(made.result()) < 8


def test_ignored_pixels_do_not_count():
    target, (images, labels) = scenes(), scenes(seed=1)
    expected = distance(target, (images, labels)).result()
    spoiled, marked = images.copy(), labels.copy()
    spoiled[:, :4], marked[:, :4] = -1, 255
    assert distance(target, (spoiled, marked)).result() == pytest.approx(
        expected, abs=1e-3
    )


def test_classes_with_few_samples_are_left_out_and_none_is_refused():
    images, labels = scenes()
    rare = labels.copy()
    rare[19:][rare[19:] == SKY] = 255
    made = distance((images, labels), (images, rare))
    assert list(made.results_by_class()["stride_2"]) == [str(ROAD)]
    assert made.samples_by_class()[str(SKY)] == (30, 19)
    few = distance((images[:5], labels[:5]), (images, labels))
    with pytest.raises(ValueError, match="by 20 images of both sets.*Received"):
        few.result()
    assert metric(minimum_samples=5) is not None


def test_specks_of_a_class_can_be_left_out():
    images, labels = scenes()
    specked = labels.copy()
    specked[:, 1, 1] = 5
    target = images, specked
    assert "5" in distance(target, target).results_by_class()["stride_2"]
    made = distance(target, target, minimum_places=2)
    assert list(made.results_by_class()["stride_2"]) == [str(ROAD), str(SKY)]


def test_the_size_of_features_does_not_matter():
    class Doubled(Colours):
        def _compute(self, images, names):
            maps = super()._compute(images, names)
            return {name: 2 * values for name, values in maps.items()}

    pair = scenes(), scenes(sky=0.4, seed=1)
    doubled = distance(*pair, network=Doubled()).result()
    assert doubled == pytest.approx(distance(*pair).result(), rel=1e-4)


def test_reset_forgets_translations_and_keeps_the_target():
    made = distance(scenes(), scenes(sky=0.2, seed=1))
    made.reset_state()
    made.update_state(*scenes(sky=0.5, seed=2))
    fresh = distance(scenes(), scenes(sky=0.5, seed=2))
    assert made.result() == pytest.approx(fresh.result())


def test_memory_is_one_vector_an_image_and_class():
    small = distance(scenes(4), scenes(4), minimum_samples=2)
    large = distance(
        scenes(4, height=64, width=96),
        scenes(4, height=64, width=96),
        minimum_samples=2,
    )
    for made in (small, large):
        vectors = made._target["stride_2"][SKY]
        assert sum(v.size for v in vectors) == 4 * 3
        assert all(v.base is None for v in vectors)


def test_a_saved_target_can_be_used_again(tmp_path):
    made = distance(scenes(), scenes(sky=0.5, seed=1))
    made.save_target(tmp_path / "target.npz")
    again = metric()
    again.load_target(tmp_path / "target.npz")
    again.update_state(*scenes(sky=0.5, seed=1))
    assert again.result() == pytest.approx(made.result())
    with pytest.raises(ValueError, match="holds no target"):
        metric(features=("stride_4",)).load_target(tmp_path / "target.npz")


@pytest.mark.parametrize(
    "labels",
    [
        np.full((2, 16, 24), 19),
        np.full((2, 16, 24), -1),
        np.zeros((2, 16, 24), "float32"),
        np.zeros((3, 16, 24), "uint8"),
        np.zeros((2, 16, 24, 3), "uint8"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels):
    with pytest.raises(ValueError, match="Received: "):
        metric().update_state(scenes(2)[0], labels)


def test_config_restores_the_metric():
    made = ClassMatchedDistance(
        network=EfficientNetLite0(standardize=False),
        features=("stride_8",),
        size=(64, 96),
        minimum_samples=7,
    )
    for metric_ in (made, ClassMatchedDistance()):
        copy = keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(metric_)
        )
        assert copy.get_config() == metric_.get_config()
    assert ClassMatchedDistance().features == ("stride_4", "stride_8")


def test_the_shipped_segmenter_is_asked_by_default():
    images, labels = scenes(2)
    made = ClassMatchedDistance(size=(32, 64), minimum_samples=2)
    made.update_target(images, labels)
    made.update_state(images[:, :, ::-1], labels)
    assert [len(v) for v in made._target["stride_4"][SKY]] == [128, 128]
    assert np.isfinite(made.result())


@pytest.mark.parametrize(
    "arguments",
    [{"minimum_samples": 1}, {"features": ()}, {"class_names": ["road"]}],
)
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: "):
        metric(**arguments)
