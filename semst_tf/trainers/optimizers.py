"""The optimizers of a model: one for all networks, or one for either loss."""

import keras

from semst_tf.ops.private_api import all_known
from semst_tf.trainers.linear_decay import LinearDecay


def default_optimizer(config):
    """Returns the Adam of a configuration, with its schedule.

    Args:
        config: `semst_tf.config.SemSTConfig`.
    """
    optimizer = config.optimizer
    return keras.optimizers.Adam(
        learning_rate=LinearDecay(
            optimizer.learning_rate, config.training.steps, optimizer.decay
        ),
        beta_1=optimizer.beta_1,
        beta_2=optimizer.beta_2,
        epsilon=1e-8,
    )


def scaled_like(optimizer, other):
    """Scales the loss of an optimizer where that of another is scaled.

    Keras wraps the `optimizer` of a model only; a second one needs the same.

    Args:
        optimizer: `keras.optimizers.Optimizer` or `None`.
        other: `keras.optimizers.Optimizer` of the compiled model.
    """
    scaled = keras.optimizers.LossScaleOptimizer
    if optimizer is None or not isinstance(other, scaled):
        return optimizer
    return scaled(optimizer, name="discriminator_loss_scale_optimizer")


def build_optimizers(model):
    """Makes the variables of both optimizers of a model.

    Args:
        model: `SemST` that has its optimizers.

    Raises:
        ValueError: If one was made for other variables before.
    """
    trained = [model.generator_variables, model.discriminator_variables]
    optimizers = [model.optimizer, model.discriminator_optimizer]
    if model.discriminator_optimizer is None:
        trained, optimizers = [sum(trained, [])], optimizers[:1]
    for optimizer, variables in zip(optimizers, trained):
        optimizer.build(variables)
        if not all_known(optimizer, variables):
            raise ValueError(
                "An optimizer belongs to the weights that it was made for: "
                "`compile` takes a new one for another model, and after "
                "layers were unfrozen. "
                f"Received: {optimizer.name!r}, which was used before"
            )


def what_trains(model):
    """Returns the identity of everything that a compiled step takes in.

    Args:
        model: `SemST` that has its optimizers.
    """
    optimizers = [model.optimizer, model.discriminator_optimizer]
    variables = model.generator_variables + model.discriminator_variables
    return frozenset(map(id, optimizers + variables))


def check_what_trains(model, compiled):
    """Refuses to train on with what a compiled step does not know.

    Args:
        model: Compiled `SemST`.
        compiled: What `what_trains` returned when it was compiled.

    Raises:
        ValueError: If nothing trains, or something else than before.
    """
    variables = model.generator_variables + model.discriminator_variables
    if not variables:
        raise ValueError(
            "All weights are frozen: set `trainable = True` of what is to "
            "be trained, and call `compile`. Received: no trainable weight"
        )
    if compiled != what_trains(model):
        raise ValueError(
            "Layers were frozen or unfrozen, or an optimizer was set, "
            "after `compile`; call `compile` again so that it counts. "
            f"Received: {len(variables)} trainable weights, optimizer "
            f"{model.optimizer.name!r}"
        )
