import json
import re

import numpy as np
import pytest
from small import batch
from small import small_model

from semst_tf.callbacks import SampleTranslations
from semst_tf.training.refresh_run_page import RefreshRunPage
from semst_tf.training.refresh_run_page import seconds_left


def images(count, channels=3):
    random = np.random.default_rng(0)
    return [
        random.integers(0, 256, (20, 24, channels)).astype("uint8")
        for _ in range(count)
    ]


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_the_page_goes_along_with_the_training(tmp_path, channels):
    model = small_model(
        "cut",
        **{
            "generator.input_channels": channels,
            "generator.output_channels": channels,
        },
    )
    model.compile(run_eagerly=True)
    samples = SampleTranslations(images(2, channels), tmp_path / "samples")
    page = RefreshRunPage(
        tmp_path, "Mine", samples, images(1, channels), steps=4
    )
    seen = []
    write = page.write

    def watched():
        write()
        seen.append((tmp_path / "index.html").read_text())

    page.write = watched
    model.fit(
        batch(count=2, channels=(channels, channels)),
        batch_size=1,
        epochs=2,
        verbose=0,
        callbacks=[samples, page],
    )
    steps = [re.search(r"(Step|for) (\d+)", text)[2] for text in seen]
    assert steps == ["0", "2", "4"]
    assert seen[0].count("comes with the first samples") == 2
    assert 'src="page/translation_1.jpg"' in seen[1]
    assert 'http-equiv="refresh"' in seen[1]
    assert 'http-equiv="refresh"' not in seen[-1]


def test_the_time_left_follows_the_newest_pace(tmp_path):
    rows = [{"step": 100, "seconds": 900.0}]
    assert seconds_left(rows, 1000) is None
    rows += [
        {"step": 100 + 10 * i, "seconds": 900.0 + 20 * i} for i in range(1, 31)
    ]
    assert seconds_left(rows, 1000) == pytest.approx(2 * 600)


def test_scores_that_come_later_than_losses_have_a_curve(tmp_path):
    from semst_tf.training.run_page import write_run_page

    rows = [
        {"step": 10, "seconds": 1.0, "loss": 2.0},
        {"step": 20, "seconds": 2.0, "loss": 1.0, "val_kid": 0.1},
    ]
    (tmp_path / "metrics.json").write_text(json.dumps({"history": rows}))
    page = write_run_page(tmp_path, "x", [], [], [], [], [])
    text = page.read_text()
    assert ">val_kid</text>" in text and ">loss</text>" in text
