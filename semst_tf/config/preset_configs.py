"""The named configurations: baselines and methods as switches of one code."""

import dataclasses

from semst_tf.config.adversarial_config import AdversarialConfig
from semst_tf.config.alignment_config import AlignmentConfig
from semst_tf.config.contrastive_config import ContrastiveConfig
from semst_tf.config.data_config import DataConfig
from semst_tf.config.discriminator_config import DiscriminatorConfig
from semst_tf.config.generator_config import GeneratorConfig
from semst_tf.config.optimizer_config import OptimizerConfig
from semst_tf.config.semst_config import SemSTConfig
from semst_tf.config.suggestion import suggestion
from semst_tf.config.training_config import TrainingConfig

# Edges of input and output compared without a learned part, which a hidden
# code in the features could satisfy while the scene changes.
_STRUCTURE = AlignmentConfig(
    weight=1.0, descriptor="orientation", estimator="infonce"
)
# Texture may change, but only as a consistent function of the input.
_TEXTURE = AlignmentConfig(
    weight=0.5, descriptor="pixel_moments", estimator="rsmi"
)
# Colours may change, but only as a function of the colours of the input: of
# all channels together, so that a sky may grow bright over a road as grey.
_TONE = AlignmentConfig(
    weight=2.0, descriptor="colour", estimator="correlation_ratio"
)

_DESCRIPTIONS = {
    "tiny": "SemST small enough to train in minutes on a CPU; for a first "
    "look and for tests.",
    "small": "The semst preset at half the filters, for a night on a CPU, "
    "about 3 hours on 2 quiet cores.",
    "cut": "CUT (Park et al. 2020): PatchNCE with identity, the baseline.",
    "fastcut": "FastCUT (Park et al. 2020): no identity, contrastive weight "
    "10, flip equivariance.",
    "hneg_src": "Hneg_SRC (Jung et al. 2022) as released: hard negatives by "
    "weighted similarities and semantic relation consistency.",
    "semst": "What places show is aligned by mutual information in features of "
    "a frozen network, which the discriminator reads too; single scale.",
    "semst_guided": "The semst preset with a guided filter: colours change, "
    "at edges of the input only; for domains whose textures are alike, such "
    "as synthetic and real streets.",
    "semst_pixels": "SemST without a pretrained network: structure, texture "
    "and tone of the images aligned, with hard negatives; once the default.",
    "fast": "The semst preset with a generator for real time; what a big "
    "translator is distilled into.",
    "faster": "The same with a quarter of the operations.",
    "fast_guided": "The fast preset with the outputs and the guided filter of "
    "semst_guided; also the student of a teacher that has them.",
    "semst_distant": "SemST for domains that do not look alike, or have other "
    "textures: begins at the mean colour of the target, and aligns less of "
    "what places show.",
    "semst_matched": "The semst_distant preset with crops, and places of them, "
    "that show like things, for synthetic and real streets: textures may "
    "appear where the target has them, and a scarce sky is no reason to fill "
    "it.",
    "semst_palette": "The semst_distant preset for targets of few flat "
    "colours, such as maps: every pixel is a mixture of colours of the target.",
    "semst_distant_pixels": "The semst_distant preset without a pretrained "
    "network: tone aligned, images computed directly.",
    "semst_multiscale": "SemST at two scales: global context and local "
    "detail, fused by attention; for high resolution.",
    "tiny_multiscale": "The small SemST at two scales.",
}

_CONFIGS = {
    "tiny": SemSTConfig(
        preset="tiny",
        generator=GeneratorConfig(filters=16, blocks=4),
        discriminator=DiscriminatorConfig(filters=16, layers=2),
        contrastive=ContrastiveConfig(patches=64, units=64),
        structure=_STRUCTURE,
        texture=_TEXTURE,
        # In so short a training colours oscillate; the average of many steps
        # has the tint of the target.
        training=TrainingConfig(steps=1500, ema_decay=0.998),
        data=DataConfig(crop_size=96, batch_size=2, resize="short:128"),
    ),
    "cut": SemSTConfig(preset="cut", data=DataConfig(resize="286x286")),
    "fastcut": SemSTConfig(
        preset="fastcut",
        contrastive=ContrastiveConfig(
            weight=10.0, identity=False, flip_equivariance=True
        ),
        optimizer=OptimizerConfig(decay=0.25),
        data=DataConfig(resize="286x286"),
    ),
    "hneg_src": SemSTConfig(
        preset="hneg_src",
        contrastive=ContrastiveConfig(
            loss="hard_negative_similarity",
            weight=0.1,
            gamma_start=50.0,
            gamma_end=10.0,
        ),
        semantic_relation_weight=0.05,
        data=DataConfig(resize="286x286"),
    ),
    "semst_pixels": SemSTConfig(
        preset="semst_pixels",
        # Starting at the input keeps the scene from the first step on;
        # measured in docs/results.
        # Stopping before the end of the way is nearer to the target by KID
        # and keeps more of the scene.
        generator=GeneratorConfig(residual=True, strength=0.6),
        # A discriminator that sees the tint of a crop, against a generator
        # that nothing asks to leave the colours of the target as they are.
        discriminator=DiscriminatorConfig(normalization="layer"),
        adversarial=AdversarialConfig(weight=3.0),
        contrastive=ContrastiveConfig(
            loss="hard_negative_importance",
            weight=0.5,
            identity=False,
            duplicate_threshold=0.98,
        ),
        structure=_STRUCTURE,
        texture=_TEXTURE,
        tone=_TONE,
        # Against the colour oscillation of a generator that learns.
        training=TrainingConfig(ema_decay=0.998),
        data=DataConfig(resize="short:286"),
    ),
}
_CONFIGS["semst"] = SemSTConfig(
    preset="semst",
    generator=GeneratorConfig(residual=True, strength=0.8),
    # A patch discriminator that starts from nothing learns too little from a
    # few hundred images; measured in docs/results.
    discriminator=DiscriminatorConfig(kind="projected"),
    adversarial=AdversarialConfig(loss="hinge"),
    contrastive=ContrastiveConfig(weight=0.0, identity=False),
    # Not centred, so that places know their absolute material.
    semantics=dataclasses.replace(
        SemSTConfig().semantics,
        weight=5.0,
        features="efficientnet_lite0/stride_4,efficientnet_lite0/stride_8,"
        "efficientnet_lite0/stride_16",
        center=False,
    ),
    training=TrainingConfig(ema_decay=0.998),
    data=DataConfig(resize="short:286"),
)
# The whole translation through a filter is nearer to the target, and keeps
# more of the scene, than a part of it without; measured in docs/results.
_GUIDED = {"residual_output": "gain", "guided_radius": 8, "strength": 1.0}
_CONFIGS["semst_guided"] = _CONFIGS["semst"].replace(
    {"preset": "semst_guided", "generator": _GUIDED}
)
# A map has other edges, textures and colours than an aerial photograph: an
# image that begins at its input, or is held at the absolute features of its
# places, stays there; measured in docs/results.
_CONFIGS["semst_distant"] = _CONFIGS["semst"].replace(
    {
        "preset": "semst_distant",
        # With a gain the input may vanish.
        "generator": {
            "residual_output": "gain",
            "strength": 1.0,
            "target_start": True,
        },
        "semantics": {
            "weight": 1.0,
            "features": "efficientnet_lite0/stride_8,"
            "efficientnet_lite0/stride_16",
            "center": True,
        },
    }
)
# Where one domain shows more sky than the other, the discriminator asks for
# less sky, and a weak alignment gives in; measured in docs/results.
_CONFIGS["semst_matched"] = _CONFIGS["semst_distant"].replace(
    {
        "preset": "semst_matched",
        "generator.strength": 0.7,
        "adversarial.matching": "efficientnet_lite0/stride_16",
        "data.matching": "efficientnet_lite0/stride_16",
    }
)
# Free colours miss flat ones by a few steps of 255 everywhere, and are soft
# where a map has edges; measured in docs/results.
_CONFIGS["semst_palette"] = _CONFIGS["semst_distant"].replace(
    {
        "preset": "semst_palette",
        "generator": {
            "residual": False,
            "residual_output": "shift",
            "target_start": False,
            "palette": 8,
        },
    }
)
_CONFIGS["semst_distant_pixels"] = _CONFIGS["semst_pixels"].replace(
    {
        "preset": "semst_distant_pixels",
        "generator": {
            "residual": False,
            "strength": 1.0,
            "target_start": True,
        },
        "discriminator.normalization": "instance",
        "adversarial.weight": 1.0,
        "contrastive": {"identity": True, "weight": 1.0},
        "structure.weight": 0.0,
        "texture.weight": 0.0,
        "tone.weight": 8.0,
    }
)
# 0.8 seconds of processor time a step, so about half a second on 2 cores.
_CONFIGS["small"] = _CONFIGS["semst"].replace(
    {
        "preset": "small",
        "generator": {"filters": 32, "blocks": 6},
        "discriminator.filters": 32,
        "data": {"crop_size": 160, "resize": "short:180"},
        "training.steps": 50_000,
    }
)
# Measured in docs/fast.md.
_CONFIGS["fast"] = _CONFIGS["semst"].replace(
    {
        "preset": "fast",
        "generator": {
            "kind": "fast",
            "filters": 16,
            "blocks": 4,
        },
    }
)
_CONFIGS["faster"] = _CONFIGS["fast"].replace(
    {
        "preset": "faster",
        "generator": {"filters": 8, "blocks": 3},
    }
)
# Smooth gains of a network at half of the size change the contrast of what is
# finer; its smooth differences cannot.
_CONFIGS["fast_guided"] = _CONFIGS["fast"].replace(
    {"preset": "fast_guided", "generator": _GUIDED}
)
_CONFIGS["semst_multiscale"] = _CONFIGS["semst"].replace(
    {
        "preset": "semst_multiscale",
        "multi_scale": {"fusion": "attention", "ratio": 2, "detail_size": 256},
        "data": {"crop_size": 512, "resize": "short:572"},
    }
)
_CONFIGS["tiny_multiscale"] = _CONFIGS["tiny"].replace(
    {
        "preset": "tiny_multiscale",
        "multi_scale": {"fusion": "attention", "ratio": 2, "detail_size": 96},
        "data": {"crop_size": 192, "batch_size": 1, "resize": "short:256"},
    }
)


def presets():
    """Lists the presets.

    Returns:
        Dict from the name of a preset to a line that describes it.

    Example:

    >>> for name, description in semst_tf.presets().items():
    ...     print(name, description)
    """
    return dict(_DESCRIPTIONS)


def preset_config(name):
    """Returns the configuration of a preset.

    Args:
        name: str. One of `presets()`.

    Returns:
        A `SemSTConfig`; its `replace` makes variants.

    Raises:
        ValueError: If there is no such preset.
    """
    if not isinstance(name, str) or name not in _CONFIGS:
        raise ValueError(
            f"There is no such preset; there are {', '.join(_CONFIGS)}."
            f"{suggestion(name, list(_CONFIGS))} Received: {name!r}"
        )
    return _CONFIGS[name]
