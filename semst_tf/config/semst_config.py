"""What can be chosen, as data: one tree of frozen dataclasses."""

import dataclasses
import json

from semst_tf.config.checks import check_config
from semst_tf.config.fields import insert_field
from semst_tf.config.fields import replace_fields
from semst_tf.data.value_range import parse_value_range


@dataclasses.dataclass(frozen=True)
class GeneratorConfig:
    """The translating network.

    Args:
        filters: int. Channels after the first convolution.
        blocks: int. Residual blocks at a quarter of the size.
        input_channels: int. Channels of source pictures.
        output_channels: int. Channels of target pictures.
        residual: bool. Move the pixels of the input instead of painting
            them anew, so that training starts near the input.
        strength: float. Share of the way from the input that translations go,
            of a residual generator that keeps a moving average. Training goes
            all of it; only the averaged generator stops before.
        target_start: bool. Begin at the mean colour of the target instead of
            grey, where the generator is not residual.
    """

    filters: int = 64
    blocks: int = 9
    input_channels: int = 3
    output_channels: int = 3
    residual: bool = False
    strength: float = 1.0
    target_start: bool = False


@dataclasses.dataclass(frozen=True)
class DiscriminatorConfig:
    """The judging network.

    Args:
        filters: int. Channels after the first convolution.
        layers: int. 3: a score sees 70 x 70 pixels, 2: 34 x 34, 1: 16 x 16.
        weight: float. Weight of the adversarial term of the generator.
        normalization: str. `"instance"` (CUT) hides most of the tint of a
            crop, `"layer"` keeps it; `"none"`.
    """

    filters: int = 64
    layers: int = 3
    weight: float = 1.0
    normalization: str = "instance"


@dataclasses.dataclass(frozen=True)
class ContrastiveConfig:
    """Contrast between patches of the input and of the output.

    Args:
        loss: str. `"patch_nce"` (CUT), `"hard_negative_importance"` (hard
            negatives by importance weights, semst_tf design) or
            `"hard_negative_similarity"` (as Hneg_SRC released them).
        weight: float. Weight of the term; with `identity` it is shared
            evenly between source and target pictures, as in CUT.
        identity: bool. Also translate target pictures, which should stay
            what they are. One more generator and encoder pass.
        temperature: float. Divides the similarities.
        patches: int. Tokens a feature map.
        units: int. Size of a token.
        gamma_start: float. Spread of the hard-negative weights at the first
            step; large is flat.
        gamma_end: float. Spread at the last step; between them linear.
        duplicate_threshold: float. Negatives of the residual blocks that are
            more similar than this to the key are the same surface and are
            left out; 1.0 keeps all. Importance weights only.
        flip_equivariance: bool. Translate a mirrored copy of half of the
            pictures and compare with the features of the unmirrored one, as
            FastCUT does. One more encoder pass.
    """

    loss: str = "patch_nce"
    weight: float = 1.0
    identity: bool = True
    temperature: float = 0.07
    patches: int = 256
    units: int = 256
    gamma_start: float = 1.0
    gamma_end: float = 0.2
    duplicate_threshold: float = 1.0
    flip_equivariance: bool = False


@dataclasses.dataclass(frozen=True)
class AlignmentConfig:
    """Mutual information between a descriptor of the input and of the output.

    Args:
        weight: float. Weight of the term; 0 leaves it out.
        descriptor: str. Which field is compared. Structure: `"orientation"`
            or `"self_similarity"`. Texture: `"pixel_moments"` or
            `"encoder_moments"`. Tone: `"colour"` or `"luminance"`.
        estimator: str. `"infonce"`, `"rsmi"`, `"correlation_ratio"` or
            `"joint_histogram"`.
        critic: str. `"fixed"` compares the fields themselves; `"learned"`
            compares them through heads that are trained with the generator.
        temperature: float. Of `"infonce"`.
        patches: int. Positions that `"infonce"` compares.
        ramp: float. Share of the training over which the weight grows from
            0 to its full value.
        duplicate_threshold: float. `"infonce"` leaves out negatives whose
            input fields have a larger cosine; 1.0 keeps all.
    """

    weight: float = 0.0
    descriptor: str = "orientation"
    estimator: str = "infonce"
    critic: str = "fixed"
    temperature: float = 0.1
    patches: int = 256
    ramp: float = 0.1
    duplicate_threshold: float = 1.0


@dataclasses.dataclass(frozen=True)
class MultiScaleConfig:
    """Translation at two scales: global context and local detail.

    Args:
        fusion: str. How both translations become one: `"attention"`,
            `"laplacian"`, `"fixed"`, `"context"` or `"detail"`; empty for a
            single scale.
        ratio: int. How much smaller the context is than the crop, which is
            `data.crop_size`; the context sees all of it.
        detail_size: int. Side of the square of the crop that is translated
            at full resolution. Equal to `data.crop_size / ratio`, context
            and detail run as one batch.
        context_weight: float. Weight of all terms of the translated context.
        detail_weight: float. Weight of the adversarial and contrastive term
            of the detail before fusion.
    """

    fusion: str = ""
    ratio: int = 2
    detail_size: int = 256
    context_weight: float = 0.5
    detail_weight: float = 0.1


@dataclasses.dataclass(frozen=True)
class OptimizerConfig:
    """Adam and its schedule, for generator, heads and discriminator alike.

    Args:
        learning_rate: float. Constant until the decay begins.
        beta_1: float. Decay of the first moment.
        beta_2: float. Decay of the second moment.
        steps: int. Length of the training; schedules and ramps refer to it.
        decay: float. Share of the training, at its end, over which the
            learning rate falls linearly to 0.
        ema_decay: float. Decay of the moving average of the generator's
            weights that translations then come from; 0 keeps none.
        accumulation: int. Parts of a batch that are computed one after
            another and make one step together, so that only a part has to
            fit into the memory. Divides `data.batch_size`, and what of it
            each replica gets.
        rematerialise: bool. Compute the residual blocks again on the way
            back instead of keeping what they computed: less memory for big
            crops, more time.
    """

    learning_rate: float = 2e-4
    beta_1: float = 0.5
    beta_2: float = 0.999
    steps: int = 100_000
    decay: float = 0.5
    ema_decay: float = 0.0
    accumulation: int = 1
    rematerialise: bool = False


@dataclasses.dataclass(frozen=True)
class DataConfig:
    """How crops are made of pictures; used by the scripts.

    Args:
        crop_size: int. Side of the square training crops.
        batch_size: int. Pairs of crops a step, over all replicas.
        resize: str. Applied to whole pictures before cropping: empty for
            none, `"256"` for a width, `"short:286"` for the short side,
            `"256x512"` for height x width.
        target_resize: str. The same for target pictures; empty for what
            `resize` says.
        resize_filter: str. `"bicubic"`, `"lanczos"`, `"bilinear"`, `"area"`
            or `"nearest"`.
        flip: bool. Mirror half of the crops.
        matched_crops: bool. Cut source and target at the same relative
            height, so that both show the same band of the scene.
        value_range: Pair of numbers, or text such as `"-1000,2060"`. Stored
            values of source images that stand for black and white; values
            outside become its ends. `None` for the range of `uint8` or
            `uint16`; other types need one. Translating uses it too.
        target_value_range: The same for target images, and for what
            translations are written in.
    """

    crop_size: int = 256
    batch_size: int = 1
    resize: str = ""
    target_resize: str = ""
    resize_filter: str = "bicubic"
    flip: bool = True
    matched_crops: bool = False
    value_range: tuple | None = dataclasses.field(
        default=None, metadata={"parse": parse_value_range}
    )
    target_value_range: tuple | None = dataclasses.field(
        default=None, metadata={"parse": parse_value_range}
    )


@dataclasses.dataclass(frozen=True)
class SemSTConfig:
    """Everything that defines a translator and its training.

    Presets are instances of it; `replace` makes variants. Written beside
    every trained model, so that a result names what made it.

    Args:
        preset: str. The preset it started from.
        seed: int. Initial weights, data order, crops and patch positions.
        generator: `GeneratorConfig`.
        discriminator: `DiscriminatorConfig`.
        contrastive: `ContrastiveConfig`.
        semantic_relation_weight: float. Weight of semantic relation
            consistency (Hneg_SRC); 0 leaves it out.
        structure: `AlignmentConfig` of edges and shapes.
        texture: `AlignmentConfig` of local statistics.
        tone: `AlignmentConfig` of colour and brightness.
        multi_scale: `MultiScaleConfig`.
        optimizer: `OptimizerConfig`.
        data: `DataConfig`.

    Example:

    >>> config = SemSTConfig().replace({"generator.filters": 16})
    >>> config.generator.filters
    16
    """

    preset: str = "cut"
    seed: int = 0
    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    contrastive: ContrastiveConfig = ContrastiveConfig()
    semantic_relation_weight: float = 0.0
    structure: AlignmentConfig = AlignmentConfig()
    texture: AlignmentConfig = AlignmentConfig(
        descriptor="pixel_moments", estimator="rsmi"
    )
    tone: AlignmentConfig = AlignmentConfig(
        descriptor="colour", estimator="correlation_ratio"
    )
    multi_scale: MultiScaleConfig = MultiScaleConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    data: DataConfig = DataConfig()

    def __post_init__(self):
        check_config(self)

    def replace(self, overrides):
        """Returns a copy with some fields changed.

        Args:
            overrides: Dict from field names to values. A nested field is
                named with dots (`"generator.filters"`) or by a nested dict.
                Text is read as the type of the field, so that command lines
                can pass what was typed.

        Returns:
            A new `SemSTConfig`.

        Raises:
            ValueError: If a field does not exist or a value does not fit.
        """
        nested = {}
        for name, value in overrides.items():
            insert_field(nested, name.split("."), value)
        return replace_fields(self, nested)

    def to_dict(self):
        """Returns the tree as nested dicts of plain values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values):
        """Makes a config of what `to_dict` returned; absent fields default.

        Raises:
            ValueError: If a field does not exist or a value does not fit.
        """
        return cls().replace(values)

    def to_json(self):
        """Returns the tree as indented JSON text."""
        return json.dumps(self.to_dict(), indent=2) + "\n"
