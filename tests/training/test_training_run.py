"""A training in a directory: what it leaves, and how it goes on."""

import contextlib
import hashlib
import io
import json
import shutil
import unittest.mock

import keras
import numpy as np
import pytest
from folders import contents
from folders import write_images
from small import small_config
from small import values
from summaries import image_summaries
from summaries import scalars

from semst_tf import SemST
from semst_tf import SemSTConfig
from semst_tf.callbacks import NonFiniteError
from semst_tf.callbacks import ValidationScores
from semst_tf.data import read_image
from semst_tf.data.image_files import write_image
from semst_tf.metrics.evaluation import Evaluation
from semst_tf.storage.sole_writer import sole_writer
from semst_tf.training.training_run import TrainingRun

STEPS = 7  # No multiple of the interval, and past a checkpoint.
# Few terms: less to compile, where it does not matter what is minimised.
QUICK = {
    "adversarial.loss": "least_squares",
    "discriminator.kind": "patch",
    "contrastive.weight": 0.0,
    "contrastive.identity": False,
    "structure.weight": 0.0,
    "texture.weight": 0.0,
    "tone.weight": 0.0,
}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    write_images(root / "source", count=5)
    write_images(root / "target", count=2, size=(40, 33))
    return root


def training(workdir, images, steps=STEPS, overrides=(), **options):
    config = small_config(
        "tiny",
        **{
            "data.crop_size": 32,
            "data.resize": "",
            "training.steps": steps,
            **dict(overrides),
        },
    )
    return TrainingRun(
        workdir,
        config,
        images / "source",
        images / "target",
        **{
            "interval": 2,
            "checkpoint_every": 4,
            "sample_every": 4,
            **options,
        },
    )


def cut_short(path, share=0.5):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])


def train(run):
    """Trains, and returns the model and what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        model = run.train()
    return model, printed.getvalue()


@pytest.fixture(scope="module")
def finished(tmp_path_factory, images):
    """An uninterrupted training: directory, model and output."""
    workdir = tmp_path_factory.mktemp("runs") / "deep" / "finished"
    return workdir, *train(training(workdir, images))


@pytest.fixture(scope="module")
def continued(tmp_path_factory, images, finished):
    """The same, as if the power had failed while the last one was saved."""
    workdir = tmp_path_factory.mktemp("runs") / "continued"
    shutil.copytree(finished[0], workdir)
    (workdir / "model.keras").unlink()
    cut_short(workdir / "checkpoints" / "step_00000007.keras")
    (workdir / "checkpoints" / ".unfinished-1-step_00000009.keras").touch()
    with pytest.MonkeyPatch.context() as patch:
        warnings = io.StringIO()
        patch.setattr("sys.stderr", warnings)
        model, printed = train(training(workdir, images))
    return workdir, model, warnings.getvalue() + printed


@pytest.fixture
def copy(finished, tmp_path):
    """A copy of the finished run, to do things to."""
    return shutil.copytree(finished[0], tmp_path / "copy")


def history(workdir):
    return json.loads((workdir / "metrics.json").read_text())["history"]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("run", ["finished", "continued"])
def test_training_stops_at_exactly_the_configured_step(run, request):
    workdir, model, _ = request.getfixturevalue(run)
    assert int(model.optimizer.iterations) == STEPS
    saved = keras.saving.load_model(workdir / "model.keras")
    assert int(saved.optimizer.iterations) == STEPS
    for weight, expected in zip(saved.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(weight, expected)


def test_the_directory_holds_what_was_promised(finished):
    assert names(finished[0]) == [
        "checkpoints",
        "config.json",
        "index.html",
        "metrics.json",
        "model.keras",
        "page",
        "samples",
        "tensorboard",
    ]
    assert names(finished[0] / "checkpoints") == [
        "step_00000004.keras",
        "step_00000007.keras",
    ]


def test_the_configuration_can_be_read_back(finished, images):
    stored = json.loads((finished[0] / "config.json").read_text())
    config = SemSTConfig.from_dict(stored["config"])
    assert config == training(finished[0], images).config
    assert stored["source"] == str(images / "source")
    assert stored["dtype"] == "float32"
    assert stored["keras"] == keras.__version__


@pytest.mark.parametrize("run", ["finished", "continued"])
def test_loss_curves_have_one_point_an_interval_and_join(run, request):
    workdir, model, _ = request.getfixturevalue(run)
    rows = history(workdir)
    assert [row["step"] for row in rows] == [2, 4, 6, 7]
    seconds = [row["seconds"] for row in rows]
    assert seconds == sorted(seconds)
    for row in rows:
        assert set(row) - {"step", "seconds"} == {
            metric.name for metric in model.metrics
        }
        assert np.isfinite(list(row.values())).all()


@pytest.mark.parametrize("run", ["finished", "continued"])
def test_tensorboard_has_every_loss_and_sample_once(run, request):
    workdir, model, _ = request.getfixturevalue(run)
    curves = scalars(workdir / "tensorboard")
    assert set(curves) == {m.name for m in model.metrics} | {"learning_rate"}
    for name, curve in curves.items():
        assert [step for step, _ in curve] == [2, 4, 6, 7], name
    recorded = [row["adversarial"] for row in history(workdir)]
    shown = [value for _, value in curves["adversarial"]]
    np.testing.assert_allclose(shown, recorded, rtol=1e-6)
    (grids,) = image_summaries(workdir / "tensorboard").values()
    assert [step for step, _ in grids] == [4, 7]


def test_samples_show_the_same_sources_with_the_model_of_their_step(finished):
    folder = finished[0] / "samples"
    assert names(folder) == ["step_00000004.png", "step_00000007.png"]
    earlier, later = (read_image(folder / name) for name in names(folder))
    half = earlier.shape[0] // 2
    np.testing.assert_array_equal(earlier[:half], later[:half])
    assert (earlier[half:] != later[half:]).any()


def test_it_says_what_it_does_before_it_begins(finished):
    lines = finished[2].splitlines()
    starts = [line.split(":")[0] for line in lines[:6]]
    assert starts == "source target device model training look".split()
    assert lines[0].startswith("source: 5 images, 34x40, 3 channels, of ")
    assert "7 steps of 2 pairs of crops, 32x32" in lines[4]
    assert lines[5].endswith("index.html")


def test_the_page_shows_the_newest_samples_and_every_curve(finished):
    text = (finished[0] / "index.html").read_text()
    assert "Trained for 7 steps." in text
    assert 'http-equiv="refresh"' not in text
    for kind in ("source", "translation", "target"):
        assert f'src="page/{kind}_0.jpg"' in text
        assert (finished[0] / "page" / f"{kind}_0.jpg").exists()
    for metric in finished[1].metrics:
        assert f">{metric.name}</text>" in text


def test_the_progress_bar_shows_the_loss_and_the_whole_length(finished):
    printed = finished[2]
    assert f"{STEPS}/{STEPS}" in printed
    assert "loss: " in printed and "learning rate: " in printed


def test_continuing_says_where_it_goes_on_and_why(continued):
    warning, *rest = continued[2].splitlines()
    assert warning.startswith("warning: ")
    assert "step_00000007.keras; using step_00000004.keras" in warning
    assert "continuing at step 4 of 7" in rest


def test_continuing_ends_with_the_very_same_bits(finished, continued):
    states = [
        [*run[1].variables, *run[1].optimizer.variables]
        for run in (finished, continued)
    ]
    for one, other in zip(*map(values, states), strict=True):
        np.testing.assert_array_equal(one, other)


def test_continuing_leaves_the_same_files(finished, continued):
    folders = finished[0], continued[0]
    rows = [
        [{**row, "seconds": 0} for row in history(folder)] for folder in folders
    ]
    assert rows[0] == rows[1]
    samples = [contents(folder / "samples") for folder in folders]
    assert samples[0] == samples[1]
    assert names(continued[0] / "checkpoints") == [
        "step_00000004.keras",
        "step_00000007.damaged",
        "step_00000007.keras",
    ]


def test_a_finished_run_is_not_trained_again(copy, images):
    before = contents(copy)
    model, printed = train(training(copy, images))
    assert int(model.optimizer.iterations) == STEPS
    assert contents(copy) == before
    assert printed == ""


@pytest.mark.parametrize(
    ("overrides", "options", "difference"),
    [
        ({"seed": 3}, {}, "config.seed: 0 -> 3"),
        ({"generator.filters": 5}, {}, "config.generator.filters: 4 -> 5"),
        ({"training.steps": 9}, {}, "config.training.steps: 7 -> 9"),
        ({}, {"dtype": "mixed_bfloat16"}, "dtype: float32 -> mixed_bfloat16"),
        ({}, {"devices": "cpu:2"}, "replicas: 1 -> 2"),
    ],
)
def test_other_settings_in_the_same_directory_are_refused(
    copy, images, overrides, options, difference
):
    before = contents(copy)
    with pytest.raises(ValueError, match=f"Received: {difference}"):
        training(copy, images, overrides=overrides, **options).train()
    assert contents(copy) == before


def test_other_images_in_the_same_directory_are_refused(copy, images, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(images, other)
    # Names and sizes are the same.
    image = other / "source" / "0.png"
    image.write_bytes(image.read_bytes()[::-1])
    before = contents(copy)
    with pytest.raises(ValueError, match="source_images: 5 .* -> 5 "):
        training(copy, other).train()
    assert contents(copy) == before


def test_the_same_images_at_another_place_are_the_same_data(
    copy, images, tmp_path
):
    moved = shutil.copytree(images, tmp_path / "moved")
    model, printed = train(training(copy, moved))
    assert int(model.optimizer.iterations) == STEPS
    assert printed.startswith("the same images at another place: source: ")
    stored = json.loads((copy / "config.json").read_text())
    assert stored["source"] == str(moved / "source")


def test_a_run_of_an_older_version_goes_on_where_its_images_lie(
    copy, images, tmp_path
):
    path = copy / "config.json"
    stored = json.loads(path.read_text())
    for domain in ("source", "target"):
        del stored[f"{domain}_images"]
        digest = hashlib.sha256()
        for file in sorted((images / domain).iterdir()):
            digest.update(f"{file}\0{file.stat().st_size}\0".encode())
        # As that version called it.
        stored[f"{domain}_pictures"] = (
            f"{5 if domain == 'source' else 2} pictures, names and sizes "
            f"{digest.hexdigest()[:8]}"
        )
    path.write_text(json.dumps(stored))
    # It cannot be told whether they are the same at another place.
    moved = shutil.copytree(images, tmp_path / "moved")
    with pytest.raises(ValueError, match="source: .* -> .*moved"):
        training(copy, moved).train()
    train(training(copy, images))
    assert "source_images" in json.loads(path.read_text())


def test_a_run_directory_among_the_images_is_not_trained_on(images, tmp_path):
    mine = shutil.copytree(images, tmp_path / "mine")
    workdir = mine / "source" / "runs" / "first"
    train(training(workdir, mine, 2, QUICK))
    again = training(workdir, mine, 2, QUICK)
    assert len(again.images.source) == 5
    assert again.images.source.left_out == {"run directory": 1}
    before = contents(workdir)
    train(again)
    assert contents(workdir) == before


def test_images_that_came_or_changed_are_noticed(images, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(images, mine)
    workdir = tmp_path / "run"
    train(training(workdir, mine, 2, QUICK))
    before = contents(workdir)
    image = mine / "source" / "0.png"
    whole = image.read_bytes()
    image.write_bytes(whole + b"more")
    with pytest.raises(ValueError, match="source_images: 5 .* -> 5 "):
        training(workdir, mine, 2, QUICK).train()
    image.write_bytes(whole)
    shutil.copy(image, mine / "target" / "new.png")
    with pytest.raises(ValueError, match="target_images: 2 .* -> 3 "):
        training(workdir, mine, 2, QUICK).train()
    assert contents(workdir) == before
    # Both the longer training and the new image are accepted together.
    run = training(workdir, mine, 3, QUICK, accept_changes=True)
    model, printed = train(run)
    assert "config.training.steps: 2 -> 3" in printed
    assert "target_images" in printed
    assert int(model.optimizer.iterations) == 3
    assert [row["step"] for row in history(workdir)] == [2, 3]
    assert float(model.optimizer.learning_rate) == 0.0
    saved = keras.saving.load_model(workdir / "model.keras")
    assert int(saved.optimizer.iterations) == 3
    before = contents(workdir)
    train(training(workdir, mine, 3, QUICK))
    assert contents(workdir) == before


def test_networks_that_do_not_fit_are_refused_although_accepted(copy, images):
    before = contents(copy)
    with pytest.raises(ValueError, match="of another model"):
        training(
            copy,
            images,
            overrides={"generator.filters": 5},
            accept_changes=True,
        ).train()
    assert contents(copy) == before


def test_nothing_is_overwritten_where_nothing_can_be_read(copy, images):
    for path in [*(copy / "checkpoints").iterdir(), copy / "model.keras"]:
        cut_short(path)
    before = contents(copy)
    with pytest.raises(ValueError, match="nothing was changed.*step_00000004"):
        training(copy, images).train()
    assert contents(copy) == before


def test_one_wrong_bit_is_noticed(copy, images):
    path = copy / "checkpoints" / "step_00000007.keras"
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    (copy / "checkpoints" / "step_00000004.keras").unlink()
    (copy / "model.keras").unlink()
    with pytest.raises(ValueError, match="check sum"):
        training(copy, images).train()


def test_numbers_that_are_not_finite_stop_the_training(tmp_path, images):
    workdir = tmp_path / "run"
    run = training(
        workdir, images, overrides={**QUICK, "optimizer.learning_rate": 1e30}
    )
    with pytest.raises(NonFiniteError, match="step [12],"):
        train(run)
    (folder,) = (workdir / "non_finite").iterdir()
    report = json.loads((folder / "report.json").read_text())
    assert report["step"] == int(folder.name.removeprefix("step_"))
    assert report["source"][0].startswith(str(images / "source"))
    assert report["target"][0].startswith(str(images / "target"))
    assert "nan" in report["terms"].values()
    with np.load(folder / "batch.npz") as crops:
        assert crops["source"].shape[1:] == (32, 32, 3)
    assert (folder / "batch.png").exists()
    assert not (workdir / "checkpoints").exists()


def test_a_run_begins_at_the_target_and_measures_it_only_once(tmp_path):
    write_images(tmp_path / "source", count=2)
    bright = np.full((36, 36, 3), (250, 200, 30), "uint8")
    (tmp_path / "target").mkdir()
    write_image(tmp_path / "target" / "one.png", bright)
    options = {
        "overrides": {
            **QUICK,
            "generator.target_start": True,
            "optimizer.learning_rate": 1e-9,
        }
    }
    model = training(tmp_path / "run", tmp_path, steps=2, **options).train()
    start = values([model.generator.head[1].bias])[0]
    expected = np.clip(bright[0, 0] / 127.5 - 1, -0.95, 0.95)
    np.testing.assert_allclose(np.tanh(start), expected, atol=1e-4)
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    with unittest.mock.patch.object(SemST, "adapt") as adapt:
        training(tmp_path / "run", tmp_path, steps=2, **options).train()
    adapt.assert_not_called()


@pytest.mark.parametrize(
    "content", ["", "no description", "[]", "{", '{"mine": 1}']
)
def test_a_description_that_cannot_be_read_is_named(copy, images, content):
    (copy / "config.json").write_text(content)
    before = contents(copy)
    with pytest.raises(ValueError, match="config.json"):
        training(copy, images).train()
    assert contents(copy) == before


def test_how_often_things_are_written_may_change_between_commands(copy, images):
    (copy / "model.keras").unlink()
    (copy / "checkpoints" / "step_00000007.keras").unlink()
    run = training(copy, images, interval=5, checkpoint_every=5, sample_every=5)
    model, _ = train(run)
    assert int(model.optimizer.iterations) == STEPS
    steps = [row["step"] for row in history(copy)]
    assert steps == sorted(set(steps)) and steps[-1] == STEPS


def test_images_that_are_left_out_are_left_out_everywhere(tmp_path, images):
    bad = tmp_path / "bad"
    shutil.copytree(images, bad)
    (bad / "source" / "0.png").write_text("the first image is none")
    with pytest.raises(ValueError, match="0.png"):
        training(tmp_path / "run", bad, steps=1).train()
    assert not (tmp_path / "run").exists()
    run = training(tmp_path / "run", bad, 1, QUICK, skip_bad=True)
    with pytest.warns(UserWarning, match="0.png"):
        model, _ = train(run)
    assert int(model.optimizer.iterations) == 1
    assert names(tmp_path / "run" / "samples") == ["step_00000001.png"]


@pytest.mark.parametrize(
    "options",
    [
        {"interval": 0},
        {"interval": -2},
        {"checkpoint_every": 0},
        {"checkpoint_every": 3},
        {"sample_every": 5},
        {"sample_every": -4},
    ],
)
def test_intervals_that_do_not_fit_are_refused(tmp_path, images, options):
    with pytest.raises(ValueError, match="must be a multiple of `interval`"):
        training(tmp_path / "run", images, **options)
    assert contents(tmp_path) == {}


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path, images):
    (tmp_path / "file").write_text("in the way")
    before = contents(tmp_path)
    for workdir in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(OSError):
            training(workdir, images).train()
    assert contents(tmp_path) == before


def test_an_empty_directory_name_is_refused(images, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="workdir"):
        training("", images)


def test_crops_that_the_networks_cannot_use_leave_no_directory(
    tmp_path, images
):
    run = training(tmp_path / "run", images, overrides={"data.crop_size": 2})
    with pytest.raises(ValueError, match="crop"):
        run.train()
    assert contents(tmp_path) == {}
    # Whole images that are too small, which are known before the training.
    for domain, height in (("source", 2), ("target", 40)):
        write_images(tmp_path / domain, count=2, size=(height, 40))
    before = contents(tmp_path)
    whole = {"data.crop_size": None, "data.batch_size": 1}
    with pytest.raises(ValueError, match="2x40, smaller than"):
        training(tmp_path / "run", tmp_path, overrides=whole).train()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("share", [0, 0.999])
def test_a_damaged_model_comes_back_from_the_last_checkpoint(
    copy, images, share
):
    before = contents(copy)
    cut_short(copy / "model.keras", share)
    train(training(copy, images))
    assert contents(copy) == before


def test_a_run_of_which_only_the_model_was_kept_is_finished(copy, images):
    shutil.rmtree(copy / "checkpoints")
    before = contents(copy)
    model, _ = train(training(copy, images))
    assert int(model.optimizer.iterations) == STEPS
    assert contents(copy) == before


class Scores(keras.callbacks.Callback):
    """Like `ValidationScores`, with the scores of a list."""

    def __init__(self, scores, best):
        super().__init__()
        self.scores = list(scores)
        self.best = best
        self.kept = []

    def on_epoch_end(self, epoch, logs=None):
        self.kept.append(self.best.read_bytes())
        logs["val_miou"] = self.scores.pop(0)


class Failing(keras.callbacks.Callback):
    """A validation that cannot be done, or that somebody kills."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def on_epoch_end(self, epoch, logs=None):
        raise self.error


def test_crops_that_are_not_square_are_trained_on_and_continued(
    images, tmp_path
):
    wide = {**QUICK, "data.crop_size": "24x32"}
    run = training(tmp_path / "run", images, 2, wide)
    assert run.images.sampler().example(0)["source"].shape == (24, 32, 3)
    _, printed = train(run)
    assert "crops, 24x32" in printed
    longer = training(tmp_path / "run", images, 4, wide, accept_changes=True)
    model, printed = train(longer)
    assert "data.crop_size" not in printed
    assert int(model.optimizer.iterations) == 4


@pytest.mark.parametrize("channels", [(1, 1), (5, 2)])
def test_images_of_any_channels_are_trained_on_and_shown(tmp_path, channels):
    for domain, count in zip(("source", "target"), channels):
        (tmp_path / domain).mkdir()
        for number in range(2):
            random = np.random.default_rng(
                [number, len(domain), domain == "source"]
            )
            image = random.integers(0, 256, (36, 40, count)).astype("uint8")
            write_image(tmp_path / domain / f"{number}.npy", image)
    fields = {
        **QUICK,
        "generator.input_channels": channels[0],
        "generator.output_channels": channels[1],
    }
    train(training(tmp_path / "run", tmp_path, 2, fields))
    run = tmp_path / "run"
    assert names(run / "samples") == ["step_00000002.png"]
    assert (run / "page" / "translation_1.jpg").exists()
    assert (run / "model.keras").exists()


def test_initial_weights_are_read_once_and_written_down(
    finished, images, tmp_path
):
    workdir = tmp_path / "run"
    still = {**QUICK, "optimizer.learning_rate": 1e-30}
    run = training(workdir, images, 2, still, init=finished[0])
    model, printed = train(run)
    for one, other in zip(
        model.generator.get_weights(),
        finished[1].translator.get_weights(),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert f"beginning with the weights of {finished[0]}" in printed
    stored = json.loads((workdir / "config.json").read_text())
    assert stored["init"]["path"] == str(finished[0])
    assert stored["init"]["networks"][0].startswith("generator: ")
    # Continued, also when what it began with has gone.
    longer = training(
        workdir,
        images,
        4,
        still,
        init=tmp_path / "gone",
        accept_changes=True,
    )
    _, printed = train(longer)
    assert "not read again" in printed
    assert (
        json.loads((workdir / "config.json").read_text())["init"]
        == (stored["init"])
    )


def test_a_validation_that_fails_costs_one_line_and_no_step(
    images, tmp_path, capsys
):
    run = training(tmp_path / "run", images, 4, QUICK)
    run.validation = Failing(RuntimeError("no memory"))
    model, _ = train(run)
    assert int(model.optimizer.iterations) == 4
    assert [row["step"] for row in history(tmp_path / "run")] == [2, 4]
    assert capsys.readouterr().err.count("Failing failed at step") == 2


def test_killed_in_a_validation_the_step_is_saved_and_scored_next_time(
    images, tmp_path
):
    workdir = tmp_path / "run"
    run = training(
        workdir,
        images,
        4,
        QUICK,
        validation=Failing(KeyboardInterrupt()),
        interval=4,
    )
    with pytest.raises(KeyboardInterrupt):
        train(run)
    assert names(workdir / "checkpoints") == ["step_00000004.keras"]
    assert not (workdir / "samples").exists()
    scores = Scores([0.7], workdir / "best.keras")
    scores.on_epoch_end = lambda epoch, logs: logs.update(val_miou=0.7)
    run = training(workdir, images, 4, QUICK, validation=scores)
    train(run)
    assert names(workdir / "samples") == ["step_00000004.png"]
    assert history(workdir)[-1]["val_miou"] == 0.7
    assert scalars(workdir / "tensorboard")["val_miou"][0][0] == 4
    assert (workdir / "best.keras").exists()
    before = contents(workdir)
    train(training(workdir, images, 4, QUICK))
    assert contents(workdir) == before


def test_what_a_validation_needs_is_tried_before_anything_is_written(
    images, tmp_path
):
    class Missing(Failing):
        def try_out(self, model):
            raise self.error

    run = training(tmp_path / "run", images, 2, QUICK)
    run.validation = Missing(ValueError("no weights; see --inception"))
    with pytest.raises(ValueError, match="--inception"):
        train(run)
    assert not (tmp_path / "run").exists()


def test_validation_joins_the_curves_and_keeps_the_best_of_all_runs(
    copy, images
):
    # Continues at step 4, where 0.5 was the best so far.
    (copy / "model.keras").unlink()
    (copy / "checkpoints" / "step_00000007.keras").unlink()
    record = json.loads((copy / "metrics.json").read_text())
    record["history"][0]["val_miou"] = 0.5
    record["history"][-1]["val_miou"] = 0.9  # Of a step that is taken back.
    (copy / "metrics.json").write_text(json.dumps(record))
    best = copy / "best.keras"
    best.write_bytes(b"that of step 2")
    scores = Scores([0.4, 0.6], best)
    model, _ = train(training(copy, images, validation=scores))
    assert scores.kept == [b"that of step 2"] * 2
    rows = {row["step"]: row.get("val_miou") for row in history(copy)}
    assert rows == {2: 0.5, 4: None, 6: 0.4, 7: 0.6}
    curve = scalars(copy / "tensorboard")["val_miou"]
    assert [step for step, _ in curve] == [6, 7]
    kept = keras.saving.load_model(best)
    for one, other in zip(kept.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(one, other)


def test_an_unknown_score_to_keep_the_best_of_is_refused_at_once(
    images, tmp_path
):
    with pytest.raises(ValueError, match="val_kid.*Received: 'val_mIoU'"):
        training(tmp_path / "run", images, monitor="val_mIoU")


def test_a_score_that_the_validation_does_not_give_is_refused(images, tmp_path):
    sources = [np.zeros((20, 20, 3), "uint8")] * 2
    validation = ValidationScores(sources, Evaluation(truths=sources))
    run = training(
        tmp_path / "run", images, validation=validation, monitor="val_kid"
    )
    with pytest.raises(ValueError, match="val_rmse.*Received.*'val_kid'"):
        run.train()
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["index.html", "model.keras"])
def test_a_directory_of_other_files_is_no_run_directory(tmp_path, images, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match=f"holds no training.*{name}"):
        training(tmp_path, images).train()
    assert names(tmp_path) == [name]


def test_the_folder_of_the_images_is_no_run_directory(tmp_path, images):
    link = tmp_path / "link"
    link.symlink_to(images / "target")
    before = contents(images)
    for place, name in ((images / "source", "source"), (link, "target")):
        with pytest.raises(ValueError, match=f"folder of the {name} images"):
            training(place, images).train()
    assert contents(images) == before


def test_two_trainings_at_once_in_one_directory_are_refused(copy, images):
    before = contents(copy)
    with sole_writer(copy):
        with pytest.raises(ValueError, match=f"Another process.*{copy}"):
            training(copy, images, steps=STEPS + 2).train()
    assert contents(copy) == before
