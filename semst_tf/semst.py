"""The translator as a Keras model."""

import keras
from keras import ops

from semst_tf.callbacks.fit_progress import FitProgress
from semst_tf.config.preset_configs import preset_config
from semst_tf.config.semst_config import SemSTConfig
from semst_tf.data.target_colour import mean_colour
from semst_tf.data.target_palette import target_palette
from semst_tf.inference.translate import translate
from semst_tf.layers.conv2d import direct_convolutions
from semst_tf.networks.given_networks import check_discriminator
from semst_tf.networks.given_networks import config_of_generator
from semst_tf.networks.make_networks import make_average_generator
from semst_tf.networks.make_networks import make_networks
from semst_tf.objective.objective import Objective
from semst_tf.ops.private_api import random_seed
from semst_tf.trainers import backend_trainer
from semst_tf.trainers.batch import check_images
from semst_tf.trainers.batch import check_values
from semst_tf.trainers.batch import is_concrete
from semst_tf.trainers.check_compile import check_compile
from semst_tf.trainers.check_optimizers import check_optimizers
from semst_tf.trainers.optimizers import build_optimizers
from semst_tf.trainers.optimizers import default_optimizer
from semst_tf.trainers.optimizers import scaled_like
from semst_tf.trainers.optimizers import what_trains

_FIXED = {
    "alignments",
    "average_generator",
    "config",
    "context_discriminator",
    "discriminator",
    "generator",
    "objective",
    "projector",
}


@keras.saving.register_keras_serializable(package="semst_tf")
class SemST(backend_trainer(), keras.Model):
    """Unpaired image-to-image translation that keeps what is in the image.

    Holds the networks, knows how to compile, fit, save and load them, and
    translates images. It is built when it is made, so that every weight
    exists before the first step. What is minimised is in
    `semst_tf.objective`, how gradients are applied in `semst_tf.trainers`.

    Args:
        config: `semst_tf.config.SemSTConfig`, or the dict that its `to_dict`
            gives. Defaults to the `semst` preset's.
        generator: Network that translates, or `None` for the one that
            the configuration describes. It offers what
            `semst_tf.networks.KerasGenerator` gives any functional Keras
            model. Fields of `config.generator` then follow it.
        discriminator: Keras model that maps images `(batch, height, width,
            output_channels)` to scores `(batch, rows, columns, 1)`, or
            `None`.
        **kwargs: Arguments of `keras.Model`, for instance
            `dtype="mixed_bfloat16"`.

    Call arguments:
        images: Tensor `(batch, height, width, channels)` in [-1, 1].

    Returns:
        The translation of the images, of the same height and width, float32
        in [-1, 1].

    Example:

    ```python
    model = semst_tf.SemST.from_preset("tiny")
    model.compile()
    data = semst_tf.data.unpaired_images(
        "photos", "paintings", crop_size=128, batch_size=1
    )
    model.fit(data, steps_per_epoch=500, epochs=3)
    image = model.translate("photos/house.jpg")
    ```

    Reference:
        Method: after SemST (Zhao et al. 2023), whose text and code are not
        public; CUT (Park et al. 2020); Hneg_SRC (Jung et al. 2022). Which
        part is whose: `docs/how_it_works.md`.
    """

    def __init__(
        self, config=None, generator=None, discriminator=None, **kwargs
    ):
        super().__init__(**kwargs)
        if config is None:
            config = preset_config("semst")
            if random_seed() is not None:
                config = config.replace({"seed": random_seed()})
        elif isinstance(config, dict):
            config = SemSTConfig.from_dict(config)
        if not isinstance(config, SemSTConfig):
            raise ValueError(
                "`config` must be a `SemSTConfig` or a dict of its fields; "
                "for a preset by name use `SemST.from_preset`. "
                f"Received: config={config!r}"
            )
        given = {"generator": generator, "discriminator": discriminator}
        self._given = tuple(r for r in given if given[r] is not None)
        if generator is not None:
            config = config_of_generator(config, generator)
        if discriminator is not None:
            check_discriminator(config, discriminator)
        self.config = config
        networks = make_networks(config, self.dtype_policy, **given)
        self.generator = networks.generator
        for name, network in networks.discriminators.items():
            setattr(self, name, network)
        if config.multi_scale.fusion is None:
            self.context_discriminator = None
        self.projector = networks.projector
        self.average_generator = make_average_generator(
            config,
            self.generator,
            self.dtype_policy,
            given="generator" in self._given,
        )
        self.discriminator_optimizer = None
        self.objective = Objective(config, networks)
        self.term_metrics = {
            name: keras.metrics.Mean(name=name)
            for name in self.objective.term_names()
        }
        self.loss_metric = keras.metrics.Mean(name="loss")
        self.built = True

    def __setattr__(self, name, value):
        if name in _FIXED and value is not vars(self).get(name, value):
            raise ValueError(
                f"`{name}` is fixed when a SemST is made, because its losses, "
                "heads and optimizers belong to it: make a new one by "
                "`SemST(config, generator=..., discriminator=...)`, or give "
                f"the network that is there other weights by `model.{name}."
                f"set_weights`. Received: {name}={value!r}"
            )
        super().__setattr__(name, value)

    @classmethod
    def from_preset(
        cls, preset, name=None, dtype=None, load_weights=None, **overrides
    ):
        """Makes a translator from a named configuration.

        Args:
            preset: str. One of `semst_tf.presets()`.
            name: str or `None`. Name of the model, as of `keras.Model`.
            dtype: str, `keras.DTypePolicy` or `None`. Precision policy.
            load_weights: `None` for fresh weights; else the name of a
                translator that ships with the package, or the path of a run
                directory, a `.keras` file, an exported SavedModel or a
                `latest_net_G.pth` of CUT to continue from. Its generator
                decides the fields of the generator that are not given.
            **overrides: Fields of the configuration to change, nested ones
                as dicts: `generator={"filters": 32}`. Dotted names work
                through `**{"generator.filters": 32}`. A Keras model as
                `generator` or `discriminator` is taken as the network.

        Returns:
            A `SemST`. Its seed is the `seed` that is given here; else that
            of `keras.utils.set_random_seed`, where it was called; else the
            preset's.

        Raises:
            ValueError: If the preset, a field or the weights do not exist,
                or a value does not fit.
        """
        networks = {
            role: overrides.pop(role)
            for role in ("generator", "discriminator")
            if isinstance(overrides.get(role), keras.Model)
        }
        drawn = random_seed()
        if drawn is not None:
            overrides = {"seed": drawn, **overrides}
        config = preset_config(preset)
        if load_weights is not None:
            weights = cls._read_weights(load_weights)
            config = config.replace(weights.generator_fields())
        config = config.replace(overrides)
        model = cls(config, name=name, dtype=dtype, **networks)
        if load_weights is not None:
            weights.give_to(model)
        return model

    @property
    def translator(self):
        """The generator that translates: the averaged one if there is one."""
        translator = self.average_generator or self.generator
        # What `translate` asks for, also once it stands alone.
        translator.value_range = self.config.data.value_range
        translator.target_value_range = self.config.data.target_value_range
        translator.slice_plane = self.config.data.slice_plane
        translator.slide_level = self.config.data.slide_level
        return translator

    @property
    def generator_variables(self):
        """What the generator's loss trains: generator and projector."""
        variables = list(self.generator.trainable_variables)
        if self.projector is not None:
            variables += self.projector.trainable_variables
        return variables

    @property
    def discriminator_variables(self):
        """What the discriminators' loss trains."""
        return [
            variable
            for network in self.objective.networks.discriminators.values()
            for variable in network.trainable_variables
        ]

    @property
    def metrics(self):
        return [self.loss_metric, *self.term_metrics.values()]

    def __call__(self, images, *args, **kwargs):
        field = "generator.input_channels"
        channels = self.config.generator.input_channels
        check_images(images, channels, field)
        if is_concrete(images):
            check_values(images)
        return super().__call__(images, *args, **kwargs)

    def call(self, images):
        return self.translator(images)

    def compile(self, optimizer=None, discriminator_optimizer=None, **kwargs):
        """Prepares the training.

        Args:
            optimizer: `keras.optimizers.Optimizer`, its name, or `None` for
                the configuration's Adam and schedule. It trains all networks,
                which is the same as one Adam each with equal settings.
            discriminator_optimizer: Optimizer of the discriminator alone,
                for two time scales. Defaults to `None`.
            **kwargs: `run_eagerly`, `steps_per_execution`, `jit_compile` and
                `auto_scale_loss` of `keras.Model.compile`.
        """
        check_compile(type(self), kwargs)
        check_optimizers(optimizer, discriminator_optimizer)
        self._compile_arguments = {
            "optimizer": keras.optimizers.get(
                default_optimizer(self.config)
                if optimizer is None
                else optimizer
            ),
            "discriminator_optimizer": keras.optimizers.get(
                discriminator_optimizer
            ),
            **kwargs,
        }
        super().compile(
            optimizer=self._compile_arguments["optimizer"], **kwargs
        )
        self.discriminator_optimizer = scaled_like(
            self._compile_arguments["discriminator_optimizer"], self.optimizer
        )
        build_optimizers(self)
        self.compiled_with = what_trains(self)

    def progress_callback(self):
        """Returns the callback by which `fit` shows how it goes on."""
        return FitProgress()

    def adapt(self, images):
        """Measures the target, before the training.

        A configuration with `generator.target_start` begins at the mean
        colour of the target, and one with `generator.palette` with its most
        frequent colours; any other needs nothing of it. `fit` does this
        by itself with its first batches, where it was not done before.

        Args:
            images: Array `(batch, height, width, channels)` of target
                images in [-1, 1], or an iterable of such arrays, of which
                the first 256 images or few more are read.

        Raises:
            ValueError: If there are no images, or they do not fit.
        """
        if not self._measures_target:
            return
        options = self.config.generator
        mixes = options.palette is not None
        if mixes:
            measured = target_palette(images, options.palette)
        else:
            measured = (mean_colour(images),)
        channels = measured[0].shape[-1]
        if channels != options.output_channels:
            raise ValueError(
                "Target images of this model have "
                f"{options.output_channels} channels. "
                f"Received: images with {channels}"
            )
        for generator in (self.generator, self.average_generator):
            if generator is None:
                continue
            if mixes:
                generator.take_palette(*measured)
            else:
                generator.start_at(*measured)

    @property
    def adapted(self):
        """Whether there is nothing to measure, or it was measured.

        A model that was trained has nothing to measure any more.
        """
        return not self._measures_target or self.generator.started

    @property
    def _measures_target(self):
        """Whether the generator begins with what the target has."""
        options = self.config.generator
        return options.target_start or options.palette is not None

    def progress(self, step):
        """Returns the share of the configured training done at a step."""
        steps = self.config.training.steps
        return ops.clip(ops.cast(step, "float32") / steps, 0.0, 1.0)

    def translate(
        self,
        images,
        value_range=None,
        batch_size=8,
        mode="whole",
        tile=None,
        verbose=False,
    ):
        """Translates images of any size.

        Args:
            images: One image `(height, width, channels)`, a batch
                `(batch, height, width, channels)`, the path of an image, or
                a list of any of these. Integer images use the range of
                their type; floating-point ones are in [-1, 1] unless
                `value_range`, or `data.value_range` of the configuration,
                says otherwise.
            value_range: Pair of black and white values of inputs and
                outputs. Defaults to `None`: what the configuration says.
            batch_size: int. Images of equal size that are translated at
                once. Defaults to `8`.
            mode: str. `"whole"`; `"tiled"` for images that do not fit into
                memory in one piece; `"exact_tiled"` for the same result as
                in one piece, slower. See `semst_tf.inference.translate`.
            tile: int or `None`. Side of a tile in pixels. Defaults to 512.
            verbose: bool. Show the progress over tiles.

        Returns:
            NumPy array, or list of arrays for a list, of the same sizes and
            types.

        Raises:
            ValueError: If an image cannot be read, does not fit the model,
                or does not fit into memory in one piece.
        """
        return translate(
            self.translator,
            images,
            value_range,
            batch_size,
            mode=mode,
            tile=tile,
            verbose=verbose,
        )

    def save(self, filepath, *args, **kwargs):
        """Saves everything into a `.keras` file, as `keras.Model.save`.

        Args:
            filepath: Path, which ends in `.keras`.
            *args: As of `keras.Model.save`.
            **kwargs: As of `keras.Model.save`.

        Raises:
            ValueError: If it ends in `.h5`: what Keras would write there it
                could not load again.
        """
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ValueError(
                "A SemST is saved as `.keras`, its weights alone by "
                f"`save_weights`. Received: filepath={str(filepath)!r}"
            )
        super().save(filepath, *args, **kwargs)

    def export(self, filepath, format="tf_saved_model", **kwargs):
        """Exports the translator, without anything that trained it.

        Args:
            filepath: Path. For a SavedModel the folder that gets a numbered
                version, for other formats the file.
            format: str. `"tf_saved_model"`, `"litert"` or `"onnx"`; see
                `semst_tf.export`. Any other format of
                `keras.Model.export` gets the plain network.
            **kwargs: Arguments of `semst_tf.export.saved_model`, `.litert`
                or `.onnx`, or of `keras.Model.export`.

        Returns:
            What that function returns.

        Raises:
            ValueError: If an argument does not fit, something is at this
                place already, or the export translates differently.
        """
        # Here: exporting needs TensorFlow, translating and training do not.
        from semst_tf import export

        exporters = {
            "tf_saved_model": export.saved_model,
            "litert": export.litert,
            "onnx": export.onnx,
        }
        if format in exporters:
            return exporters[format](self, filepath, **kwargs)
        with direct_convolutions():
            return self.translator.export(filepath, format=format, **kwargs)

    def get_config(self):
        given = {
            role: keras.saving.serialize_keras_object(getattr(self, role))
            for role in self._given
        }
        return {
            **super().get_config(),
            "config": self.config.to_dict(),
            **given,
        }

    @classmethod
    def from_config(cls, config):
        given = {
            role: keras.saving.deserialize_keras_object(config[role])
            for role in ("generator", "discriminator")
            if config.get(role) is not None
        }
        return super().from_config({**config, **given})

    def get_compile_config(self):
        if not self.compiled:
            return None
        return {
            name: keras.saving.serialize_keras_object(value)
            for name, value in self._compile_arguments.items()
        }

    def compile_from_config(self, config):
        self.compile(
            **{
                name: keras.saving.deserialize_keras_object(value)
                for name, value in config.items()
            }
        )
