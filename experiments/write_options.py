"""Writes docs/options.md from the configuration; run by `make options`."""

import pathlib

from absl import flags
from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string("output", "docs/options.md", "File to write.")


def main(_):
    with quiet_imports():
        from semst_tf.config.options_page import options_document
        from semst_tf.storage.atomic_files import replacing

    with replacing(pathlib.Path(FLAGS.output)) as unfinished:
        unfinished.write_text(options_document())
    print(f"wrote {FLAGS.output}")


if __name__ == "__main__":
    run(main)
