"""Options of the generator."""

import dataclasses

from semst_tf.config.option import option
from semst_tf.networks.generators import GENERATORS
from semst_tf.networks.residual_output import RESIDUAL_OUTPUTS


@dataclasses.dataclass(frozen=True)
class GeneratorConfig:
    """The network that translates."""

    filters: int = option(
        64,
        "Channels after the first convolution, which `fast` has at half the "
        "size.",
        above=0,
    )
    blocks: int = option(
        9,
        "Residual blocks, at a quarter of the size, of `fast` at an eighth.",
        above=0,
    )
    input_channels: int = option(3, "Channels of source images.", above=0)
    output_channels: int = option(3, "Channels of target images.", above=0)
    residual: bool = option(
        False,
        "Add the output to the input (residual output) instead of computing "
        "the image directly, so that training starts near the input.",
    )
    residual_output: str = option(
        "shift",
        "How a residual output is computed: shift makes pixels lighter or "
        "darker; gain computes a gain and an offset of every pixel, so that "
        "the input may also vanish.",
        choices=RESIDUAL_OUTPUTS,
    )
    guided_radius: int | None = option(
        None,
        "Pixels, a multiple of 4, that a guided filter of the difference of "
        "output and input reaches, of a generator that keeps a moving "
        "average: colours then change at edges of the input only, without "
        "halos and waves, and what is flat in the input stays flat. Training "
        "goes without; only the averaged generator filters. `None` for no "
        "filter: textures may appear where the input has none.",
        above=0,
    )
    strength: float = option(
        1.0,
        "Blend strength, from 0 (the input) to 1 (the full translation), of a "
        "residual generator, or one with a guided filter, that keeps a moving "
        "average. Training always has 1; only the averaged generator blends.",
        at_least=0.0,
        at_most=1.0,
    )
    target_start: bool = option(
        False,
        "Begin at the mean colour of the target instead of grey or the input; "
        "not with a residual output without a gain.",
    )
    palette: int | None = option(
        None,
        "Compute every pixel as a mixture of so many colours, the most "
        "frequent ones of the target, and begin with their shares; for targets "
        "of few flat colours, such as maps. Not with `residual` or "
        "`guided_radius`. `None` for free colours.",
        at_least=2,
    )
    kind: str = option(
        "resnet",
        '`"resnet"` is the generator of CUT; `"fast"` is small enough for '
        'real time; `"fast_antialiased"` too, and flickers less on videos (see '
        "`docs/fast.md`).",
        choices=GENERATORS,
    )
