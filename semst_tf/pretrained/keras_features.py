"""Frozen features of any functional Keras model."""

import keras
import numpy as np
from keras import ops

from semst_tf.data.image_files import read_image
from semst_tf.data.photo_folders import sample_photos
from semst_tf.data.resize import resize_image
from semst_tf.data.value_range import to_unit_range
from semst_tf.layers.pad_to_multiple import PadToMultiple
from semst_tf.pretrained.frozen_network_base import FrozenNetwork

_PROBE = 256
_CALIBRATION_SIZE = 192


class KerasFeatures(FrozenNetwork):
    """Outputs of chosen layers of a Keras model, standardised by channel.

    The values that the weights have when this is made are kept as constants;
    the model itself stays what it is. A layer or model that keeps this as an
    attribute neither trains nor saves them.

    Args:
        model: Functional `keras.Model` of images of any size. Its precision is
            its own: make it under the policy that it shall compute in.
        layers: Which outputs are offered: dict from name to the name of a
            layer, or list of names of layers. Defaults to `None`: for each
            stride the last addition of two maps (the end of a residual block)
            or, without one, the last layer, by the name `"stride_4"`.
        preprocess: Function from images in [-1, 1] to what the model expects,
            or `None` if it expects [-1, 1].
        calibration: Array of images `(count, height, width, channels)` in
            [-1, 1] on which mean and deviation of every channel are measured,
            once, here. Defaults to `None`, the sample photographs that ship.
            `False` leaves features as they are.
        multiple: int. Images are mirrored at the bottom and the right up to
            this multiple, and features cut off, for models that take no other
            sizes or would make smaller maps of them. Defaults to `1`.

    Raises:
        ValueError: If the model is not functional, or has no such layer, or
            a layer makes no maps.

    Example:

    >>> backbone = keras.Model(inputs, [block_2, block_4])
    >>> network = semst_tf.pretrained.KerasFeatures(
    ...     backbone, layers={"fine": "block_2", "deep": "block_4"}
    ... )
    >>> network.features(images, ["deep"])["deep"]

    Reference:
        semst_tf design.
    """

    def __init__(
        self,
        model,
        layers=None,
        preprocess=None,
        calibration=None,
        multiple=1,
    ):
        super().__init__()
        inputs = getattr(model, "inputs", None)
        if not isinstance(model, keras.Model) or len(inputs or ()) != 1:
            raise ValueError(
                "Features are read from a functional Keras model of one "
                f"input. Received: model={model!r}"
            )
        self._model = model
        self._preprocess = preprocess
        self._pad = PadToMultiple(multiple, dtype="float32")
        self.input_channels = model.inputs[0].shape[-1]
        self._layers = _layers(model, layers)
        shapes = _shapes(model, self._layers)
        self.strides = {n: round(_PROBE / s[1]) for n, s in shapes.items()}
        self.channels = {name: shape[-1] for name, shape in shapes.items()}
        self.names = tuple(sorted(self.strides, key=self.strides.get))
        self._weights = {
            id(weight): np.array(ops.convert_to_numpy(weight))
            for weight in model.variables
        }
        self._parts = {}
        self._statistics = {}
        if calibration is None:
            calibration = _sample_images()
        if calibration is not False:
            self._statistics = self._measured(calibration)

    def _compute(self, images, names):
        height, width = ops.shape(images)[1:3]
        images = self._pad(images)
        if self._preprocess is not None:
            images = self._preprocess(images)
        part, values = self._part(names)
        outputs, _ = part.stateless_call(
            *map(_tensors, values), images, training=False
        )
        outputs = keras.tree.flatten(outputs)
        return {
            name: self._finished(name, maps, height, width)
            for name, maps in zip(names, outputs)
        }

    def _part(self, names):
        """The model up to some layers, and its weights as arrays."""
        if names not in self._parts:
            outputs = [
                self._model.get_layer(self._layers[name]).output
                for name in names
            ]
            part = keras.Model(self._model.inputs[0], outputs)
            values = [
                [self._weights[id(variable)] for variable in variables]
                for variables in (
                    part.trainable_variables,
                    part.non_trainable_variables,
                )
            ]
            self._parts[names] = part, values
        return self._parts[names]

    def _finished(self, name, maps, height, width):
        stride = self.strides[name]
        rows = (height + stride - 1) // stride
        columns = (width + stride - 1) // stride
        maps = ops.cast(maps[:, :rows, :columns], "float32")
        if name not in self._statistics:
            return maps
        mean, deviation = map(_constant, self._statistics[name])
        return (maps - mean) / deviation

    def _measured(self, images):
        images = ops.convert_to_tensor(images, "float32")
        found = {
            name: ops.convert_to_numpy(maps).reshape(-1, maps.shape[-1])
            for name, maps in self.features(images).items()
        }
        return {
            name: (tokens.mean(0), np.sqrt(tokens.var(0) + 1e-6))
            for name, tokens in found.items()
        }

    def get_config(self):
        raise NotImplementedError(
            "KerasFeatures has weights and no configuration. Make it with "
            '`frozen_network("keras:...")` where a name is wanted.'
        )


def _layers(model, layers):
    if layers is None:
        return _last_of_strides(model)
    if not isinstance(layers, dict):
        layers = {name: name for name in layers}
    known = {layer.name for layer in model.layers}
    for name in layers.values():
        if name not in known:
            raise ValueError(
                f"The model {model.name!r} has no layer of this name. "
                f"Received: layers={name!r}"
            )
    if not layers:
        raise ValueError(f"No layer was named. Received: layers={layers!r}")
    return dict(layers)


def _last_of_strides(model):
    """For each stride the layer at the end of its last block."""
    everything = {layer.name: layer.name for layer in model.layers}
    sums = {
        layer.name
        for layer in model.layers
        if isinstance(layer, keras.layers.Add)
    }
    found = {}
    for name, shape in _shapes(model, everything, check=False).items():
        # Normalised images are no features; sizes between are paddings.
        if len(shape) != 4 or shape[-1] <= model.inputs[0].shape[-1]:
            continue
        stride = _PROBE // shape[1]
        if shape[1] < 2 or shape[1:3] != (_PROBE // stride,) * 2:
            continue
        if stride & (stride - 1):
            continue
        before = found.get(f"stride_{stride}")
        if name in sums or before not in sums:
            found[f"stride_{stride}"] = name
    if not found:
        raise ValueError(
            "No layer of the model makes feature maps. "
            f"Received: model={model.name!r}"
        )
    return found


def _shapes(model, layers, check=True):
    """Shapes of the outputs of layers, by name, for a square image."""
    outputs = {
        name: model.get_layer(layer).output for name, layer in layers.items()
    }
    outputs = {
        name: output
        for name, output in outputs.items()
        if isinstance(output, keras.KerasTensor)
    }
    part = keras.Model(model.inputs[0], list(outputs.values()))
    channels = model.inputs[0].shape[-1]
    probe = keras.KerasTensor((1, _PROBE, _PROBE, channels))
    found = keras.tree.flatten(part.compute_output_spec(probe))
    shapes = {name: tuple(o.shape) for name, o in zip(outputs, found)}
    for name in layers if check else ():
        if len(shapes.get(name, ())) != 4:
            raise ValueError(
                "A layer must make maps `(batch, height, width, channels)`. "
                f"Received: {layers[name]!r}, shape={shapes.get(name)}"
            )
    return shapes


def _sample_images():
    """Middle parts of the photographs that ship, in [-1, 1]."""
    images = []
    for folder in sample_photos():
        for path in sorted(folder.glob("*.jpg")):
            image = read_image(path)
            if image.shape[-1] == 1:
                image = np.repeat(image, 3, axis=-1)
            side = min(image.shape[:2])
            top, left = ((size - side) // 2 for size in image.shape[:2])
            image = image[top : top + side, left : left + side]
            images.append(resize_image(image, (_CALIBRATION_SIZE,) * 2))
    return to_unit_range(np.stack(images))


def _tensors(arrays):
    return [_constant(array) for array in arrays]


def _constant(array):
    return ops.convert_to_tensor(array)
