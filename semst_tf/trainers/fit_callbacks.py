"""The callbacks that a `fit` is given, looked at before it begins."""

import keras

from semst_tf.ops.private_api import has_schedule

_SETS_RATE = (
    keras.callbacks.ReduceLROnPlateau,
    keras.callbacks.LearningRateScheduler,
)


def prepare_callbacks(callbacks, model):
    """Refuses what would fail in the middle; says which way is better.

    Args:
        callbacks: As `keras.Model.fit` takes them. Those that watch a term
            with `mode="auto"` get `mode="min"`.
        model: Compiled `SemST`.

    Raises:
        ValueError: If a callback sets a learning rate that follows a
            schedule.
    """
    terms = {metric.name for metric in model.metrics}
    for callback in _flat(callbacks):
        if isinstance(callback, _SETS_RATE) and has_schedule(model.optimizer):
            optimizer = model.config.optimizer
            raise ValueError(
                "This callback sets the learning rate, which follows the "
                "schedule of the configuration; compile with a constant "
                "one: `compile(keras.optimizers.Adam("
                f"{optimizer.learning_rate:g}, beta_1="
                f"{optimizer.beta_1:g}))`. "
                f"Received: {type(callback).__name__}"
            )
        monitor = str(getattr(callback, "monitor", ""))
        name = monitor.removeprefix("val_")
        # Of what a discriminator minimises, neither is better.
        lower = name in terms and not name.endswith("discriminator")
        if lower and getattr(callback, "mode", None) == "auto":
            callback.mode = "min"


def prepare_progress(options, model):
    """Shows progress in place of Keras' bar, unless one was chosen.

    Args:
        options: Dict of the arguments of `fit`; `callbacks` and `verbose`
            are set in it.
        model: `SemST`, whose `progress_callback()` is taken.
    """
    callbacks = options.get("callbacks")
    if options.get("verbose", "auto") not in ("auto", 1) or isinstance(
        callbacks, keras.callbacks.CallbackList
    ):
        return
    callbacks = _flat(callbacks)
    bar = keras.callbacks.ProgbarLogger
    if not any(isinstance(callback, bar) for callback in callbacks):
        options["callbacks"] = [*callbacks, model.progress_callback()]
        options["verbose"] = 0


def _flat(callbacks):
    if callbacks is None:
        return []
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks.callbacks
    return keras.tree.flatten(callbacks)
