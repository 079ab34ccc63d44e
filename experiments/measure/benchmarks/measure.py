"""One measurement, from settings to figures."""

import os
import tempfile

from benchmarks.peak_memory import peak_memory
from benchmarks.timing import time_repeatedly


def make_workload(part, settings, folder, threads=None):
    """Makes the workload of a part.

    Args:
        part: str. `"train_step"`, `"translate"`, `"convolution"`, `"folder"`,
            `"input"`, `"student"` or `"metrics"`.
        settings: Dict of arguments of `training_step`, `translation`,
            `convolution`, `folder_translation`, `input_pipeline`, `student`
            or `scoring`.
        folder: Path of an existing folder for temporary files.
        threads: int or `None`. Of engines that have threads of their own.

    Returns:
        `Workload`.

    Raises:
        ValueError: If there is no such part, or a setting does not fit.
    """
    # Each part loads what it needs: that counts towards its memory.
    if part == "train_step":
        from benchmarks.training_step import training_step

        return training_step(**settings)
    if part == "translate":
        from benchmarks.translation import translation

        return translation(**settings, folder=folder, threads=threads)
    if part == "convolution":
        from benchmarks.convolution import convolution

        return convolution(**settings)
    if part == "folder":
        from benchmarks.folder import folder_translation

        return folder_translation(**settings, folder=folder)
    if part == "input":
        from benchmarks.input_pipeline import input_pipeline

        return input_pipeline(**settings, folder=folder)
    if part == "student":
        from benchmarks.student import student

        return student(**settings, threads=threads)
    if part == "metrics":
        from benchmarks.scoring import scoring

        return scoring(**settings)
    raise ValueError(
        "The part must be 'train_step', 'translate', 'convolution', "
        f"'folder', 'input', 'student' or 'metrics'. Received: {part!r}"
    )


def measure(part, settings, repetitions=5, warm_up=2, threads=None):
    """Measures in this process, which should have done nothing before.

    Args:
        part: str. As for `make_workload`.
        settings: Dict. As for `make_workload`.
        repetitions: int. Repetitions that are timed. Defaults to `5`.
        warm_up: int. Repetitions before. Defaults to `2`.
        threads: int or `None`. See `make_workload`.

    Returns:
        Dict of figures: times in seconds (`Timing.to_dict`), `images` a
        repetition, `peak_memory` in bytes, `load` of the machine, and where
        it has a meaning `operations` a repetition, and `share` and
        `processor_share`, the fraction that they make of the rate of a large
        matrix product, by elapsed and by processor time. Then the details of
        the workload, if it has any.
    """
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        workload = make_workload(part, settings, folder, threads)
        timing = time_repeatedly(workload.run, repetitions, warm_up)
        figures = {
            **timing.to_dict(),
            "images": workload.images,
            "peak_memory": peak_memory(),
            "load": round(load, 1),
        }
        if workload.operations is not None:
            figures.update(_of_operations(workload, settings, timing))
        if workload.details is not None:
            figures.update(workload.details())
    return figures


def _of_operations(workload, settings, timing):
    from benchmarks.operations import matrix_rate

    half = "bfloat16" in settings.get("dtype", "float32")
    rate, processor_rate = matrix_rate("bfloat16" if half else "float32")
    operations = workload.operations()
    processor_seconds = timing.to_dict()["processor_seconds"]
    return {
        "operations": operations,
        "matrix_rate": rate,
        "share": operations / timing.seconds / rate,
        "processor_share": operations / processor_seconds / processor_rate,
    }
