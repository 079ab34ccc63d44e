"""Every workload does its work, at the smallest size."""

import pytest
from benchmarks.input_pipeline import input_pipeline
from benchmarks.measure import make_workload
from benchmarks.measure import measure
from benchmarks.scoring import scoring
from benchmarks.student import write_litert_files

STEP = {
    "preset": "cut",
    "size": 16,
    "batch": 1,
    "filters": 2,
    "fields": {
        "generator.blocks": 1,
        "discriminator.layers": 1,
        "contrastive.patches": "8",
    },
}
IMAGES = {"engine": "keras", "size": 16, "batch": 1, "filters": 2}


def test_step_trains_and_its_operations_are_counted_both_ways(tmp_path):
    step = make_workload("train_step", STEP, tmp_path)
    step.run()
    assert step.images == 2
    multiply_and_add, images, pixels = 2, 2, 16**2
    first_layer = multiply_and_add * images * pixels * 7**2 * 3 * 2
    # Forward, and backward to its inputs and to its weights.
    assert step.operations() > 3 * first_layer


def test_crops_of_two_scales_are_as_large_as_they_must_be(tmp_path):
    settings = {**STEP, "preset": "tiny_multiscale"}
    make_workload("train_step", settings, tmp_path).run()


def test_figures_hold_time_memory_operations_and_their_share():
    figures = measure("translate", IMAGES, repetitions=2, warm_up=1)
    assert figures["repetitions"] == 2
    assert figures["fastest"] <= figures["seconds"] <= figures["slowest"]
    assert figures["peak_memory"] > 2**20
    rate = figures["operations"] / figures["seconds"]
    assert figures["share"] == pytest.approx(rate / figures["matrix_rate"])


def test_small_generators_translate_by_keras_and_by_their_files(tmp_path):
    pytest.importorskip("ai_edge_litert")
    frame = {"preset": "faster", "height": 16, "width": 24}
    paths = write_litert_files(
        ["faster"], ["keras", "litert"], 16, 24, tmp_path
    )
    by_keras = make_workload("student", {**frame, "engine": "keras"}, tmp_path)
    file = {"engine": "litert", "path": paths["faster", "litert"]}
    by_litert = make_workload("student", {**frame, **file}, tmp_path, 1)
    translations = by_keras.run(), by_litert.run()
    assert translations[0].shape == translations[1].shape == (1, 16, 24, 3)
    assert by_keras.operations() > 1e6
    assert by_litert.details()["memory_before"] > 2**20
    with pytest.raises(ValueError, match="Received: 'onnx'"):
        make_workload("student", {**frame, "engine": "onnx"}, tmp_path)


def test_input_counts_the_crops_of_both_domains(tmp_path):
    workload = input_pipeline(size=32, batch=2, folder=tmp_path, batches=1)
    workload.run()
    assert workload.images == 4
    assert workload.operations is None


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_files_of_a_folder_are_translated_and_stages_are_told(suffix):
    settings = {"suffix": suffix, "size": 16, "filters": 2, "images": 3}
    figures = measure("folder", settings, repetitions=1, warm_up=1)
    assert figures["images"] == 3
    assert 0 <= figures["waiting"] < 1
    for stage in ("reading", "translating", "writing"):
        assert figures[stage] > 0


def test_replicas_share_the_batch(tmp_path):
    settings = {**STEP, "batch": 2, "replicas": 2}
    step = make_workload("train_step", settings, tmp_path)
    step.run()
    assert step.images == 4
    assert step.operations is None


@pytest.mark.parametrize("backward", [False, True])
def test_both_ways_of_a_convolution_tell_their_rounding(backward):
    shape = {"size": 8, "channels": 4, "filters": 4, "backward": backward}
    for way in ("direct", "winograd"):
        figures = measure(
            "convolution", {**shape, "way": way}, repetitions=1, warm_up=0
        )
        assert 0 < figures["error"] < 1e-5


def test_fewer_multiplications_count_as_the_convolution(tmp_path):
    wide = {**IMAGES, "filters": 16}
    narrow = {**IMAGES, "filters": 8}
    wide, narrow = (
        make_workload("translate", settings, tmp_path).operations()
        for settings in (wide, narrow)
    )
    # Only the narrow one has too few channels for fewer multiplications.
    assert 3.5 < wide / narrow < 4.1


@pytest.mark.parametrize(
    "name", ["structural_similarity", "structure_information"]
)
def test_scores_are_computed_again_and_again(name):
    workload = scoring(name, size=32)
    workload.run()
    workload.run()


@pytest.mark.parametrize(
    "part, settings",
    [
        ("flight", {}),
        ("metrics", {"name": "beauty", "size": 16}),
        (
            "convolution",
            {"way": "winding", "size": 8, "channels": 1, "filters": 1},
        ),
        ("translate", {**IMAGES, "engine": "steam"}),
        ("translate", {**IMAGES, "engine": "litert", "batch": 2}),
        ("translate", {**IMAGES, "engine": "litert", "dtype": "float16"}),
    ],
)
def test_what_cannot_be_measured_is_refused(part, settings, tmp_path):
    with pytest.raises(ValueError, match="Received: "):
        make_workload(part, settings, tmp_path)
