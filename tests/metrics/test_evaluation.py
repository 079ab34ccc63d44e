"""Scores of translations, and the files that they are read from."""

import json
import math

import keras
import numpy as np
import pytest
from metrics.features import mean_colour

from semst_tf.metrics import distance_scores
from semst_tf.metrics.attention_scores import attention_scores
from semst_tf.metrics.evaluation import Evaluation


def random_images(count, seed, size=(24, 32)):
    generator = np.random.default_rng(seed)
    return [
        generator.integers(0, 256, (*size, 3), dtype="uint8")
        for _ in range(count)
    ]


@pytest.fixture
def small_inception(monkeypatch):
    """Replaces Inception by the mean colour, and counts its images."""
    seen = []
    network = mean_colour()

    def load(path):
        seen.append(path)
        return network

    monkeypatch.setattr(distance_scores, "load_inception", load)
    return seen


@pytest.mark.filterwarnings("ignore:.*use at least")
def test_distances_are_those_of_the_metrics(small_inception):
    targets, images = random_images(5, 0), random_images(4, 1)
    scores = Evaluation(targets=targets).scores(images)["distance"]
    fid = distance_scores.FrechetInceptionDistance(network=mean_colour())
    kid = distance_scores.KernelInceptionDistance(network=mean_colour())
    for metric in (fid, kid):
        metric.update_target(np.stack(targets))
        metric.update_state(np.stack(images))
    assert scores["fid"] == pytest.approx(fid.result(), rel=1e-4)
    assert scores["kid"] == pytest.approx(kid.result(), rel=1e-3)
    assert (scores["images"], scores["targets"]) == (4, 5)


@pytest.mark.filterwarnings("ignore:.*use at least")
def test_scoring_twice_gives_the_same_scores(small_inception):
    once = Evaluation(targets=random_images(5, 0))
    images = random_images(4, 1)
    first = once.scores(images)
    once.scores(random_images(3, 2))
    assert once.scores(images) == first
    assert len(small_inception) == 1


@pytest.mark.filterwarnings("ignore:.*use at least")
def test_kept_features_are_used_for_the_same_targets_only(
    small_inception, tmp_path, monkeypatch
):
    targets, others = random_images(4, 0), random_images(4, 1)
    images = random_images(4, 2)
    first = Evaluation(targets=targets, cache=tmp_path).scores(images)
    other = Evaluation(targets=others, cache=tmp_path).scores(images)
    assert len(list(tmp_path.iterdir())) == 2
    assert other != first
    monkeypatch.setattr(distance_scores, "_features", None)
    again = Evaluation(targets=targets, cache=tmp_path).scores(images)
    assert again == first


def test_a_copy_of_the_truth_is_right_everywhere():
    truths = random_images(2, 0)
    paired = Evaluation(truths=truths).scores(truths)["paired"]
    assert paired["photo_to_map_accuracy"] == 1.0
    assert paired["root_mean_squared_error"] == 0.0
    assert paired["ssim"] == pytest.approx(1.0)
    assert paired["psnr"] is None
    json.dumps(paired, allow_nan=False)


def test_paired_scores_are_means_over_the_images():
    black = np.zeros((16, 16, 3), "uint8")
    white = np.full_like(black, 255)
    paired = Evaluation(truths=[black, black]).scores([black, white])["paired"]
    assert paired["photo_to_map_accuracy"] == 0.5
    assert paired["root_mean_squared_error"] == pytest.approx(
        255 * math.sqrt(3) / 2
    )


def test_a_copy_of_the_source_has_no_colour_shift():
    sources = random_images(2, 0)
    found = Evaluation(truths=sources, sources=sources).scores(sources)
    assert found["diagnostics"]["colour_shift"] == 0.0
    assert found["diagnostics"]["structure_information"] > 0.3


def test_missing_references_and_wrong_numbers_are_refused():
    with pytest.raises(ValueError, match="nothing to score against.*Received"):
        Evaluation()
    images = random_images(3, 0)
    with pytest.raises(ValueError, match="as many .* true images.*3 and 2"):
        Evaluation(truths=images[:2]).scores(images)
    with pytest.raises(ValueError, match="same size.*Received"):
        Evaluation(truths=random_images(3, 0, (8, 8))).scores(images)


def test_only_generators_of_two_scales_have_an_attention():
    class WithAttention(keras.Sequential):
        def attention(self, images):
            return keras.ops.full((1, 2, 2, 1), 0.25)

    images = random_images(2, 0)
    assert attention_scores(keras.Sequential(), images) is None
    found = attention_scores(WithAttention(), images)
    assert found["mean"] == 0.25


def test_grey_translations_are_scored_as_grey_colour(small_inception):
    colour = random_images(3, 0)
    grey = [image[..., :1] for image in colour]
    repeated = [np.repeat(image, 3, axis=-1) for image in grey]
    targets = random_images(3, 1)
    evaluate = Evaluation(targets=targets)
    with pytest.warns(UserWarning, match="use at least"):
        assert evaluate.scores(grey) == evaluate.scores(repeated)


def test_a_trial_loads_what_scores_need_once(small_inception):
    sources = [image[..., :1] for image in random_images(2, 0)]
    evaluate = Evaluation(targets=random_images(3, 1), sources=sources)
    evaluate.try_out(sources[0], 2)
    evaluate.try_out(sources[0], 2)
    assert len(small_inception) == 1


@pytest.mark.parametrize(
    ("image", "count", "message"),
    [
        (np.zeros((24, 32, 5), "uint8"), 2, "one or three.*Received"),
        (np.zeros((24, 32, 3), "uint8"), 1, "two translations"),
    ],
)
def test_a_trial_refuses_before_it_loads(
    small_inception, image, count, message
):
    with pytest.raises(ValueError, match=message):
        Evaluation(targets=random_images(3, 1)).try_out(image, count)
    assert small_inception == []


def test_weights_that_cannot_be_had_name_the_flag(monkeypatch):
    def offline(path):
        # What `keras.utils.get_file` raises.
        raise Exception("URL fetch failure on https://...: None -- no route")

    monkeypatch.setattr(distance_scores, "load_inception", offline)
    evaluate = Evaluation(targets=random_images(2, 1))
    with pytest.raises(ValueError, match="--inception.*Received: URL fetch"):
        evaluate.try_out(random_images(1, 0)[0], 2)
