"""Every class that files can name keeps the contract of its kind.

A new class is one entry in one of the tables below: constructor arguments
that all differ from their defaults (in one variant at least), and an example
of what it is called with.
"""

import importlib
import inspect
import itertools
import pkgutil

import keras
import numpy as np
import pytest
from contracts import PACKAGE
from contracts import constructor_parameters
from contracts import run_frozen_network_contract
from contracts import run_layer_contract
from contracts import run_loss_contract
from contracts import run_metric_contract
from contracts import run_network_contract
from contracts import run_schedule_contract
from metrics.features import MeanColours
from metrics.features import mean_colour
from small import small_config
from small import values

import semst_tf
from semst_tf import descriptors
from semst_tf import layers
from semst_tf import losses
from semst_tf import metrics
from semst_tf import networks
from semst_tf.adaptation import EfficientNetFeatures
from semst_tf.losses.mutual_information import ESTIMATORS
from semst_tf.networks import keras_generator
from semst_tf.objective.alignment import Alignment
from semst_tf.pretrained import efficientnet_lite0
from semst_tf.pretrained import espnetv2
from semst_tf.pretrained import grouped_convolution
from semst_tf.pretrained import inception
from semst_tf.pretrained import lpips_network
from semst_tf.pretrained import resample
from semst_tf.trainers import linear_decay


def maps(height=9, width=14, channels=3, count=2, seed=0):
    """Values in [-1, 1]."""
    random = np.random.default_rng(seed)
    shape = (count, height, width, channels)
    return random.uniform(-1, 1, shape).astype("float32")


def tokens(seed):
    random = np.random.default_rng(seed)
    values = random.normal(size=(3, 9, 6)).astype("float32")
    return values / np.linalg.norm(values, axis=-1, keepdims=True)


def scores(seed):
    return {"y_true": np.ones((3, 1, 1, 1), "f"), "y_pred": maps(4, 5, 1, 3)}


def labels(seed, classes):
    random = np.random.default_rng(seed)
    return random.integers(0, classes, (4, 8, 8))


def flat_images(seed):
    """Images whose left half is flat and ends at a strong edge."""
    images = 0.1 * maps(32, 64, 3, 3, seed)
    images[:, :, :32] = -0.5
    images[:, :, 32] = 0.9
    return images


FEATURES = {"fine": maps(9, 14, 6), "deep": maps(5, 7, 10)}
CHANNELS = [["fine", 6], ["deep", 10]]
TOKENS = {"y_true": tokens(0), "y_pred": tokens(1)}
PAIR = (maps(16, 20, seed=1, count=4), maps(16, 20, seed=2, count=4))


def base_generator(folder):
    return networks.ResNetGenerator(4, 1, seed=0, dtype="float32")


def discriminator(folder):
    return networks.PatchDiscriminator(4, 1, seed=0, dtype="float32")


def painter(folder):
    images = keras.Input((None, None, 3))
    stem = keras.layers.Conv2D(4, 3, padding="same", name="stem")(images)
    head = keras.layers.Conv2D(3, 1, activation="tanh", name="head")
    return keras.Model(images, head(stem))


def colour_network(folder):
    return mean_colour()


def lpips_weights(folder):
    """Writes random weights, once."""
    path = folder / "lpips.npz"
    if not path.exists():
        network = lpips_network.LPIPSNetwork()
        backbone = network.get_layer("backbone")
        arrays = {}
        for index in range(5):
            kernel, bias = backbone.get_layer(f"conv{index}").get_weights()
            arrays[f"conv{index}.weight"] = kernel.transpose(3, 2, 0, 1)
            arrays[f"conv{index}.bias"] = bias
            (kernel,) = network.get_layer(f"lin{index}").get_weights()
            kernel = np.abs(kernel).transpose(3, 2, 0, 1)
            arrays[f"lin{index}.weight"] = kernel
        np.savez(path, **arrays)
    return path


def generator_variants(*outputs, **more):
    """Variants of generators: pairs of whether residual, and how."""
    return [
        {
            "arguments": {
                "filters": 4,
                "blocks": 2,
                "input_channels": 1,
                "output_channels": 2,
                "residual": residual,
                "residual_output": "shift" if output == "palette" else output,
                "palette": 3 if output == "palette" else None,
                "guided_radius": 4 if output == "gain" else None,
                "strength": 0.5 if residual else 1.0,
                "seed": 1,
                **more,
            },
            "inputs": (maps(13, 18, 1),),
            # The colours of a palette are not drawn.
            "seeded": lambda network: values(network.trainable_variables),
        }
        for residual, output in outputs
    ]


FAST_GENERATORS = generator_variants(
    (False, "shift"), (True, "gain"), (False, "palette")
)

# From classes to variants, each the arguments of the contract function.
LAYERS = {
    EfficientNetFeatures: [
        {
            "arguments": {"rate": 0.25},
            "inputs": (maps(33, 40),),
            "float32": True,
            "atol": 1e-4,
        }
    ],
    layers.BlurDownsample: [{"inputs": (maps(),)}],
    layers.BlurUpsample: [{"inputs": (maps(),)}],
    layers.Conv2D: [
        {
            "arguments": {
                "filters": 64,
                "kernel_size": [3, 3],
                "padding": padding,
                "use_bias": padding == "same",
            },
            "inputs": (maps(channels=64),),
        }
        for padding in ("same", "valid")
    ],
    layers.DifferentiableAugmentation: [
        {
            "arguments": {
                "probability": 0.9,
                "shift": 0.25,
                "cutout": 0.25,
                "mirror": 0.5,
            },
            "inputs": (maps(),),
            "constants": {"seed": 3},
            "mixes_images": True,  # Each image has its own draw.
        }
    ],
    layers.GuidedFilter: [
        {
            "arguments": {"radius": 4, "epsilon": 0.02},
            "inputs": (maps(8, 12), maps(8, 12, seed=1)),
            "float32": True,
        }
    ],
    layers.InstanceNormalization: [
        {"arguments": {"epsilon": 1e-3}, "inputs": (maps(),)}
    ],
    layers.LeakyReLU: [
        {"arguments": {"negative_slope": 0.1}, "inputs": (maps(),)}
    ],
    layers.PadToMultiple: [
        {"arguments": {"multiple": 4, "minimum": 12}, "inputs": (maps(),)}
    ],
    layers.PlainResidualBlock: [
        {"arguments": {"filters": 3, "seed": 1}, "inputs": (maps(),)}
    ],
    layers.RandomMixing: [
        {
            "arguments": {
                "channels": CHANNELS,
                "units": 8,
                "mixing": mixing,
                "seed": 3,
            },
            "inputs": (FEATURES,),
            "float32": True,
        }
        for mixing in ("channels", "scales")
    ],
    layers.ReflectionPadding2D: [
        {"arguments": {"padding": 2}, "inputs": (maps(),)}
    ],
    layers.ResidualBlock: [
        {"arguments": {"filters": 3, "seed": 1}, "inputs": (maps(),)}
    ],
    layers.ScaleFusion: [
        {
            "arguments": {"mode": mode, "ratio": 4},
            "inputs": (maps(3, 4), (1 + maps(3, 4, 1)) / 2, maps(12, 16)),
            "float32": True,
        }
        for mode in ("attention", "laplacian", "fixed", "context", "detail")
    ],
    layers.SmoothPixelShuffle: [{"inputs": (maps(channels=8),)}],
    layers.SpectralConv2D: [
        {
            "arguments": {
                "filters": 5,
                "kernel_size": 3,
                "strides": strides,
                "padding": padding,
                "use_bias": False,
                "power_iterations": 1,
                "seed": 1,
            },
            "inputs": (maps(),),
            "float32": True,
        }
        for strides, padding in itertools.product((1, 2), ("same", "valid"))
    ],
    descriptors.FeatureField: [{"inputs": (maps(),), "float32": True}],
    descriptors.OrientationField: [
        {
            "arguments": {
                "cell": 2,
                "bins": 4,
                "neighbourhood": 5,
                "magnitude_floor": 1e-3,
                "constant": constant,
                "soft_norm": 0.2,
            },
            "inputs": (maps(16, 21),),
            "float32": True,
        }
        for constant in (0.0, 0.3)
    ],
    descriptors.SecondMomentField: [
        {
            "arguments": {"window": 8},
            "inputs": (maps(17, 22, channels),),
            "float32": True,
        }
        for channels in (1, 3)
    ],
    descriptors.ToneField: [
        {"arguments": {"stride": 3}, "inputs": (maps(),), "float32": True}
    ],
    Alignment: [
        {
            "arguments": {
                "descriptor": "pixel_moments",
                "input_channels": 1,
                "estimator": estimator,
                "temperature": 0.2,
                "patches": 9,
                "duplicate_threshold": 0.9,
                "center": False,
                **seed,
            },
            "inputs": (maps(17, 22, 1, seed=1), maps(17, 22, 1, seed=2)),
            "constants": {"seed": 5},
            "float32": True,
        }
        for estimator, seed in (("rsmi", {"seed": 1}), ("soft_infonce", {}))
    ],
    grouped_convolution.GroupedConvolution: [
        {
            "arguments": {"filters": 6, "kernel_size": 3, "groups": 2},
            "inputs": (maps(channels=4),),
        }
    ],
    resample.Resample: [
        {
            "arguments": {"method": method, **size},
            "inputs": (maps(),),
        }
        for method in resample.METHODS
        for size in ({"size": (5, 20)}, {"scale": 0.5, "minimum": 6})
    ],
    # Graphs take no names with the underscore of a private class.
    espnetv2._NormalizeImages: [
        {"arguments": {"name": "range"}, "inputs": (maps(16, 32),)}
    ],
    espnetv2._EveryOther: [
        {"arguments": {"name": "other"}, "inputs": (maps(),)}
    ],
    espnetv2._ShuffleChannels: [
        {
            "arguments": {"groups": 2, "name": "shuffle"},
            "inputs": (maps(channels=6),),
        }
    ],
    inception._GraphRange: [
        {"arguments": {"name": "range"}, "inputs": (maps(),)}
    ],
    lpips_network._NormalizeForAlexNet: [
        {"arguments": {"name": "range"}, "inputs": (maps(),)}
    ],
    lpips_network._SquaredDifference: [
        {
            "arguments": {"name": "difference"},
            "inputs": ([maps(seed=1), maps(seed=2)],),
        }
    ],
}

NETWORKS = {
    networks.ResNetGenerator: generator_variants(
        (False, "shift"),
        (True, "shift"),
        (True, "gain"),
        (False, "palette"),
        feature_layers=[0, 4, 13],
    ),
    networks.AntialiasedFastGenerator: FAST_GENERATORS,
    networks.FastGenerator: FAST_GENERATORS,
    networks.MultiScaleGenerator: [
        {
            "arguments": {
                "base": base_generator,
                "ratio": 3,
                "fusion": fusion,
                **seed,
            },
            "inputs": (maps(25, 30),),
            "seeded": lambda network: network.scale_attention.get_weights(),
        }
        for fusion, seed in (("laplacian", {"seed": 1}), ("fixed", {}))
    ],
    networks.ScaleAttention: [
        {
            "arguments": {"input_channels": 6, "seed": 1},
            "inputs": (maps(channels=6),),
        }
    ],
    networks.PatchDiscriminator: [
        {
            "arguments": {
                "filters": 4,
                "layers": 2,
                "input_channels": 1,
                "normalization": normalization,
                "seed": 1,
            },
            "inputs": (maps(17, 22, 1),),
        }
        for normalization in ("instance", "layer", "none")
    ]
    + [
        {
            "arguments": {
                "filters": 4,
                "layers": 1,
                "input_channels": 1,
                "label_classes": 3,
                "seed": 1,
            },
            "inputs": (maps(17, 22, 1), maps(17, 22, 3)),
        }
    ],
    networks.ProjectedDiscriminator: [
        {
            "arguments": {
                "channels": CHANNELS,
                "units": 6,
                "mixing": mixing,
                "kernel_size": 1,
                "depth": 2,
                "seed": 1,
            },
            "inputs": (FEATURES,),
        }
        for mixing in ("channels", "scales")
    ]
    + [
        {
            "arguments": {
                "channels": CHANNELS,
                "units": 6,
                "label_classes": 3,
                "seed": 1,
            },
            "inputs": (FEATURES, maps(17, 22, 3)),
        }
    ],
    networks.PatchProjector: [
        {
            "arguments": {"feature_channels": [3, 6], "units": 5, "seed": 1},
            "inputs": ([maps(), maps(5, 7, 6)],),
            "constants": {
                "indices": [np.array([7, 0, 3]), np.array([1, 30])],
            },
        }
    ],
    semst_tf.SemST: [
        {
            "arguments": {
                "config": small_config(
                    "semst", **{"training.ema_decay": 0.9}
                ).to_dict()
            },
            "inputs": (maps(16, 21),),
            "all_weights": False,  # Only the generator is called.
        },
        {
            "arguments": {
                "config": small_config("cut").to_dict(),
                "generator": base_generator,
                "discriminator": discriminator,
            },
            "inputs": (maps(16, 21),),
            "all_weights": False,
            "policies": (),  # Given networks have their own.
        },
    ],
    keras_generator.KerasGenerator: [
        {
            "arguments": {
                "network": painter,
                "features": ["stem"],
                "stride": 2,
                "minimum_size": 4,
            },
            "inputs": (maps(8, 10),),
            "policies": (),  # Those of the network.
        }
    ],
    espnetv2.ESPNetV2: [
        {
            # Building it takes seconds; tested in `pretrained/`.
            "policies": (),
            "trains": False,
            "arguments": {"scale": 0.5, "classes": 3},
            "inputs": (maps(32, 48),),
        }
    ],
    inception.InceptionFeatures: [
        {
            "arguments": {"resize": "tensorflow"},
            "inputs": (maps(40, 50),),
            "policies": ("mixed_float16",),
            "trains": False,
            "saved": False,  # 90 MB; it is rebuilt from its arguments.
        }
    ],
    lpips_network.LPIPSNetwork: [
        {
            "inputs": ([maps(33, 40, seed=1), maps(33, 40, seed=2)],),
            "trains": False,
        }
    ],
}

LOSSES = {
    losses.CosineDistance: [{"arguments": {"center": False}, **TOKENS}],
    losses.HardNegativeNCE: [
        {
            "arguments": {
                "temperature": 0.2,
                "gamma": 0.5,
                "weighting": weighting,
                "duplicate_threshold": 0.9,
            },
            **TOKENS,
        }
        for weighting in ("importance", "similarity")
    ],
    losses.HingeGAN: [{**scores(0), "trains_y_true": True}],
    losses.LeastSquaresGAN: [{**scores(0), "trains_y_true": True}],
    losses.MutualInformation: [
        {
            "arguments": {
                "estimator": estimator,
                "temperature": 0.2,
                "exclusion_radius": 1,
                "duplicate_threshold": 0.9,
                "center": False,
                **seed,
            },
            **TOKENS,
        }
        for estimator in ESTIMATORS
        # Only one estimator draws.
        for seed in (
            [{"seed": 1}] if estimator == "correlation_ratio" else [{}]
        )
    ],
    losses.PatchNCE: [{"arguments": {"temperature": 0.2}, **TOKENS}],
    losses.SelfSimilarityDistance: [{"arguments": {"center": False}, **TOKENS}],
    losses.SemanticRelation: [{"arguments": {"temperature": 0.2}, **TOKENS}],
    losses.SoftInfoNCE: [
        {"arguments": {"temperature": 0.2, "center": False}, **TOKENS}
    ],
}

METRICS = {
    metrics.AttentionStatistics: [{"inputs": ((1 + maps(channels=1)) / 2,)}],
    metrics.ClassMatchedDistance: [
        {
            "arguments": {
                "network": MeanColours(),
                "features": ["stride_8"],
                "size": [16, 24],
                "num_classes": 2,
                "ignore": 9,
                "class_names": ["road", "sky"],
                "minimum_places": 2,
                "minimum_samples": 3,
                "batch_size": 3,
            },
            "inputs": (maps(16, 24, count=4), labels(0, 2)),
            "target": (maps(16, 24, count=4, seed=1), labels(1, 2)),
            "in_graphs": False,
        }
    ],
    metrics.ColourShift: [{"inputs": PAIR}],
    metrics.EdgeHalos: [
        {
            "arguments": {"edge_above": 30.0, "flat_below": 10.0},
            "inputs": (flat_images(0), flat_images(0) + maps(32, 64, 3, 3) / 9),
        }
    ],
    metrics.FrechetInceptionDistance: [
        {
            "arguments": {
                "weights": "none.npz",
                "resize": "tensorflow",
                "network": colour_network,
                "batch_size": 3,
            },
            "inputs": (maps(count=6),),
            "target": (maps(count=5, seed=1),),
            "in_graphs": False,
        }
    ],
    metrics.ImageRootMeanSquaredError: [{"inputs": PAIR}],
    metrics.KernelInceptionDistance: [
        {
            "arguments": {
                "subsets": 3,
                "subset_size": 4,
                "seed": 1,
                "weights": "none.npz",
                "resize": "tensorflow",
                "network": colour_network,
                "batch_size": 3,
            },
            "inputs": (maps(count=6),),
            "target": (maps(count=5, seed=1),),
            "in_graphs": False,
        }
    ],
    metrics.LPIPS: [
        {
            "arguments": {"weights": lpips_weights},
            "inputs": (maps(33, 40, count=2), maps(33, 40, seed=1)),
        }
    ],
    metrics.PeakSignalToNoiseRatio: [{"inputs": PAIR}],
    metrics.PeriodicArtefacts: [
        {
            "arguments": {"periods": [2, 8], "window": 16, "flat_below": 4.0},
            "inputs": (flat_images(0), flat_images(0) + maps(32, 64, 3, 3) / 9),
        }
    ],
    metrics.PhotoToMapAccuracy: [
        {"arguments": {"threshold": 50}, "inputs": PAIR}
    ],
    metrics.SemanticConsistency: [
        {
            "arguments": {
                "num_classes": 3,
                "ignore": 9,
                "class_names": ["road", "sky", "tree"],
            },
            "inputs": (labels(0, 3), labels(1, 3)),
        }
    ],
    metrics.StructuralSimilarity: [{"inputs": PAIR}],
    metrics.StructureInformation: [{"inputs": PAIR}],
    metrics.TextureInformation: [{"inputs": PAIR}],
}

FROZEN_NETWORKS = {
    efficientnet_lite0.EfficientNetLite0: [
        {"arguments": {"standardize": False}, "images": maps(33, 40)}
    ],
}

SCHEDULES = {
    linear_decay.LinearDecay: [
        {
            "arguments": {"learning_rate": 0.1, "steps": 9, "decay": 0.25},
            "steps": (0, 7, 8, 9, 20),
        }
    ],
}

TABLES = (LAYERS, NETWORKS, LOSSES, METRICS, FROZEN_NETWORKS, SCHEDULES)


def variants(table):
    """One parameter of a test for each variant of each class."""
    return pytest.mark.parametrize(
        "cls, variant",
        [
            pytest.param(cls, variant, id=f"{cls.__name__}-{index}")
            for cls, entries in table.items()
            for index, variant in enumerate(entries)
        ],
    )


@variants(LAYERS)
def test_layers(cls, variant, tmp_path):
    run_layer_contract(cls, tmp_path, **variant)


@variants(NETWORKS)
def test_networks(cls, variant, tmp_path):
    run_network_contract(cls, tmp_path, **variant)


@variants(LOSSES)
def test_losses(cls, variant, tmp_path):
    run_loss_contract(cls, tmp_path, **variant)


@variants(METRICS)
@pytest.mark.filterwarnings("ignore:.*from . images is")
def test_metrics(cls, variant, tmp_path):
    run_metric_contract(cls, tmp_path, **variant)


@variants(FROZEN_NETWORKS)
def test_frozen_networks(cls, variant, tmp_path):
    run_frozen_network_contract(cls, tmp_path, **variant)


@variants(SCHEDULES)
def test_schedules(cls, variant, tmp_path):
    run_schedule_contract(cls, tmp_path, **variant)


def package_classes():
    """Every class that a module of the package defines."""
    found = []
    for module in pkgutil.walk_packages(semst_tf.__path__, "semst_tf."):
        try:
            module = importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            # What an optional dependency is needed for.
            assert not error.name.startswith("semst_tf"), error
            continue
        found += [
            value
            for value in vars(module).values()
            if inspect.isclass(value) and value.__module__ == module.__name__
        ]
    return found


def covered():
    return {cls for table in TABLES for cls in table}


def test_every_registered_class_has_a_contract():
    registered = {
        cls
        for cls in package_classes()
        if keras.saving.get_registered_name(cls).startswith(PACKAGE)
    }
    assert len(registered) > 50
    assert registered == covered()


def test_every_class_that_keras_saves_is_registered():
    saved = (
        keras.layers.Layer,
        keras.losses.Loss,
        keras.metrics.Metric,
        keras.optimizers.schedules.LearningRateSchedule,
    )
    classes = package_classes()
    missing = [
        cls
        for cls in classes
        if issubclass(cls, saved)
        and cls not in covered()
        and not cls.__name__.startswith("_")
        # Bases of others are never made themselves.
        and not any(issubclass(o, cls) for o in classes if o is not cls)
    ]
    assert not missing


def test_contracts_look_at_every_constructor_argument():
    for table in TABLES:
        for cls, entries in table.items():
            for name, parameter in constructor_parameters(cls).items():
                assert any(
                    entry.get("arguments", {}).get(name, parameter.default)
                    != parameter.default
                    for entry in entries
                ), f"{cls.__name__} is never made with another `{name}`"
