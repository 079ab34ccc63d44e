"""What all trainers share, and what they expect of the model."""

import contextvars

import numpy as np
from keras import ops

from semst_tf.data.guides import PAIRED
from semst_tf.data.target_colour import target_batches
from semst_tf.data.unpack_batch import source_images
from semst_tf.data.unpack_batch import unpack_batch
from semst_tf.data.unpack_batch import unpack_guides
from semst_tf.objective.weighted_value import total
from semst_tf.ops.current_step import current_step
from semst_tf.ops.private_api import clear_losses
from semst_tf.ops.private_api import is_validation
from semst_tf.ops.private_api import own_losses
from semst_tf.trainers.batch import check_batch
from semst_tf.trainers.batch import check_first_batch
from semst_tf.trainers.batch import check_first_images
from semst_tf.trainers.batch import check_guides
from semst_tf.trainers.batch import first_batch
from semst_tf.trainers.fit_callbacks import prepare_callbacks
from semst_tf.trainers.fit_callbacks import prepare_progress
from semst_tf.trainers.fit_length import check_end
from semst_tf.trainers.fit_length import check_fit_length
from semst_tf.trainers.fit_length import check_iterator
from semst_tf.trainers.objective_step import objective_step
from semst_tf.trainers.objective_step import sum_of_losses
from semst_tf.trainers.objective_step import summed
from semst_tf.trainers.optimizers import check_what_trains
from semst_tf.trainers.pair_arrays import pair_arrays

_STEP = contextvars.ContextVar("terms of the step that is computed")


class BaseTrainer:
    """The contract of Keras' `fit` and its kin; a mixin of `SemST`.

    A backend's trainer adds `train_step` and `test_step`. It expects of the
    model:

    - `config`, a `semst_tf.config.SemSTConfig`, and `objective`, which turns
      a batch into `semst_tf.objective.WeightedValue`s;
    - `objective.networks`, the networks that are trained, `generator`,
      `discriminator` and `average_generator` or `None`;
    - `generator_variables` and `discriminator_variables`, what either loss
      trains, without what is frozen;
    - `optimizer`, and `discriminator_optimizer` or `None`, both built, and
      `compiled_with`, what `semst_tf.trainers.optimizers.what_trains` found
      then;
    - `progress(step)`, the share of the training that is done;
    - `metrics`, one mean for the loss and one for each term, by name;
    - `adapted` and `adapt(images)`, for what is measured before the training;
    - `progress_callback()`, what shows a training that goes on.
    """

    def fit(self, x=None, y=None, **kwargs):
        """Trains, as `keras.Model.fit` does.

        Args:
            x: Source and target images in [-1, 1]: a `tf.data.Dataset`, a
                `keras.utils.PyDataset` or a generator of dicts `{"source":
                images, "target": images}` or of pairs `(source, target)`; or
                arrays, in such a dict or pair. Arrays of unequal lengths are
                paired at random, anew in each epoch, and no image is left
                out (`semst_tf.data.unpaired_arrays`). Arrays of equal
                lengths are paired in their order, unless `shuffle=True`.
            y: Target images, where `x` is an array of source images.
            **kwargs: Other arguments of `keras.Model.fit`;
                `validation_data` takes what `x` takes. `verbose=1`, the
                default, shows loss and learning rate in one line an epoch
                (`semst_tf.callbacks.FitProgress`), `verbose=2` all terms.

        Returns:
            A `keras.callbacks.History`. `loss` is what the generator
            minimises, the weighted sum of its terms; `val_loss` the same of
            the validation data.

        Raises:
            ValueError: If the data does not fit the model; it has no end,
                or is a Python generator, and there is no `steps_per_epoch`;
                a callback wants to set a learning rate that follows a
                schedule; or networks were changed after `compile`.
        """
        _refuse_weights(kwargs)
        self._need_compile("fit")
        check_what_trains(self, self.compiled_with)
        prepare_callbacks(kwargs.get("callbacks"), self)
        prepare_progress(kwargs, self)
        # The data comes shuffled; Keras would warn that it does not do it.
        shuffle = kwargs.pop("shuffle", None)
        size = kwargs.get("batch_size")
        x, y = self._training_data(x, y, size, shuffle)
        kwargs["validation_data"] = self._validation_data(
            kwargs.get("validation_data"),
            kwargs.get("validation_batch_size") or size,
            kwargs.get("validation_steps"),
        )
        check_fit_length(
            x if y is None else (x, y), self.config, current_step(self), kwargs
        )
        if not self.adapted:
            self.adapt(target_batches(x if y is None else (x, y)))
        self.check_shared(x if y is None else (x, y), size)
        return super().fit(x, y, shuffle=False, **kwargs)

    def evaluate(self, x=None, y=None, **kwargs):
        """Computes the losses of data that `fit` takes, as in Keras."""
        _refuse_weights(kwargs)
        self._need_compile("evaluate")
        if not is_validation(kwargs):
            size = kwargs.get("batch_size")
            check_iterator(x, kwargs.get("steps"), "steps")
            check_end(x, kwargs.get("steps"), "steps")
            x, y = self._training_data(x, y, size, shuffle=False)
        return super().evaluate(x, y, **kwargs)

    def predict(self, x, batch_size=None, **kwargs):
        """Translates images in [-1, 1], as `keras.Model.predict` does.

        Args:
            x: Source images, arrays or batches of them; of batches of both
                domains, dicts or pairs, the source is translated.
            batch_size: int or `None`. Of arrays.
            **kwargs: Other arguments of `keras.Model.predict`.

        Returns:
            Float32 array of the translations in [-1, 1]. For integer images
            and files see `translate`.

        Raises:
            ValueError: If the images do not fit the model.
        """
        check_end(x, kwargs.get("steps"), "steps")
        batch, x = first_batch(x, batch_size)
        if batch is not None:
            check_first_images(batch, self, x)
        if isinstance(x, (dict, tuple, list)):
            x = source_images(x)
        return super().predict(x, batch_size=batch_size, **kwargs)

    def predict_on_batch(self, x):
        """Translates one batch of images in [-1, 1], as in Keras."""
        check_first_images(x, self)
        return super().predict_on_batch(source_images(x))

    def train_on_batch(self, x, y=None, **kwargs):
        """Takes one step on a batch, as in Keras."""
        _refuse_weights(kwargs)
        self._need_compile("train_on_batch")
        check_what_trains(self, self.compiled_with)
        self._check_by_itself(x, y)
        return super().train_on_batch(x, y, **kwargs)

    def test_on_batch(self, x, y=None, **kwargs):
        """Computes the losses of a batch, as in Keras."""
        _refuse_weights(kwargs)
        self._need_compile("test_on_batch")
        self._check_by_itself(x, y)
        return super().test_on_batch(x, y, **kwargs)

    def predict_step(self, data):
        return self(source_images(data))

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Returns what the generator and the heads minimise in a step.

        May be overridden, to add to `super().compute_loss(...)` or to
        replace it. What discriminators minimise is not part of it.

        Args:
            x: Source images of the step.
            y: Target images.
            y_pred: Translations of the source images.
            sample_weight: `None`.
            training: bool. Whether the step trains or evaluates.

        Returns:
            Float32 scalar tensor: the weighted sum of the objective's terms,
            and what `add_loss` and regularizers of the generator and the
            heads bring.

        Raises:
            ValueError: If it is called outside of a step.
        """
        terms = _STEP.get(None)
        if terms is None:
            raise ValueError(
                "`compute_loss` sums the terms of the step that is being "
                "computed; `evaluate` or `test_on_batch` give the losses of "
                "images. Received: a call outside of a step"
            )
        return total(terms) + self._added_to_generator()

    def batch_losses(self, source, target, seeds, training=True, guides=None):
        """Computes the losses of a batch, or of a part of one.

        Args:
            source: Source images `(batch, height, width, channels)`.
            target: Target images.
            seeds: `keras.random.SeedGenerator`.
            training: bool. What layers find as `training`.
            guides: Dict of what the batch brings beside its images, see
                `semst_tf.data.guides`, or `None`.

        Returns:
            Tuple of the loss of generator and heads, the loss of the
            discriminators, both scalar, and a dict from the names of
            `metrics` to float32 tensors `(batch,)`.
        """
        # Keras forgets what `add_loss` collected at each call from outside;
        # networks that a step calls several times are inside of one call.
        clear_losses(self)
        step = objective_step(
            self.objective, self.progress(self._step()), seeds
        )
        generator_terms, discriminator_terms, outputs = step(
            source, target, guides, training=training
        )
        token = _STEP.set(generator_terms)
        try:
            loss = self.compute_loss(
                x=source,
                y=target,
                y_pred=outputs,
                sample_weight=None,
                training=training,
            )
        finally:
            _STEP.reset(token)
        loss = ops.cast(loss, "float32")
        if len(loss.shape):
            raise ValueError(
                "`compute_loss` must return a scalar, the mean over the batch. "
                f"Received: shape={tuple(loss.shape)}"
            )
        discriminator_loss = total(discriminator_terms)
        discriminator_loss += sum_of_losses(
            self.objective.networks.discriminators.values()
        )
        values = {
            name: term.value
            for name, term in {**generator_terms, **discriminator_terms}.items()
        }
        count = ops.shape(source)[0]
        values = {"loss": ops.broadcast_to(loss, (count,)), **values}
        return loss, discriminator_loss, values

    def update_metrics(self, values):
        """Adds the values of a batch to the metrics.

        Args:
            values: Dict from the names of `metrics` to tensors `(batch,)`.

        Returns:
            Dict from name to the mean since the metrics were reset.
        """
        for metric in self.metrics:
            metric.update_state(values[metric.name])
        return {m.name: m.result() for m in self.metrics}

    def averaged_variables(self):
        """Pairs of a variable of the moving average and of the generator.

        Without integers, such as the state of a dropout's random numbers.
        """
        pairs = zip(self.average_generator.variables, self.generator.variables)
        return [pair for pair in pairs if "float" in str(pair[0].dtype)]

    def check_shared(self, data, batch_size):
        """Raises if several devices could not share the batches evenly."""

    def checked_batch(self, data):
        """Returns source, target and guides of a batch that fits.

        Images are float32 then; guides are a dict.
        """
        source, target = unpack_batch(data)
        guides = unpack_guides(data)
        check_batch(source, target, self)
        check_guides(guides, source, target, self)
        guides = {
            name: ops.cast(value, "float32") if name in PAIRED else value
            for name, value in guides.items()
        }
        return (
            ops.cast(source, "float32"),
            ops.cast(target, "float32"),
            guides,
        )

    def _need_compile(self, method):
        if not self.compiled:
            raise ValueError(
                f"Call `compile()` before `{method}`; without arguments it "
                "takes the optimizer of the configuration. Received: a model "
                "that is not compiled"
            )

    def _step(self):
        return self.optimizer.iterations

    def _added_to_generator(self):
        generator, _, projector = self.objective.networks
        networks = [generator] + [projector] * (projector is not None)
        return sum_of_losses(networks) + summed(own_losses(self))

    def _training_data(self, x, y, batch_size, shuffle):
        """Data that fits the model, in a form that Keras takes."""
        if x is None:
            raise ValueError(
                "There is no data. Give source and target images, as in "
                "`fit(x=dataset)` or `fit(x=source, y=target)`. "
                f"Received: x=None, y={type(y).__name__}"
            )
        given = x if y is None else (x, y)
        data = pair_arrays(
            given,
            batch_size,
            shuffle,
            seed=(self.config.seed, current_step(self)),
        )
        batch, data = first_batch(data, batch_size)
        if batch is not None:
            check_first_batch(batch, self, given)
            self._checked = True
        return data if isinstance(data, tuple) else (data, None)

    def _validation_data(self, data, batch_size, steps):
        if data is None:
            return None
        check_iterator(data, steps, "validation_steps")
        check_end(data, steps, "validation_steps")
        x, y = self._training_data(data, None, batch_size, shuffle=False)
        return x if y is None else (x, y)

    def _check_by_itself(self, x, y):
        """Reads the values of a batch that comes on its own.

        Of tensors only those of the first: it may wait for a device.
        """
        batch = x if y is None else (x, y)
        arrays = all(isinstance(i, np.ndarray) for i in unpack_batch(batch))
        if arrays or not getattr(self, "_checked", False):
            check_first_batch(batch, self)
            self._checked = True


def _refuse_weights(arguments):
    given = [
        name
        for name in ("sample_weight", "class_weight")
        if arguments.get(name) is not None
    ]
    if given:
        raise ValueError(
            "Every image of a batch counts the same; the terms are weighted "
            f"in the configuration. Received: {', '.join(given)}"
        )
