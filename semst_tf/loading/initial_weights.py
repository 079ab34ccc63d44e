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
from semst_tf.networks import FastGenerator
from semst_tf.networks import ResNetGenerator
from semst_tf.semst import SemST


class _Weights(typing.NamedTuple):
    """Arrays of networks by their names, and what is known beside them."""

    networks: dict
    generator: dict


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
    weights = _weights_at(path)
    lines = [_take_generator(model, weights, path)]
    for name, network in _networks(model).items():
        if network.variables:
            lines.append(_take(network, name, weights.networks.get(name)))
    return lines


def generator_fields(path):
    """Returns what a configuration must say for the generator of a file.

    Args:
        path: As of `load_initial_weights`.

    Returns:
        Dict from names of fields, as `"generator.filters"`, to values.

    Raises:
        ValueError: If there is no such model.

    Example:

    >>> generator_fields("colour2vintage")["generator.filters"]
    16
    """
    options = _weights_at(path).generator
    if not options["residual"]:
        # A direct output does not blend.
        options = {**options, "strength": 1.0}
    return {f"generator.{name}": value for name, value in options.items()}


# `SemST.from_preset` offers this, and stands below this room.
SemST._generator_fields = staticmethod(generator_fields)
SemST._load_initial_weights = staticmethod(load_initial_weights)


def _networks(model):
    """The trained networks beside the generator, by name."""
    networks = {
        **model.objective.networks.discriminators,
        "scale_attention": getattr(model.generator, "scale_attention", None),
        "projector": model.projector,
    }
    return {name: made for name, made in networks.items() if made is not None}


def _weights_at(path):
    return _weights_of(pathlib.Path(model_place(path)))


def _weights_of(path):
    if is_saved_model(path):
        return _weights_of_generator(network_of_saved_model(path))
    if path.is_dir():
        path = newest_model(path)
    if path.suffix == ".pth":
        return _weights_of_cut(path)
    loaded = read_keras_file(path)
    if not hasattr(getattr(loaded, "translator", loaded), "single_scale"):
        raise ValueError(
            "A training starts from a SemST or a generator of semst_tf. "
            f"Received: {path}, which holds a {type(loaded).__name__}"
        )
    if not isinstance(loaded, SemST):
        return _weights_of_generator(loaded)
    weights = _weights_of_generator(loaded.translator)
    for name, network in _networks(loaded).items():
        weights.networks.setdefault(name, network.get_weights())
    return weights


def _weights_of_generator(generator):
    networks = {"generator": generator.single_scale().get_weights()}
    attention = getattr(generator, "scale_attention", None)
    if attention is not None:
        networks["scale_attention"] = attention.get_weights()
    return _Weights(networks, _options(generator.single_scale()))


def _options(generator):
    kinds = {FastGenerator: "fast", ResNetGenerator: "resnet"}
    names = (
        "filters",
        "blocks",
        "input_channels",
        "output_channels",
        "residual",
        "residual_output",
    )
    return {
        "kind": kinds.get(type(generator), "resnet"),
        **{name: getattr(generator, name) for name in names},
    }


def _weights_of_cut(path):
    generator = cut_generator(path)
    networks = {"generator": generator.get_weights()}
    beside = path.with_name(path.name.replace("_net_G", "_net_D"))
    if beside != path and beside.exists():
        networks["discriminator"] = cut_discriminator(beside).get_weights()
    return _Weights(networks, _options(generator))


def _take_generator(model, weights, path):
    generator = model.generator.single_scale()
    arrays = weights.networks["generator"]
    taken = _fitting(generator, arrays)
    if 2 * len(taken) < len(generator.weights):
        raise ValueError(
            "The generator of this file is another than that of the training; "
            "set `generator.filters` and `generator.blocks` to those of the "
            "file. Received: "
            f"{path}, whose generator begins with {_shapes(arrays)}, here "
            f"{_shapes(generator.weights)}"
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
        there = weights.generator[name]
        if there != getattr(options, name):
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
