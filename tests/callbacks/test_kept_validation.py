"""Validation scores what a user gets: translations with what is kept."""

import types

import numpy as np

from semst_tf.callbacks import ValidationScores


class Model:
    """Translates everything to black."""

    def __init__(self):
        self.translator = types.SimpleNamespace()

    def translate(self, images, batch_size=8, mode="whole"):
        return [np.zeros_like(image) for image in images]


class Evaluation:
    def scores(self, translations):
        self.seen = list(translations)
        return {}


def test_translations_are_scored_with_what_is_kept():
    images = [np.full((6, 5, 3), 9, "uint8"), np.full((4, 8, 3), 7, "uint8")]
    masks = [np.zeros((6, 5, 1), "uint8"), np.zeros((4, 8, 1), "uint8")]
    masks[0][:2] = 255
    for keep, kept in ((masks, 9), (None, 0)):
        evaluation = Evaluation()
        callback = ValidationScores(images, evaluation, keep=keep)
        callback.set_model(Model())
        callback.score()
        assert (evaluation.seen[0][:2] == kept).all()
        assert not evaluation.seen[0][2:].any()
        assert not evaluation.seen[1].any()
