"""The translator that the flags of translate.py name."""

from absl import flags
from cli import quiet_imports

FLAGS = flags.FLAGS


def translator_of_flags():
    """Loads --model with --strength and --guided_radius.

    Returns:
        What `semst_tf.load_translator` returns.

    Raises:
        ValueError: If it cannot be read, or has no use for one of them.
    """
    with quiet_imports():
        from semst_tf.loading.load_translator import load_translator

    return load_translator(FLAGS.model, FLAGS.strength, FLAGS.guided_radius)
