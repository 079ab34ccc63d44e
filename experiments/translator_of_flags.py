"""The translator that the flags of translate.py name."""

from absl import flags
from cli import quiet_imports

FLAGS = flags.FLAGS


def translator_of_flags(share_statistics=False):
    """Loads --model with --strength and --guided_radius.

    Args:
        share_statistics: bool. Whether frames will share the statistics of
            its normalisations. The graph of a SavedModel cannot; the network
            that it was exported from can. Defaults to `False`.

    Returns:
        What `semst_tf.load_translator` returns.

    Raises:
        ValueError: If it cannot be read, or has no use for one of them.
    """
    with quiet_imports():
        from semst_tf.loading.load_network import load_network
        from semst_tf.loading.load_translator import load_translator

    load = load_network if share_statistics else load_translator
    with quiet_imports():
        return load(FLAGS.model, FLAGS.strength, FLAGS.guided_radius)
