"""Figures that are written as soon as they are measured, and kept."""

import json
import math
import pathlib

from absl import flags

FLAGS = flags.FLAGS


def check_settings():
    """Refuses to mix figures of different sizes in one folder."""
    settings = {name: FLAGS[name].value for name in ("size", "filters")}
    before = figures().get("settings", settings)
    if before != settings:
        raise ValueError(
            f"{FLAGS.output} holds figures of other settings, {before}; use "
            f"another folder. Received: {settings}"
        )
    write_figure("settings", settings)


def figures():
    """What has been measured so far."""
    path = pathlib.Path(FLAGS.output) / "figures.json"
    return json.loads(path.read_text()) if path.exists() else {}


def write_figure(name, values):
    from semst_tf.storage.atomic_files import write_json

    folder = pathlib.Path(FLAGS.output)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "figures.json", figures() | {name: values})


def figure(name, measure):
    """Measures something once; later calls read what was measured."""
    values = figures().get(name, {"failed": "not measured yet"})
    if "failed" in values:
        try:
            values = measure()
        except Exception as error:
            # Out of memory, for instance: the rest is measured all the same.
            message = " ".join(str(error).split())[:300]
            values = {"failed": f"{type(error).__name__}: {message}"}
        write_figure(name, values)
    print(name, *(f"{k}={v}" for k, v in values.items()), flush=True)
    return values


def device():
    import jax

    return jax.devices()[0].device_kind


def significant(value, digits=4):
    """Rounds to so many digits, whatever the size."""
    if not value or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
