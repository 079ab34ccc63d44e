"""The smallest model that callbacks can look at."""

import keras
import numpy as np


def compiled_model(learning_rate=0.5):
    """A model of one weight that learns nothing in particular."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(
        keras.optimizers.SGD(learning_rate), loss="mse", metrics=["mae"]
    )
    return model


def train(model, callbacks, epochs=1, steps=2, initial_epoch=0):
    """Takes `steps` steps an epoch."""
    ones = np.ones((steps, 1), "float32")
    model.fit(
        ones,
        ones,
        batch_size=1,
        epochs=epochs,
        initial_epoch=initial_epoch,
        verbose=0,
        callbacks=callbacks,
    )
