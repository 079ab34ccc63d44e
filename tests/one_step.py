"""One training step of small translators, on the Keras backend in use.

    python tests/one_step.py OUTPUT PRESET...

Writes losses and new weights of each preset as `<preset>.npz` into a folder.
The weights before the step and the batch are the same on every backend.
"""

import pathlib
import sys

import keras
import numpy as np
from small import batch
from small import small_model

OVERRIDES = {
    # Full weight from the first step, so that every term counts.
    "structure.ramp": 0.0,
    "texture.ramp": 0.0,
    "tone.ramp": 0.0,
}


def drawn_weights(model):
    """Weights that do not come from the backend's own random numbers."""
    random = np.random.default_rng(1)
    return [
        random.normal(0, 0.1, weight.shape).astype("float32")
        for weight in model.get_weights()
    ]


def endless(images):
    """The same batch again and again, as `fit` takes it."""
    while True:
        yield (images,)


def step(model, images):
    """Names and values of the losses and weights after one step."""
    model.set_weights(drawn_weights(model))
    logs = model.fit(endless(images), steps_per_epoch=1, verbose=0).history
    losses = {f"loss/{name}": value[0] for name, value in logs.items()}
    weights = {
        f"weight/{index}": keras.ops.convert_to_numpy(weight)
        for index, weight in enumerate(model.weights)
    }
    return losses | weights


def main(output, *presets):
    for preset in presets:
        model = small_model(preset, **OVERRIDES)
        # Adam would blow up the rounding of gradients that are zero (those
        # of biases before a normalisation) to whole steps.
        model.compile(keras.optimizers.SGD(0.1))
        values = step(model, batch(2))
        np.savez(pathlib.Path(output) / f"{preset}.npz", **values)


if __name__ == "__main__":
    main(*sys.argv[1:])
