"""Translating images, by Keras and by the exports, as workloads."""

import pathlib

import numpy as np

from benchmarks.operations import count_operations
from benchmarks.workload import Workload
from semst_tf.networks import ResNetGenerator

ENGINES = (
    "keras",
    "saved_model",
    "saved_model_winograd",
    "litert",
    "litert_winograd",
)


def translation(
    engine, size, batch, filters, folder, dtype="float32", threads=None
):
    """Translates a batch of random images with an untrained generator.

    Args:
        engine: str. `"keras"`, `"saved_model"`, `"litert"`, or one of the
            last two with `"_winograd"`, an export for processors. LiteRT
            takes one image at a time.
        size: int. Height and width.
        batch: int. Images at once.
        filters: int. Filters of the generator.
        folder: Path of an existing folder for the exports.
        dtype: str. Precision policy; the exports are in float32. Defaults to
            `"float32"`.
        threads: int or `None`. Of LiteRT; TensorFlow's are set before it
            starts. Defaults to `None`.

    Returns:
        `Workload`.

    Raises:
        ValueError: If there is no such engine, or it cannot do this.
    """
    if engine not in ENGINES:
        raise ValueError(
            f"The engine must be one of {', '.join(ENGINES)}. "
            f"Received: {engine!r}"
        )
    if engine != "keras" and dtype != "float32":
        raise ValueError(
            "Exports are measured in float32. "
            f"Received: dtype={dtype!r}, engine={engine!r}"
        )
    if engine.startswith("litert") and batch != 1:
        raise ValueError(
            f"LiteRT takes one image at a time. Received: batch={batch}"
        )
    network = ResNetGenerator(filters, seed=0, dtype=dtype)
    shape = (batch, size, size, network.input_channels)
    images = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
    translate = _function_of(engine, network, size, folder, threads)

    def operations():
        import tensorflow as tf

        return count_operations(network, tf.constant(images))

    return Workload(lambda: translate(images), batch, operations)


def _function_of(engine, network, size, folder, threads):
    folder = pathlib.Path(folder)
    if engine == "keras":
        return network.predict_on_batch
    winograd = engine.endswith("winograd")
    if engine.startswith("saved_model"):
        from semst_tf.export.write_saved_model import load_saved_model
        from semst_tf.export.write_saved_model import saved_model

        place = saved_model(
            network,
            folder / "model",
            winograd=winograd,
            verbose=False,
        )
        return load_saved_model(place).translate
    from semst_tf.export.write_litert import litert
    from semst_tf.export.write_litert import load_litert

    path = folder / "model.tflite"
    litert(network, path, size=(size, size), verbose=False, winograd=winograd)
    return load_litert(path, threads=threads).translate
