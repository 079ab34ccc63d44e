"""evaluate.py from outside: what it writes, and what it refuses."""

import json
import pathlib
import weakref

import numpy as np
import pytest
from folders import write_images
from metrics.features import MeanColours
from metrics.features import mean_colour
from PIL import Image
from scripts import assert_one_line
from scripts import run_here
from small import small_model

from semst_tf.data import ImageCollection
from semst_tf.metrics import class_matched_distance
from semst_tf.metrics import class_matched_scores
from semst_tf.metrics import consistency_scores
from semst_tf.metrics import distance_scores

SAVED_MODELS = pathlib.Path(__file__).parents[2] / "saved_models"


@pytest.fixture(autouse=True)
def small_networks(monkeypatch):
    """The scores of real networks are tested with the metrics."""

    def segmenter():
        # Every pixel is sky.
        def predict_on_batch(images):
            scores = np.zeros((*images.shape[:3], 20))
            scores[..., 10] = 1.0
            return scores

        segmenter.predict_on_batch = predict_on_batch
        segmenter.get_weights = lambda: []
        return segmenter

    network = MeanColours()
    monkeypatch.setattr(
        class_matched_distance, "frozen_network", lambda _: network
    )
    monkeypatch.setattr(class_matched_scores, "load_segmenter", segmenter)
    monkeypatch.setattr(consistency_scores, "load_segmenter", segmenter)
    monkeypatch.setattr(
        distance_scores, "load_inception", lambda _: mean_colour()
    )


@pytest.fixture
def folders(tmp_path):
    write_images(tmp_path / "source", count=3)
    write_images(tmp_path / "target", count=4)
    (tmp_path / "labels").mkdir()
    for number in range(3):
        ids = np.full((34, 40), 10 if number < 2 else 0, "uint8")
        Image.fromarray(ids).save(tmp_path / "labels" / f"{number}.png")
    return tmp_path


def evaluate(folders, *arguments, output="scores.json"):
    path = folders / output
    result = run_here(
        "evaluate",
        f"--source={folders / 'source'}",
        f"--output={path}",
        *arguments,
    )
    scores = json.loads(path.read_text()) if path.exists() else None
    return result, scores


@pytest.mark.filterwarnings("ignore:.*use at least")
def test_untranslated_images_get_every_score_that_is_asked_for(folders):
    result, scores = evaluate(
        folders,
        f"--target={folders / 'target'}",
        f"--labels={folders / 'labels'}",
        f"--truth={folders / 'source'}",
        "--seed=3",
    )
    assert result.returncode == 0, result.stderr
    assert scores["consistency"]["pixel_accuracy"] == pytest.approx(2 / 3)
    assert scores["consistency"]["flips"][0]["to"] == "sky"
    assert scores["paired"]["photo_to_map_accuracy"] == 1.0
    assert scores["diagnostics"]["colour_shift"] == 0.0
    assert scores["distance"]["targets"] == 4
    assert scores["images"] == 3
    assert scores["settings"]["seed"] == 3
    for words in ("FID", "KID", "mIoU", "pixel accuracy 0.667", "RMSE 0.0"):
        assert words in result.stdout


@pytest.mark.filterwarnings("ignore:.*use at least")
def test_evaluating_twice_writes_equal_files(folders):
    arguments = [
        f"--target={folders / 'target'}",
        f"--labels={folders / 'labels'}",
        f"--cache={folders / 'cache'}",
    ]
    evaluate(folders, *arguments, output="first.json")
    evaluate(folders, *arguments, output="second.json")
    first, second = (folders / f"{n}.json" for n in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_the_first_sources_are_scored_against_all_targets(folders):
    _, scores = evaluate(
        folders, f"--truth={folders / 'source'}", "--limit=2", "--resize=16"
    )
    assert scores["images"] == 2
    assert scores["settings"]["resize"] == "16"


def test_nothing_to_score_against_is_one_line(folders):
    result, scores = evaluate(folders)
    assert_one_line(result, "--target, --labels or --truth")
    assert scores is None


def test_images_without_a_true_one_are_one_line(folders):
    write_images(folders / "truth", count=2)
    result, scores = evaluate(folders, f"--truth={folders / 'truth'}")
    assert_one_line(result, "true image of its name", "2.png")
    assert scores is None


def test_an_empty_target_folder_is_one_line(folders):
    (folders / "empty").mkdir()
    result, _ = evaluate(folders, f"--target={folders / 'empty'}")
    assert_one_line(result, "There are no images", "empty")


def test_labels_of_another_space_are_one_line(folders):
    ids = np.full((34, 40), 77, "uint8")
    Image.fromarray(ids).save(folders / "labels" / "1.png")
    result, scores = evaluate(folders, f"--labels={folders / 'labels'}")
    assert_one_line(result, "label 77")
    assert scores is None


def test_a_set_has_no_distance_from_itself_whatever_its_names(folders):
    for town, count in (("a", 1), ("b", 2)):
        write_images(folders / "towns" / town, count=count)
    towns = folders / "towns"
    result, scores = evaluate(folders, f"--source={towns}", f"--truth={towns}")
    assert result.returncode == 0, result.stderr
    assert scores["images"] == 3
    assert scores["paired"]["root_mean_squared_error"] == 0.0


def test_endings_of_names_do_not_count(folders):
    for number in range(3):
        for kind, end in (("source", "leftImg8bit"), ("labels", "labelIds")):
            path = folders / kind / f"{number}.png"
            path.rename(path.with_name(f"{number}_{end}.png"))
    labels = f"--labels={folders / 'labels'}"
    result, _ = evaluate(folders, labels)
    assert_one_line(result, "no label for 3 of 3", "source_endings")
    result, scores = evaluate(
        folders, labels, "--source_endings=_leftImg8bit,_labelIds"
    )
    assert result.returncode == 0, result.stderr
    assert scores["consistency"]["pixel_accuracy"] == pytest.approx(2 / 3)


def test_shares_of_classes_are_printed_and_an_odd_one_is_doubted(folders):
    result, _ = evaluate(folders, f"--labels={folders / 'labels'}")
    assert "--labels: sky 67 %, road 33 %" in result.stdout
    assert "warning" not in result.stderr
    ids = Image.fromarray(np.full((34, 40), 10, "uint8"))
    ids.save(folders / "labels" / "2.png")
    result, _ = evaluate(folders, f"--labels={folders / 'labels'}")
    assert result.returncode == 0
    assert "100% of the pixels are sky" in result.stderr


def test_labels_without_a_counted_pixel_are_one_line(folders):
    for path in (folders / "labels").iterdir():
        Image.fromarray(np.full((34, 40), 255, "uint8")).save(path)
    result, scores = evaluate(
        folders,
        f"--labels={folders / 'labels'}",
        f"--target={folders / 'target'}",
    )
    assert_one_line(result, "--labels", "no labelled pixel")
    assert scores is None


@pytest.mark.parametrize("which", ["source", "target"])
def test_too_few_images_for_fid_are_told_before_the_work(folders, which):
    write_images(folders / "one", count=1)
    places = {"source": folders / "source", "target": folders / "target"}
    places[which] = folders / "one"
    flags = [f"--{name}={place}" for name, place in places.items()]
    result, scores = evaluate(folders, *flags)
    assert_one_line(result, "at least two", "compare how images vary")
    assert scores is None


@pytest.mark.filterwarnings("ignore:.*use at least")
def test_memory_does_not_grow_with_the_number_of_images(folders, monkeypatch):
    alive, most = [], [0]
    decode = ImageCollection.decode_with_nodata

    def watched(self, index):
        image, nodata = decode(self, index)
        alive.append(weakref.ref(image))
        kept = sum(reference() is not None for reference in alive)
        most[0] = max(most[0], kept)
        return image, nodata

    monkeypatch.setattr(ImageCollection, "decode_with_nodata", watched)
    write_images(folders / "many", count=12)
    result, _ = evaluate(
        folders,
        f"--source={folders / 'many'}",
        f"--target={folders / 'many'}",
        f"--truth={folders / 'many'}",
    )
    assert result.returncode == 0, result.stderr
    assert len(alive) >= 36
    assert most[0] < 10


@pytest.mark.parametrize(
    "model",
    [
        "colour2vintage_fast",
        SAVED_MODELS / "colour2vintage_fast",
        SAVED_MODELS / "colour2vintage_fast" / "3",
    ],
    ids=["name", "folder_of_versions", "version"],
)
def test_scores_of_an_exported_model_record_its_weights(folders, model):
    path = SAVED_MODELS / "colour2vintage_fast" / "3"
    result, scores = evaluate(
        folders, f"--model={model}", f"--truth={folders / 'source'}"
    )
    assert result.returncode == 0, result.stderr
    described = json.loads((path / "config.json").read_text())
    assert scores["settings"]["weights_sha256"] == described["weights_sha256"]
    assert "config" not in scores["settings"]


@pytest.mark.parametrize("text", ["", "[]", "{}", "no JSON"])
def test_a_file_that_describes_no_training_costs_no_scores(
    folders, residual_model, text
):
    run = folders / "run"
    run.mkdir()
    residual_model.rename(run / "model.keras")
    (run / "config.json").write_text(text)
    result, scores = evaluate(
        folders, f"--model={run}", f"--truth={folders / 'source'}"
    )
    assert result.returncode == 0, result.stderr
    assert scores["images"] == 3
    assert "config" not in scores["settings"]


@pytest.fixture
def residual_model(tmp_path):
    path = tmp_path / "model.keras"
    small_model("semst").save(path)
    return path


@pytest.mark.filterwarnings("ignore:.*use at least")
def test_several_strengths_give_the_frontier(folders, residual_model):
    references = [
        f"--target={folders / 'target'}",
        f"--labels={folders / 'labels'}",
        f"--model={residual_model}",
    ]
    result, scores = evaluate(
        folders,
        *references,
        "--strength=0,0.5,1",
        f"--plot={folders / 'new' / 'frontier.png'}",
    )
    assert result.returncode == 0, result.stderr
    rows = scores["strengths"]
    assert [row["strength"] for row in rows] == [0.0, 0.5, 1.0]
    assert scores["settings"]["strength"] == [0.0, 0.5, 1.0]
    # Nothing of the way is the untranslated image.
    assert rows[0]["distance"] == scores["untranslated"]["distance"]
    assert rows[0]["diagnostics"] != rows[2]["diagnostics"]
    with Image.open(folders / "new" / "frontier.png") as plot:
        assert len(np.unique(np.asarray(plot.convert("L")))) > 10
    for row, strength in zip(rows, ("0", "0.5", "1")):
        _, alone = evaluate(
            folders, *references, f"--strength={strength}", output="one.json"
        )
        assert alone["settings"]["strength"] == row.pop("strength")
        assert {key: alone[key] for key in row} == row


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--strength=0,x"], ["Received: 0,x"]),
        (["--strength=2", "--model={model}"], ["Received: 2"]),
        (["--strength=1,1.0", "--model={model}"], ["twice"]),
        (["--strength=1"], ["--model"]),
        (["--plot=a.png"], ["--plot", "--labels"]),
        (
            [
                "--strength=0,1",
                "--model={model}",
                "--labels={root}/labels",
                "--plot={root}/a.bmp",
            ],
            [".svg", "a.bmp"],
        ),
    ],
)
def test_strengths_that_make_no_sense_are_one_line(
    folders, residual_model, flags, words
):
    flags = [f.format(model=residual_model, root=folders) for f in flags]
    result, scores = evaluate(folders, f"--target={folders}/target", *flags)
    assert_one_line(result, *words)
    assert scores is None


def test_a_data_set_of_cut_is_evaluated_by_its_root(folders):
    (folders / "source").rename(folders / "testA")
    (folders / "target").rename(folders / "testB")
    path = folders / "scores.json"
    result = run_here(
        "evaluate",
        f"--dataroot={folders}",
        f"--truth={folders / 'testA'}",
        f"--output={path}",
    )
    assert result.returncode == 0, result.stderr
    scores = json.loads(path.read_text())
    assert scores["distance"]["targets"] == 4


@pytest.mark.filterwarnings("ignore:.*use at least")
def test_controls_are_scored_beside_the_translations(folders):
    write_images(folders / "city", count=4)
    result, scores = evaluate(
        folders,
        f"--target={folders / 'target'}",
        f"--labels={folders / 'labels'}",
        "--controls",
        f"--control_images={folders / 'city'}",
    )
    assert result.returncode == 0, result.stderr
    controls = scores["controls"]
    assert list(controls) == [
        "untranslated",
        "blurred",
        "jpeg",
        "target itself",
        "other images",
    ]
    for name, row in controls.items():
        assert f"control, {name}: " in result.stdout
        assert row["distance"]["fid"] is not None
    same = {name: scores[name] for name in controls["untranslated"]}
    assert controls["untranslated"] == same
    assert controls["blurred"]["diagnostics"] != scores["diagnostics"]
    assert controls["target itself"]["distance"]["targets"] == 2
    matched = controls["other images"]["distance"]["class_matched_labels"]
    assert matched == "predicted"


def test_class_matched_distances_say_whose_labels_they_had(folders):
    # Twenty images of two colours, so that classes have enough samples.
    for folder in ("many", "far"):
        write_images(folders / folder, count=20)
    result, scores = evaluate(
        folders,
        f"--source={folders / 'many'}",
        f"--target={folders / 'far'}",
        "--class_matched",
    )
    assert result.returncode == 0, result.stderr
    distance = scores["distance"]
    assert distance["class_matched_labels"] == "predicted"
    assert distance["class_matched_stride_8"] is not None
    assert "class-matched stride 8" in result.stdout


def test_what_needs_a_target_says_so(folders):
    for flag in ("--controls", f"--control_images={folders / 'target'}"):
        result, _ = evaluate(folders, f"--labels={folders / 'labels'}", flag)
        assert_one_line(result, "--target")


@pytest.mark.filterwarnings("ignore:.*use at least")
@pytest.mark.parametrize("channels", [1, 5])
def test_grey_and_many_bands_are_evaluated_with_their_model(tmp_path, channels):
    random = np.random.default_rng(0)
    for domain in ("source", "target"):
        (tmp_path / domain).mkdir()
        for number in range(3):
            image = random.integers(0, 65536, (34, 40, channels))
            np.save(tmp_path / domain / f"{number}.npy", image.astype("uint16"))
    fields = {"input_channels": channels, "output_channels": channels}
    small_model(
        "cut",
        generator={"residual": True, "strength": 0.0, **fields},
        training={"ema_decay": 0.5},
    ).save(tmp_path / "model.keras")
    source = tmp_path / "source"
    for flags in ([f"--model={tmp_path / 'model.keras'}"], []):
        result, scores = evaluate(tmp_path, *flags, f"--truth={source}")
        assert result.returncode == 0, result.stderr
        assert scores["paired"]["root_mean_squared_error"] < 0.01
    to_target = f"--target={tmp_path / 'target'}"
    result, scores = evaluate(tmp_path, *flags, to_target, output="kid.json")
    if channels == 1:
        assert result.returncode == 0, result.stderr
        assert scores["distance"]["kid"] is not None
    else:
        assert_one_line(result, "one or three channels", "FID and KID")
