"""Models and images of the size and precision that flags ask for."""

from absl import flags
from cli import quiet_imports

FLAGS = flags.FLAGS


def configuration(preset, count):
    from semst_tf.config.preset_configs import preset_config

    return preset_config(preset).replace(
        {
            "generator.filters": FLAGS.filters,
            "discriminator.filters": FLAGS.filters,
            "data.crop_size": FLAGS.size,
            "data.batch_size": count,
            "data.resize": FLAGS.resize,
            "data.target_resize": FLAGS.target_resize,
        }
    )


def new_model(preset, count, precision):
    with quiet_imports():
        from semst_tf import SemST

    set_precision(precision)
    model = SemST(configuration(preset, count), dtype=policy(precision))
    model.compile()
    return model


def policy(precision):
    """Keras's name of a precision; that of float32 products is JAX's."""
    return "mixed_bfloat16" if precision == "bfloat16" else "float32"


def set_precision(precision):
    import jax

    jax.config.update(
        "jax_default_matmul_precision",
        "float32" if precision == "float32" else "tensorfloat32",
    )


def random_images(count):
    import numpy as np

    random = np.random.default_rng(0)
    shape = (count, FLAGS.size, FLAGS.size, 3)
    return {
        domain: random.uniform(-1, 1, shape).astype("float32")
        for domain in ("source", "target")
    }
