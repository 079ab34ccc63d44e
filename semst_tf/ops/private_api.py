"""Every private call into Keras and TensorFlow, in one place.

What stands here may move with any release; `tests/ops/test_private_api.py`
fails when it does. TensorFlow is imported where it is called.
"""

import keras


def flat_layers(model):
    """Returns a model and all layers in it, at any depth, as a list."""
    return model._flatten_layers()


def own_losses(layer):
    """Returns what `add_loss` of this very layer collected."""
    return layer._get_own_losses()


def clear_losses(model):
    """Forgets what `add_loss` collected in a model and in its layers."""
    model._clear_losses()


def last_layer(model):
    """Returns the layer that computes the first output of a model.

    Args:
        model: Functional or sequential `keras.Model`.

    Returns:
        `keras.layers.Layer` or another operation, no model.
    """
    while getattr(model, "outputs", None):
        model = model.outputs[0]._keras_history.operation
    return model


def random_seed():
    """Returns what `keras.utils.set_random_seed` was given, or `None`."""
    from keras.src.utils.rng_utils import get_random_seed

    return get_random_seed()


def has_schedule(optimizer):
    """Whether an optimizer's learning rate follows a schedule.

    Keras has no public question for it: `learning_rate` gives the rate of
    the moment in either case.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    return not isinstance(optimizer._learning_rate, keras.Variable)


def all_known(optimizer, variables):
    """Whether a built optimizer can update all variables.

    Args:
        optimizer: `keras.optimizers.Optimizer`.
        variables: List of `keras.Variable`.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    try:
        for variable in variables:
            optimizer._get_variable_index(variable)
    except KeyError:
        return False
    return True


def set_dynamic_display(bar, dynamic):
    """Says whether a `keras.utils.Progbar` rewrites its line."""
    bar._dynamic_display = dynamic


def is_validation(arguments):
    """Whether arguments of `keras.Model.evaluate` are those of a `fit`.

    `fit` evaluates its validation data by the same method, and marks that it
    has prepared the data before.

    Args:
        arguments: Dict of the arguments of `evaluate`.
    """
    return bool(arguments.get("_use_cached_eval_dataset"))


class KnowsDirection:
    """Tells Keras which way of a metric is better; a mixin of metrics.

    Keras asks for it where a callback has `mode="auto"`, and has no public
    name for it. It is that of the first of the class's `scores`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if getattr(cls, "scores", ()):
            cls._direction = cls.scores[0].direction


class NoSymbolicBuild:
    """Keeps Keras from building a model of a batch; a mixin of models.

    For a model that is built when it is made. Keras would build it from a
    batch, and cannot take one together from several machines.
    """

    def _maybe_symbolic_build(self, *args, **kwargs):
        pass


def merge_call(function, *args):
    """Runs a function once for all replicas of a TensorFlow strategy.

    Args:
        function: Takes the strategy and the arguments, each of which holds
            one value for each replica.
        *args: What each replica brings.
    """
    import tensorflow as tf

    tf.__internal__.distribute.interim.maybe_merge_call(
        function, tf.distribute.get_strategy(), *args
    )


def operation_registry():
    """Returns TensorFlow's table of all operations that it knows."""
    from tensorflow.python.framework import op_def_registry

    return op_def_registry
