"""What is in TensorBoard files."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import (
    EventAccumulator,
)


def scalars(folder):
    """Curves by name, each a list of (step, value) in order of writing.

    Files of one second are read in the order of their names, which is not
    always the order in which they were made.
    """
    events = _events(folder)
    return {
        name: [
            (event.step, float(tf.make_ndarray(event.tensor_proto)))
            for event in sorted(events.Tensors(name), key=_wall_time)
        ]
        for name in events.Tags()["tensors"]
        if _plugin(events, name) == "scalars"
    }


def image_summaries(folder):
    """Images by name, each a list of (step, uint8 array)."""
    events = _events(folder)
    return {
        name: [
            (event.step, _decoded(event.tensor_proto))
            for event in events.Tensors(name)
        ]
        for name in events.Tags()["tensors"]
        if _plugin(events, name) == "images"
    }


def _wall_time(event):
    return event.wall_time


def _events(folder):
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    return events.Reload()


def _plugin(events, name):
    return events.SummaryMetadata(name).plugin_data.plugin_name


def _decoded(tensor):
    _, _, encoded = tf.make_ndarray(tensor)  # Width and height come first.
    return np.asarray(Image.open(io.BytesIO(encoded)))
