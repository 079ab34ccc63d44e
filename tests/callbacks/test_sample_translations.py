import numpy as np
from one_weight import compiled_model
from one_weight import train
from summaries import image_summaries

from semst_tf.callbacks import SampleTranslations
from semst_tf.data import read_image


def translating_model():
    """A model whose translation is the negative of an image."""
    model = compiled_model()
    model.translate = lambda images: [255 - image for image in images]
    return model


def random_images(channels=3):
    return [
        np.full((20, 30, channels), 10, "uint8"),
        np.full((33, 17, channels), 60, "uint8"),
    ]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_grids_are_named_by_step_and_show_source_above_translation(tmp_path):
    folder = tmp_path / "samples"
    callback = SampleTranslations(random_images(), folder, every=2)
    train(translating_model(), [callback], epochs=4)
    assert names(folder) == ["step_00000004.png", "step_00000008.png"]
    grid = read_image(folder / "step_00000008.png")
    height = grid.shape[0]
    assert grid[height // 4, 5, 0] == 10
    assert grid[3 * height // 4, 5, 0] == 245


def test_the_last_step_is_shown_where_the_interval_does_not_divide(tmp_path):
    callback = SampleTranslations(random_images(), tmp_path, every=2)
    train(translating_model(), [callback], epochs=3)
    assert names(tmp_path) == ["step_00000004.png", "step_00000006.png"]


def test_a_short_training_shows_its_end_once(tmp_path):
    folder = tmp_path / "samples"
    board = tmp_path / "tensorboard"
    callback = SampleTranslations(
        random_images(), folder, every=1, tensorboard=board
    )
    train(translating_model(), [callback])
    assert names(folder) == ["step_00000002.png"]
    (shown,) = image_summaries(board).values()
    assert [step for step, _ in shown] == [2]


def test_tensorboard_shows_the_same_grid_at_the_same_step(tmp_path):
    folder = tmp_path / "samples"
    board = tmp_path / "tensorboard"
    callback = SampleTranslations(
        random_images(), folder, every=1, tensorboard=board
    )
    train(translating_model(), [callback], epochs=2)
    (shown,) = image_summaries(board).values()
    assert [step for step, _ in shown] == [2, 4]
    np.testing.assert_array_equal(
        shown[-1][1], read_image(folder / "step_00000004.png")
    )


def test_one_channel_and_five_channels_can_be_shown(tmp_path):
    for channels in (1, 5):
        folder = tmp_path / str(channels)
        callback = SampleTranslations(random_images(channels), folder)
        train(translating_model(), [callback])
        assert read_image(folder / "step_00000002.png").shape[-1] == 3
