"""Starts a training from the weights of an earlier one."""

import pathlib
import typing

from semst_tf.importers import cut_discriminator
from semst_tf.importers import cut_generator
from semst_tf.loading.load_translator import is_saved_model
from semst_tf.loading.load_translator import newest_model
from semst_tf.loading.load_translator import read_keras_file
from semst_tf.loading.model_place import model_place
from semst_tf.loading.network_of_saved_model import network_of_saved_model
from semst_tf.networks.generators import GENERATORS
from semst_tf.semst import SemST

_GENERATOR_FIELDS = (
    "filters",
    "blocks",
    "input_channels",
    "output_channels",
    "residual",
    "residual_output",
)


class _Weights(typing.NamedTuple):
    """Arrays of networks by their names, and fields of their generator."""

    path: typing.Any
    networks: dict
    generator: dict

    def generator_fields(self):
        """Returns what a configuration must say for this generator."""
        options = self.generator
        if not options.get("residual"):
            # A direct output does not blend.
            options = {**options, "strength": 1.0, "guided_radius": None}
        return {f"generator.{name}": value for name, value in options.items()}

    def give_to(self, model):
        """Gives a `SemST` what fits it; returns a line a network."""
        lines = [_take_generator(model, self)]
        for name, network in _networks(model).items():
            if network.variables:
                lines.append(_take(network, name, self.networks.get(name)))
        return lines


def load_initial_weights(model, path):
    """Gives a new model the weights that fit it out of a file.

    The translating generator (the moving average, where there is one) becomes
    the generator and its moving average. Discriminators and projector
    are taken where all of their weights fit, and start anew
    otherwise. Optimizer, step and schedules always start anew.

    Args:
        model: `SemST` that gets the weights.
        path: Path of a run directory, a `.keras` file, an exported
            SavedModel, or a `latest_net_G.pth` of the CUT family (with the
            `latest_net_D.pth` beside it); or the name of a translator that
            ships with the package. Nothing in the file is executed.

    Returns:
        List of str, one a network: what was taken and what was not.

    Raises:
        ValueError: If there is no such model, or its generator does not fit.

    Example:

    >>> model = semst_tf.SemST.from_preset("semst")
    >>> for line in load_initial_weights(model, "runs/earlier"):
    ...     print(line)
    """
    return read_weights(path).give_to(model)


def read_weights(path):
    """Reads the weights that a training may start from.

    Args:
        path: As of `load_initial_weights`.

    Returns:
        Object with the methods `generator_fields()`, a dict from names of
        fields, as `"generator.filters"`, to values, and `give_to(model)`.

    Raises:
        ValueError: If there is no such model.
    """
    networks, generator = _read(pathlib.Path(model_place(path)))
    return _Weights(path, networks, generator)


# `SemST.from_preset` offers this, and stands below this room.
SemST._read_weights = staticmethod(read_weights)


def _networks(model):
    """The trained networks beside the generator, by name."""
    networks = {
        **model.objective.networks.discriminators,
        "scale_attention": getattr(model.generator, "scale_attention", None),
        "projector": model.projector,
    }
    return {name: made for name, made in networks.items() if made is not None}


def _read(path):
    """The arrays of the networks by their names, and the generator's fields."""
    if is_saved_model(path):
        return _of_generator(network_of_saved_model(path))
    if path.is_dir():
        path = newest_model(path)
    if path.suffix == ".pth":
        return _of_cut(path)
    loaded = read_keras_file(path)
    if not hasattr(getattr(loaded, "translator", loaded), "single_scale"):
        raise ValueError(
            "A training starts from a SemST or a generator of semst_tf. "
            f"Received: {path}, which holds a {type(loaded).__name__}"
        )
    if not isinstance(loaded, SemST):
        return _of_generator(loaded)
    networks, generator = _of_generator(loaded.translator)
    for name, network in _networks(loaded).items():
        networks.setdefault(name, network.get_weights())
    return networks, generator


def _of_generator(generator):
    base = generator.single_scale()
    networks = {"generator": base.get_weights()}
    attention = getattr(generator, "scale_attention", None)
    if attention is not None:
        networks["scale_attention"] = attention.get_weights()
    fields = {
        name: getattr(base, name)
        for name in _GENERATOR_FIELDS
        if hasattr(base, name)
    }
    for kind, network in GENERATORS.items():
        if isinstance(base, network):
            fields["kind"] = kind
    return networks, fields


def _of_cut(path):
    networks, generator = _of_generator(cut_generator(path))
    beside = path.with_name(path.name.replace("_net_G", "_net_D"))
    if beside != path and beside.exists():
        networks["discriminator"] = cut_discriminator(beside).get_weights()
    return networks, generator


def _take_generator(model, weights):
    generator = model.generator.single_scale()
    arrays = weights.networks["generator"]
    taken = _fitting(generator, arrays)
    if 2 * len(taken) < len(generator.weights):
        raise ValueError(
            "The generator of this file is another than that of the training; "
            "set `generator.filters` and `generator.blocks` to those of the "
            "file. Received: "
            f"{weights.path}, whose generator begins with {_shapes(arrays)}, "
            f"here {_shapes(generator.weights)}"
        )
    generators = [generator]
    if model.average_generator is not None:
        generators.append(model.average_generator.single_scale())
    for network in generators:
        for place, array in taken.items():
            network.weights[place].assign(array)
    count = len(generator.weights)
    line = f"generator: {len(taken)} of {count} weights taken"
    others = [
        w.shape for i, w in enumerate(generator.weights) if i not in taken
    ]
    if others:
        line += f", not those of shapes {', '.join(map(str, others))}"
    options = model.config.generator
    for name in ("residual", "residual_output"):
        there = weights.generator.get(name)
        if there not in (None, getattr(options, name)):
            line += (
                f"; it was trained with generator.{name}={str(there).lower()}"
            )
    return line


def _fitting(network, arrays):
    """Arrays for the weights of a network by their places, as far as alike.

    Lists of one length are compared place by place; of others, the beginnings
    and the ends, which is where generators of other blocks are alike.
    """
    shapes = [tuple(weight.shape) for weight in network.weights]
    if len(shapes) == len(arrays):
        places = zip(range(len(shapes)), range(len(arrays)))
    else:
        shorter = min(len(shapes), len(arrays))
        # The last block and what follows it come from the end.
        start = [(i, i) for i in range(shorter - _ENDING)]
        end = [
            (len(shapes) - i, len(arrays) - i)
            for i in range(1, min(_ENDING, shorter) + 1)
        ]
        places = [*start, *end]
    return {
        here: arrays[there]
        for here, there in places
        if shapes[here] == arrays[there].shape
    }


_ENDING = 6  # Weights behind the residual blocks: three convolutions.


def _take(network, name, arrays):
    if arrays is None:
        return f"{name}: starts anew, the file has none"
    if _shapes(network.weights, None) != _shapes(arrays, None):
        return f"{name}: starts anew, its weights have other shapes"
    network.set_weights(arrays)
    return f"{name}: {len(arrays)} of {len(arrays)} weights taken"


def _shapes(arrays, count=2):
    return [tuple(array.shape) for array in arrays][:count]
