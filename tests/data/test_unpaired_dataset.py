import subprocess
import sys
import time

import numpy as np
import pytest

import semst_tf
from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler
from semst_tf.data import unpaired_images

tf = pytest.importorskip("tensorflow")


def sources_of(data, batches):
    return np.concatenate(
        [batch["source"] for batch in data.take(batches).as_numpy_iterator()]
    )


def test_batches_are_the_examples_of_the_sampler_in_order(make_folder):
    source, target = make_folder("s", 5), make_folder("t", 3)
    data = unpaired_images(source, target, crop_size=16, batch_size=4, seed=3)
    sampler = UnpairedSampler(
        ImageCollection(source), ImageCollection(target), crop_size=16, seed=3
    )
    index = 0
    for batch in data.take(6).as_numpy_iterator():
        for position in range(4):
            example = sampler.example(index)
            for domain in ("source", "target"):
                np.testing.assert_array_equal(
                    batch[domain][position], example[domain]
                )
            index += 1


def test_no_thread_of_tensorflow_tunes_it(make_folder):
    """That thread sleeps for up to a minute, and the end waits for it."""
    data = unpaired_images(
        make_folder("s", 2), make_folder("t", 2), crop_size=16
    )
    assert data.options().autotune.enabled is False
    assert next(iter(data))["source"].shape == (1, 16, 16, 3)


def test_shapes_are_static(make_folder):
    source = make_folder("s", 2, channels=1)
    target = make_folder("t", 2, channels=5, suffix=".npy")
    data = unpaired_images(source, target, crop_size=(8, 16), batch_size=2)
    assert data.element_spec["source"].shape == (2, 8, 16, 1)
    assert data.element_spec["target"].shape == (2, 8, 16, 5)
    assert data.cardinality() == tf.data.INFINITE_CARDINALITY


def test_first_example_continues_exactly(make_folder):
    folders = make_folder("s", 5), make_folder("t", 3)
    options = {"crop_size": 8, "batch_size": 3, "seed": 1}
    whole = sources_of(unpaired_images(*folders, **options), 10)
    rest = unpaired_images(*folders, first_example=12, **options)
    np.testing.assert_array_equal(sources_of(rest, 6), whole[12:])


def test_two_passes_differ_although_images_are_in_memory(make_folder):
    data = unpaired_images(
        make_folder("s", 4), make_folder("t", 4), crop_size=8, passes=2
    )
    crops = sources_of(data, 8)
    assert len(np.unique(crops.reshape(8, -1), axis=0)) == 8


def test_last_batch_is_smaller_or_dropped(make_folder):
    folders = make_folder("s", 7), make_folder("t", 2)
    data = unpaired_images(*folders, crop_size=8, batch_size=3, passes=1)
    assert [len(batch["target"]) for batch in data] == [3, 3, 1]
    assert data.cardinality() == 3
    data = unpaired_images(
        *folders, crop_size=8, batch_size=3, passes=1, drop_remainder=True
    )
    assert [len(batch["target"]) for batch in data] == [3, 3]


def test_resuming_at_or_after_the_end_gives_no_examples(make_folder):
    data = unpaired_images(
        make_folder("s", 2),
        make_folder("t", 2),
        crop_size=8,
        passes=1,
        first_example=5,
    )
    assert list(data) == []


def test_slow_images_and_many_workers_keep_the_order(make_folder, monkeypatch):
    folders = make_folder("s", 6), make_folder("t", 6)
    one = sources_of(unpaired_images(*folders, crop_size=8, workers=1), 12)
    example = UnpairedSampler.example

    def sometimes_slow(sampler, index):
        time.sleep(0.05 if index % 4 == 0 else 0)
        return example(sampler, index)

    monkeypatch.setattr(UnpairedSampler, "example", sometimes_slow)
    four = sources_of(unpaired_images(*folders, crop_size=8, workers=4), 12)
    np.testing.assert_array_equal(one, four)


def test_whole_images_of_different_sizes(make_image, tmp_path):
    make_image("s/a.png", size=(9, 5))
    make_image("s/b.png", size=(4, 7))
    make_image("t/c.png", size=(3, 3))
    data = unpaired_images(
        tmp_path / "s", tmp_path / "t", crop_size=None, passes=1
    )
    shapes = {tuple(batch["source"].shape) for batch in data}
    assert shapes == {(1, 9, 5, 3), (1, 4, 7, 3)}
    with pytest.raises(ValueError, match="can't be batched"):
        unpaired_images(
            tmp_path / "s", tmp_path / "t", crop_size=None, batch_size=2
        )


def test_options_can_differ_between_the_domains(make_folder):
    folder = make_folder("pairs", 2, size=(16, 32))
    data = unpaired_images(
        folder,
        folder,
        crop_size=16,
        half={"source": "left", "target": "right"},
        resize={"source": None, "target": 24},
        channels={"source": 3, "target": 1},
    )
    assert data.element_spec["source"].shape == (1, 16, 16, 3)
    assert data.element_spec["target"].shape == (1, 16, 16, 1)
    next(iter(data))


def test_too_small_images_are_named_before_training(make_folder):
    folders = make_folder("s", 2, size=(20, 20)), make_folder("t", 2)
    with pytest.raises(ValueError, match=r"000\.png is 20x20.*crop 24x24"):
        unpaired_images(*folders, crop_size=24)
    data = unpaired_images(*folders, crop_size=24, resize=40)
    assert next(iter(data))["source"].shape == (1, 24, 24, 3)


def test_bad_files_stop_unless_they_are_to_be_skipped(make_folder, make_bad):
    source, target = make_folder("s", 3), make_folder("t", 3)
    bad = make_bad("text", "s")
    with pytest.raises(ValueError, match="1 of 4.*bad.png"):
        unpaired_images(source, target, crop_size=8)
    with pytest.warns(UserWarning, match=str(bad)):
        data = unpaired_images(
            source, target, crop_size=8, skip_bad=True, passes=1
        )
    assert len(list(data)) == 3


def test_file_that_vanishes_during_training_is_named(make_folder):
    source = make_folder("s", 2)
    data = unpaired_images(
        source, make_folder("t", 2), crop_size=8, cache_bytes=0
    )
    (source / "001.png").unlink()
    with pytest.raises(tf.errors.OpError, match=r"001\.png"):
        list(data.take(4))


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"crop_size": 0},
        {"crop_size": "wide"},
        {"seed": -1},
        {"first_example": -1},
        {"passes": 0},
        {"workers": 0},
        {"cache_bytes": -1},
        {"resize": -4},
        {"channels": 2.5},
        {"half": "middle"},
    ],
)
def test_senseless_options_are_refused(make_folder, options):
    folders = make_folder("s", 1), make_folder("t", 1)
    with pytest.raises(ValueError, match="Received: "):
        unpaired_images(*folders, **{"crop_size": 8, **options})


def test_sampling_works_without_tensorflow(make_folder):
    folder = str(make_folder("s", 1))
    program = f"""
import sys, types
# The room alone: the package around it needs a Keras backend.
package = types.ModuleType("semst_tf")
package.__path__ = {semst_tf.__path__!r}
sys.modules["semst_tf"] = package
sys.modules["tensorflow"] = None  # Importing it now fails.
from semst_tf.data import ImageCollection, UnpairedSampler, unpaired_images
images = ImageCollection({folder!r})
UnpairedSampler(images, images, crop_size=8).example(0)
try:
    unpaired_images({folder + "@left"!r}, {folder + "@right"!r}, crop_size=8)
except ImportError as error:
    assert "UnpairedSampler" in str(error)
else:
    raise AssertionError("no ImportError")
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300)


@pytest.mark.parametrize("passes", [None, 2])
def test_the_parts_of_workers_are_the_batches_of_one(make_folder, passes):
    folders = make_folder("s", 5), make_folder("t", 7)
    options = {"crop_size": 8, "batch_size": 4, "seed": 1, "passes": passes}
    options["first_example"] = 2
    whole = sources_of(unpaired_images(*folders, **options), 3)
    parts = [
        unpaired_images(*folders, part=(worker, 2), **options)
        for worker in range(2)
    ]
    halves = [sources_of(data, 3).reshape(3, 2, 8, 8, 3) for data in parts]
    together = np.concatenate(halves, axis=1).reshape(12, 8, 8, 3)
    np.testing.assert_array_equal(together, whole)
    if passes:
        assert [data.cardinality().numpy() for data in parts] == [3, 3]


def test_workers_get_equally_many_batches(make_folder):
    folders = make_folder("s", 7), make_folder("t", 2)
    counts = [
        len(list(unpaired_images(*folders, 8, 2, passes=1, part=(worker, 2))))
        for worker in range(2)
    ]
    assert counts == [3, 3]


@pytest.mark.parametrize("part", [(2, 2), (-1, 2), (0, 3), (0, 0), (0.5, 1)])
def test_parts_that_do_not_fit_are_refused(make_folder, part):
    folders = make_folder("s", 2), make_folder("t", 2)
    with pytest.raises(ValueError, match="Received: part"):
        unpaired_images(*folders, crop_size=8, batch_size=4, part=part)


def test_each_domain_has_its_own_value_range(tmp_path):
    for name, low in (("s", -1000), ("t", 0)):
        (tmp_path / name).mkdir()
        ramp = np.linspace(low, low + 4000, 64).astype("int16")
        np.save(tmp_path / name / "a.npy", ramp.reshape(8, 8, 1))
    data = unpaired_images(
        tmp_path / "s",
        tmp_path / "t",
        crop_size=8,
        flip=False,
        value_range=(-1000, 1000),
        target_value_range="0,4000",
    )
    batch = next(iter(data))
    source, target = (np.ravel(batch[name]) for name in ("source", "target"))
    np.testing.assert_allclose(target, np.linspace(-1, 1, 64), atol=1e-3)
    np.testing.assert_allclose(
        source, np.minimum(np.linspace(-1, 3, 64), 1), atol=2e-3
    )
