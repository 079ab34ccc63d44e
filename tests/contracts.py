"""What every layer, network, loss and metric of the package promises.

In the way of `run_layer_test` of keras-hub: a new class is tested for what all
classes promise by one entry in `test_contracts.py`. What it computes is tested
in a file of its own.
"""

import contextlib
import functools
import inspect
import json

import keras
import numpy as np
from gradients import gradient
from keras import ops
from keras import tree

from semst_tf.ops.private_api import flat_layers

PACKAGE = "semst_tf>"
HALF_POLICIES = ("mixed_bfloat16", "mixed_float16")
ON_TENSORFLOW = keras.backend.backend() == "tensorflow"


def run_layer_contract(
    cls,
    folder,
    inputs,
    arguments=(),
    constants=None,
    float32=False,
    mixes_images=False,
    atol=1e-6,
):
    """Checks a `keras.layers.Layer`.

    Its configuration, shapes, precisions, seed, batches and gradients are as
    `keras.layers.Layer` and the pages of this project promise, and a model
    that holds it can be saved.

    Args:
        cls: Class, registered for serialisation.
        folder: `pathlib.Path` for files.
        inputs: Tuple of call arguments: arrays with a batch axis, or dicts or
            lists of such.
        arguments: Dict of constructor arguments; those that are functions are
            called with `folder` whenever an object is made.
        constants: Dict of call arguments without a batch axis.
        float32: bool. Whether the outputs are float32 under all policies.
            Defaults to `False`: the compute dtype.
        mixes_images: bool. Whether an image may depend on the others of its
            batch. Defaults to `False`.
        atol: float. What rounding may change between an image alone, in a
            batch and in a graph; more for deep stacks. Defaults to `1e-6`.
    """
    arguments, constants = dict(arguments), constants or {}
    make = functools.partial(_make, cls, arguments, folder)
    layer = make()
    expected = _call(layer, inputs, constants)
    _check_registered(cls)
    copy = _check_config(layer, arguments)
    _call(copy, inputs, constants)
    copy.set_weights(layer.get_weights())
    _assert_equal(_call(copy, inputs, constants), expected)
    _check_shapes(layer, inputs, constants, expected, atol)
    _check_precision(
        make,
        layer,
        inputs,
        constants,
        expected,
        float32,
        HALF_POLICIES,
        given=not float32,
    )
    _check_policy_is_kept(make)
    _check_seed(
        layer, make, arguments, lambda made: _seen(made, inputs, constants)
    )
    if not mixes_images:
        _check_batches(layer, inputs, constants, expected, atol)
    _check_gradients(layer, inputs, constants)
    _check_model_that_holds_it(layer, inputs, constants, expected, folder)


def run_network_contract(
    cls,
    folder,
    inputs,
    arguments=(),
    constants=None,
    float32=True,
    mixes_images=False,
    trains=True,
    all_weights=True,
    seeded=keras.Model.get_weights,
    policies=HALF_POLICIES,
    saved=True,
):
    """Checks a `keras.Model` that is built when it is made.

    As `run_layer_contract`, and: the weights exist before the first call, all
    trainable ones get a gradient, and the saved network is the same network.

    Args:
        cls: As in `run_layer_contract`, like those not named here.
        trains: bool. Whether gradients flow through it. `False` for the
            functional networks that only measure: they have been called with
            images of unknown size when they are made. Defaults to `True`.
        all_weights: bool. Whether every trainable weight takes part in the
            call. Defaults to `True`.
        seeded: Function from the network to the weights that its seed decides.
            Defaults to all.
        policies: Precision policies to look at. Defaults to `HALF_POLICIES`.
        saved: bool. Whether it is saved and loaded. Defaults to `True`.
    """
    arguments, constants = dict(arguments), constants or {}
    make = functools.partial(_make, cls, arguments, folder)
    network = make()
    assert network.built
    count = len(network.weights)
    expected = _call(network, inputs, constants)
    assert len(network.weights) == count, "weights made by the first call"
    _check_registered(cls)
    copy = _check_config(network, arguments)
    copy.set_weights(network.get_weights())
    _assert_equal(_call(copy, inputs, constants), expected)
    if trains:
        _check_shapes(network, inputs, constants, expected)
        _check_gradients(network, inputs, constants)
        _check_weight_gradients(network, inputs, constants, all_weights)
    _check_precision(
        make,
        network,
        inputs,
        constants,
        expected,
        float32,
        policies,
        given=trains,
    )
    _check_seed(network, make, arguments, seeded)
    if not mixes_images:
        _check_batches(network, inputs, constants, expected)
    if saved:
        network.save(folder / "network.keras")
        loaded = keras.saving.load_model(folder / "network.keras")
        assert type(loaded) is cls
        assert _plain(loaded.get_config()) == _plain(network.get_config())
        _assert_equal(_call(loaded, inputs, constants), expected)


def run_loss_contract(
    cls, folder, y_true, y_pred, arguments=(), trains_y_true=False
):
    """Checks a `keras.losses.Loss`.

    Args:
        cls: As in `run_layer_contract`, like those not named here.
        y_true: Array with a batch axis.
        y_pred: The same.
        trains_y_true: bool. Whether a gradient reaches `y_true`. Defaults to
            `False`.
    """
    arguments = dict(arguments)
    make = functools.partial(_make, cls, arguments, folder)
    loss = make(reduction=None)
    expected = ops.convert_to_numpy(loss(y_true, y_pred))
    _check_registered(cls)
    copy = _check_config(loss, {**arguments, "reduction": None})
    _check_config(make(name="mine"), {"name": "mine"})
    _assert_equal(copy(y_true, y_pred), expected)

    # One value an image or patch, and none depends on other images.
    assert len(expected) == len(y_pred) and np.isfinite(expected).all()
    alone = [loss(t[None], p[None]) for t, p in zip(y_true, y_pred)]
    _assert_close(np.concatenate(_numpy(alone)), expected)
    _assert_close(make()(y_true, y_pred), expected.mean())
    if ON_TENSORFLOW:
        graph = _graph_of_unknown_sizes(
            lambda true, pred: loss.call(true, pred), (y_true, y_pred)
        )
        outputs = graph(*map(ops.convert_to_tensor, (y_true, y_pred)))
        _assert_shapes(graph.output_shapes, expected.shape, unknown=True)
        assert outputs.dtype == "float32"
        _assert_close(outputs, expected)

    for policy in HALF_POLICIES:
        dtype = keras.DTypePolicy(policy).compute_dtype
        half = [ops.cast(array, dtype) for array in (y_true, y_pred)]
        with _global_policy(policy):
            values = loss.call(*half)
        assert keras.backend.standardize_dtype(values.dtype) == "float32"
        assert np.isfinite(_numpy(values)).all()
        np.testing.assert_allclose(_numpy(values), expected, atol=0.05)

    for true, pred in ((y_true, y_pred), (0 * y_true, 0 * y_pred)):
        assert np.isfinite(_numpy(loss.call(true, pred))).all()
        slope = gradient(lambda p: ops.sum(loss.call(true, p)), pred)
        assert np.isfinite(slope).all()
    slope = gradient(lambda p: ops.sum(loss.call(y_true, p)), y_pred)
    assert slope.any(), "no gradient reaches y_pred"
    slope = gradient(lambda t: ops.sum(loss.call(t, y_pred)), y_true)
    assert slope.any() == trains_y_true, "gradient of y_true"
    _check_seed(
        loss,
        functools.partial(make, reduction=None),
        arguments,
        lambda made: made(y_true, y_pred),
    )


def run_metric_contract(
    cls, folder, inputs, arguments=(), target=None, in_graphs=True
):
    """Checks a `keras.metrics.Metric`.

    Args:
        cls: As in `run_layer_contract`, like those not named here.
        inputs: Tuple of arrays with a batch axis, for `update_state`.
        target: Tuple of arrays for `update_target`, or `None`.
        in_graphs: bool. Whether it can be updated in a compiled graph.
            Defaults to `True`.
    """
    arguments = dict(arguments)

    def made(**others):
        metric = _make(cls, arguments, folder, **others)
        if target is not None:
            metric.update_target(*target)
        return metric

    metric = made()
    metric.update_state(*inputs)
    expected = _result(metric)
    assert all(np.isfinite(value) for value in expected)
    _check_registered(cls)
    copy = _check_config(metric, arguments)
    _check_config(made(name="mine"), {"name": "mine"})
    if target is not None:
        metric.save_target(folder / "target.npz")
        copy.load_target(folder / "target.npz")
    copy.update_state(*inputs)
    _assert_close(_result(copy), expected, atol=1e-4)

    # The same figure however the images are divided into batches.
    metric.reset_state()
    for row in range(len(inputs[0])):
        metric.update_state(*(array[row : row + 1] for array in inputs))
    _assert_close(_result(metric), expected, atol=1e-4)
    metric.reset_state()
    metric.update_state(*inputs)
    _assert_close(_result(metric), expected, atol=1e-4)

    for policy in HALF_POLICIES:
        with _global_policy(policy):
            metric = made()
            metric.update_state(*inputs)
            result = tree.flatten(metric.result())
            for value in result:
                if ops.is_tensor(value):
                    assert value.dtype == "float32"
            _assert_close(_numpy(result), expected, atol=1e-4)
    if in_graphs and ON_TENSORFLOW:
        import tensorflow as tf

        metric = made()
        tf.function(lambda *arrays: metric.update_state(*arrays))(*inputs)
        _assert_close(_result(metric), expected, atol=1e-4)


def run_frozen_network_contract(cls, folder, images, arguments=()):
    """Checks a `semst_tf.pretrained.FrozenNetwork`.

    Args:
        cls: As in `run_layer_contract`, like those not named here.
        images: Array `(batch, height, width, 3)`.
    """
    arguments = dict(arguments)
    make = functools.partial(_make, cls, arguments, folder)
    network = make()
    expected = _numpy(network.features(images))
    _check_registered(cls)
    copy = _check_config(network, arguments)
    _assert_equal(copy.features(images), expected)

    assert list(expected) == list(network.names)
    for name, maps in expected.items():
        stride, channels = network.strides[name], network.channels[name]
        sides = [-(-side // stride) for side in images.shape[1:3]]
        assert maps.shape == (len(images), *sides, channels)
        assert maps.dtype == "float32" and np.isfinite(maps).all()
    alone = [_numpy(network.features(image[None])) for image in images]
    for name, maps in expected.items():
        # Sums of one image alone are taken in another order, which follows
        # the number of threads.
        rounded = np.concatenate([one[name] for one in alone])
        _assert_close(rounded, maps, atol=1e-4)
    for policy in HALF_POLICIES:
        with _global_policy(policy):
            _assert_equal(make().features(images), expected)
    deepest = network.names[-1]
    for pixels in (images, np.zeros_like(images)):
        slope = gradient(
            lambda x: _score(network.features(x, [deepest])), pixels
        )
        assert np.isfinite(slope).all() and slope.any()


def run_schedule_contract(cls, folder, steps, arguments):
    """Checks a `LearningRateSchedule` at some steps."""
    schedule = _make(cls, arguments, folder)
    _check_registered(cls)
    copy = _check_config(schedule, arguments)
    for step in steps:
        rate = ops.convert_to_numpy(schedule(step))
        assert rate.dtype == "float32" and np.isfinite(rate)
        assert rate == ops.convert_to_numpy(copy(step))


def constructor_parameters(cls):
    """The parameters of a constructor that are this package's own.

    Returns:
        Dict from name to `inspect.Parameter`, without `name` and `dtype` and
        without what only Keras' constructors take.
    """
    found = {}
    for base in reversed(cls.__mro__):
        own = base.__module__.split(".")[0] == PACKAGE[:-1]
        if own and "__init__" in vars(base):
            found = dict(inspect.signature(base.__init__).parameters)
    variadic = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {
        name: parameter
        for name, parameter in found.items()
        if parameter.kind not in variadic
        and name not in ("self", "name", "dtype")
    }


def _check_registered(cls):
    name = keras.saving.get_registered_name(cls)
    assert name.startswith(PACKAGE), f"{cls} is not registered"
    # Of two classes with one name, only the last is ever found.
    assert keras.saving.get_registered_object(name) is cls


def _check_config(made, arguments):
    config = made.get_config()
    # What is `None` unless given may be left out.
    required = {
        name
        for name, parameter in constructor_parameters(type(made)).items()
        if name in arguments or parameter.default is not None
    }
    missing = required - set(config)
    assert not missing, f"not in get_config: {missing}"
    for name, value in arguments.items():
        if not _is_plain(value):
            continue  # A path or an object; compared by what it does.
        kept = _plain(config[name])
        assert kept == _plain(value), f"get_config has another {name}"
    copy = _copy(made)
    assert type(copy) is type(made)
    assert _plain(copy.get_config()) == _plain(config)
    return copy


def _copy(made):
    """What a file gives back: through JSON, by the registered name."""
    config = json.dumps(keras.saving.serialize_keras_object(made))
    return keras.saving.deserialize_keras_object(json.loads(config))


def _make(cls, arguments, folder, **others):
    made = {
        name: value(folder) if inspect.isfunction(value) else value
        for name, value in arguments.items()
    }
    return cls(**{**made, **others})


def _check_policy_is_kept(make):
    layer = make(dtype="mixed_bfloat16")
    copy = _copy(layer)
    assert copy.dtype_policy.name == layer.dtype_policy.name


def _check_shapes(layer, inputs, constants, expected, atol=1e-6):
    """Shapes promised, symbolic, and of a graph of unknown sizes."""
    shapes = tree.map_structure(np.shape, expected)
    for unknown in (False, True):
        symbols = tree.map_structure(lambda a: _symbol(a, unknown), inputs)
        outputs = layer(*symbols, **constants)
        _assert_shapes(_shapes(outputs), shapes, unknown)
        overridden = type(layer).compute_output_shape
        if overridden is not keras.layers.Layer.compute_output_shape:
            promised = layer.compute_output_shape(*map(_shapes, symbols))
            _assert_shapes(promised, shapes, unknown)
    if ON_TENSORFLOW:
        graph = _graph_of_unknown_sizes(
            lambda *arrays: layer(*arrays, **constants), inputs
        )
        tensors = tree.map_structure(ops.convert_to_tensor, inputs)
        _assert_close(graph(*tensors), expected, atol)


def _graph_of_unknown_sizes(function, inputs):
    import tensorflow as tf

    signature = tree.map_structure(
        lambda a: tf.TensorSpec(_symbol(a, True).shape, a.dtype), inputs
    )
    graph = tf.function(function, input_signature=signature)
    return graph.get_concrete_function()


def _check_precision(
    make, full, inputs, constants, expected, float32, policies, given
):
    """Of the promised type under every policy, finite and about the same.

    Without `given`, policies are global, as most users set them. With it, the
    first is an argument; parts that do not get it on would differ.
    """
    wanted = tree.flatten(expected)
    assert all(values.dtype == "float32" for values in wanted)
    parts = []
    for place, policy in enumerate(policies):
        if given and place == 0:
            half = make(dtype=policy)
            outputs = tree.flatten(
                _with_weights_of(full, half, inputs, constants)
            )
        else:
            with _global_policy(policy):
                half = make()
                outputs = tree.flatten(
                    _with_weights_of(full, half, inputs, constants)
                )
        parts.append([p.dtype_policy.name == policy for p in flat_layers(half)])
        dtype = "float32" if float32 else half.compute_dtype
        for output, values in zip(outputs, wanted, strict=True):
            assert keras.backend.standardize_dtype(output.dtype) == dtype
            output = ops.convert_to_numpy(ops.cast(output, "float32"))
            assert np.isfinite(output).all(), f"not finite in {policy}"
            error = np.abs(output - values).mean()
            assert error <= 0.05 * np.abs(values).max() + 1e-3, policy
    assert all(part == parts[0] for part in parts), "a part has its own policy"


def _with_weights_of(full, half, inputs, constants):
    if not half.built:
        _tensors(half, inputs, constants)
    half.set_weights(full.get_weights())
    return _tensors(half, inputs, constants)


def _check_seed(made, make, arguments, look):
    """A seed decides; another seed, or none, decides otherwise."""
    if "seed" not in arguments:
        return
    first = look(made)
    _assert_equal(look(make()), first)
    assert _differ(look(make(seed=arguments["seed"] + 1)), first)
    if constructor_parameters(type(made))["seed"].default is None:
        assert _differ(look(make(seed=None)), look(make(seed=None)))


def _differ(first, second):
    """Whether everything drawn differs; biases and the like may be equal."""
    pairs = list(_pairs(first, second))
    drawn = [(a, b) for a, b in pairs if a.ndim > 1 and a.size > 1]
    if not drawn:
        return any((one != other).any() for one, other in pairs)
    return all((one != other).all() for one, other in drawn)


def _seen(layer, inputs, constants):
    outputs = _call(layer, inputs, constants)
    return layer.get_weights() or tree.flatten(outputs)


def _check_batches(layer, inputs, constants, expected, atol=1e-6):
    """A batch is its images one by one."""
    count = len(tree.flatten(inputs)[0])
    for row in range(count):
        one = tree.map_structure(lambda a: a[row : row + 1], inputs)
        wanted = tree.map_structure(lambda a: a[row : row + 1], expected)
        _assert_close(_call(layer, one, constants), wanted, atol)


def _check_gradients(layer, inputs, constants):
    """Finite ones into every input, of usual and of black images."""
    flat = tree.flatten(inputs)
    black = [np.zeros_like(array) for array in flat]
    reached = False
    for arrays in (flat, black):
        for place, array in enumerate(arrays):

            def score(x):
                given = [*arrays[:place], x, *arrays[place + 1 :]]
                given = tree.pack_sequence_as(inputs, given)
                return _score(_tensors(layer, given, constants))

            slope = gradient(score, array)
            assert np.isfinite(slope).all(), "the gradient is not finite"
            reached = reached or bool(slope.any())
    assert reached, "no gradient reaches the inputs"


def _check_weight_gradients(network, inputs, constants, all_weights):
    if not ON_TENSORFLOW:
        return
    import tensorflow as tf

    with tf.GradientTape() as tape:
        score = _score(_tensors(network, inputs, constants))
    variables = network.trainable_variables
    gradients = tape.gradient(score, [v.value for v in variables])
    for variable, slope in zip(variables, gradients):
        if slope is None:
            assert not all_weights, f"{variable.path} gets no gradient"
        else:
            assert np.isfinite(slope).all(), variable.path


def _check_model_that_holds_it(layer, inputs, constants, expected, folder):
    symbols = tree.map_structure(
        lambda a: keras.Input(_symbol(a, True).shape[1:], dtype=str(a.dtype)),
        inputs,
    )
    outputs = layer(*symbols, **constants)
    path = folder / "model.keras"
    keras.Model(tree.flatten(symbols), outputs).save(path)
    loaded = keras.saving.load_model(path)
    _assert_close(loaded(tree.flatten(inputs)), expected)


def _call(layer, inputs, constants):
    return _numpy(_tensors(layer, inputs, constants))


def _tensors(layer, inputs, constants):
    inputs = tree.map_structure(ops.convert_to_tensor, inputs)
    return layer(*inputs, **constants)


def _numpy(tensors):
    return tree.map_structure(
        lambda t: ops.convert_to_numpy(t) if ops.is_tensor(t) else np.array(t),
        tensors,
    )


def _result(metric):
    return [float(value) for value in tree.flatten(metric.result())]


def _score(outputs):
    """A number in which every output counts, each differently."""
    random = np.random.default_rng(0)
    total = 0.0
    for output in tree.flatten(outputs):
        weights = random.normal(size=output.shape).astype("float32")
        total = total + ops.sum(ops.cast(output, "float32") * weights)
    return total


def _symbol(array, unknown):
    """A symbolic tensor; of images, and all else, only channels are known."""
    shape = array.shape
    if unknown:
        shape = (*[None] * (len(shape) - 1), shape[-1])
    return keras.KerasTensor(shape, str(array.dtype))


def _shapes(tensors):
    return tree.map_structure(lambda t: tuple(t.shape), tensors)


def _assert_shapes(promised, shapes, unknown):
    if isinstance(shapes, dict):
        assert list(promised) == list(shapes)
        promised, shapes = list(promised.values()), list(shapes.values())
    if isinstance(shapes, list):
        for pair in zip(promised, shapes, strict=True):
            _assert_shapes(*pair, unknown)
        return
    assert len(promised) == len(shapes), f"{promised} is not {shapes}"
    for one, size in zip(promised, shapes):
        assert one == size or (unknown and one is None), (
            f"{promised} is not {shapes}"
        )


def _assert_equal(first, second):
    for one, other in _pairs(first, second):
        np.testing.assert_array_equal(one, other)


def _assert_close(first, second, atol=1e-6):
    for one, other in _pairs(first, second):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=atol)


def _pairs(first, second):
    first, second = tree.flatten(_numpy(first)), tree.flatten(_numpy(second))
    return zip(first, second, strict=True)


def _plain(value):
    """A value as JSON has it, so that tuples are lists."""
    return json.loads(json.dumps(value, default=str))


def _is_plain(value):
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True


@contextlib.contextmanager
def _global_policy(name):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
