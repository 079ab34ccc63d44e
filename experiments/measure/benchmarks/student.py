"""A big generator and small ones on the same images, as workloads."""

import pathlib

import numpy as np

from benchmarks.peak_memory import peak_memory
from benchmarks.workload import Workload

ENGINES = ("keras", "litert", "litert_int8")


def student(preset, engine, height, width, path=None, threads=None):
    """Translates one image with an untrained generator.

    LiteRT files are read and not made here, and TensorFlow is not imported
    for them: what making them takes is no memory of translating.

    Args:
        preset: str. Preset whose generator it is.
        engine: str. `"keras"`, `"litert"` or `"litert_int8"`.
        height: int.
        width: int.
        path: Path of the LiteRT file that `write_litert_files` wrote, or
            `None`.
        threads: int or `None`. Of LiteRT. Defaults to `None`.

    Returns:
        `Workload`. Its details are `memory_before`, the peak memory in bytes
        when everything was loaded and nothing translated yet.

    Raises:
        ValueError: If there is no such engine.
    """
    shape = (1, height, width, 3)
    images = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
    if engine not in ENGINES:
        raise ValueError(
            f"The engine must be one of {', '.join(ENGINES)}. "
            f"Received: {engine!r}"
        )
    operations = None
    if engine == "keras":
        network = _generator(preset)
        run = network.predict_on_batch

        def operations():
            import tensorflow as tf

            from benchmarks.operations import count_operations

            return count_operations(network, tf.constant(images))
    else:
        run = _litert(path, threads)
    before = peak_memory()
    return Workload(
        lambda: run(images),
        1,
        operations,
        lambda: {"memory_before": before},
    )


def write_litert_files(presets, engines, height, width, folder):
    """Exports the generators of presets to LiteRT.

    Args:
        presets: Sequence of str.
        engines: Sequence of str; for Keras there is no file.
        height: int.
        width: int.
        folder: Path of an existing folder.

    Returns:
        Dict from (preset, engine) to the path of its file.
    """
    from semst_tf.data import ImageCollection
    from semst_tf.data import sample_photos
    from semst_tf.data.value_range import to_unit_range
    from semst_tf.export.write_litert import litert

    photos = ImageCollection(sample_photos()[0], resize=(height, width))
    calibration = [to_unit_range(photos.load(i)) for i in range(4)]
    paths = {}
    for preset in presets:
        for engine in engines:
            if engine == "keras":
                continue
            int8 = engine == "litert_int8"
            path = pathlib.Path(folder) / f"{preset}_{engine}.tflite"
            litert(
                _generator(preset),
                path,
                "int8" if int8 else "float32",
                (height, width),
                calibration if int8 else None,
                verbose=False,
            )
            paths[preset, engine] = str(path)
    return paths


def _generator(preset):
    from semst_tf.config.preset_configs import preset_config
    from semst_tf.networks.make_networks import make_generator

    config = preset_config(preset)
    # As translations come from it, with the filter that training goes without.
    return make_generator(config, guided_radius=config.generator.guided_radius)


def _litert(path, threads):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path, num_threads=threads)
    interpreter.allocate_tensors()
    given = interpreter.get_input_details()[0]["index"]
    made = interpreter.get_output_details()[0]["index"]

    def run(images):
        interpreter.set_tensor(given, images)
        interpreter.invoke()
        return interpreter.get_tensor(made)

    return run
