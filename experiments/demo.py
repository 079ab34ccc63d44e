"""Writes a web page that translates in the visitor's browser.

Files and the camera's images are translated there, and none leaves it. The
folder is all that is needed: any static host serves it, and it works without a
network. Examples:

  python experiments/demo.py --model=colour2vintage --output=site

  python experiments/demo.py --model=runs/street --output=site \\
      --size=256x512 --title="Game to street" --sample=photos/game/0001.png

Exit code 0: written. 2: wrong input, named in one line on stderr.
"""

import pathlib
import runpy
import shlex

from absl import flags
from absl import logging
from cli import quiet_imports
from cli import run
from path_flags import check_folders_to_write
from path_flags import check_inputs
from path_flags import check_models
from path_flags import package_folder
from shared_flags import define_guided_radius

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model",
    None,
    "Run directory, .keras file, SavedModel, .pth file of the CUT family, or "
    "the name of a translator that ships.",
    required=True,
)
flags.DEFINE_string(
    "output",
    None,
    "Folder of the page: a new or an empty one, or one of an earlier demo.",
    required=True,
)
flags.DEFINE_list(
    "size",
    "192x256,256x192,384x512,512x384",
    "Sizes that are translated, height x width. The page takes the one that "
    "fits an image best.",
)
flags.DEFINE_enum(
    "precision", "float16", ["float16", "float32"], "Of the stored weights."
)
flags.DEFINE_float(
    "strength",
    None,
    "Blend strength of translations, as in translate; 100 % on the page.",
)
define_guided_radius()
flags.DEFINE_string(
    "title", None, "Heading of the page; the name of the model if not given."
)
flags.DEFINE_string(
    "sample", None, "Image that visitors may try; a photograph if not given."
)
flags.DEFINE_string(
    "runtime",
    None,
    "Without a network: the npm package @litertjs/core, as the .tgz file of "
    "`npm pack` or as a folder. Downloaded once if not given.",
)


def main(_):
    sizes = [parsed_size(text) for text in FLAGS.size]
    check_models("model")
    check_inputs("sample", "runtime")
    check_folders_to_write("output")
    folder = pathlib.Path(FLAGS.output).expanduser()
    demo_folder = package_folder() / "demo" / "demo_folder.py"
    runpy.run_path(str(demo_folder))["check_demo_folder"](folder)
    # The exporter's own notes would bury the figures.
    logging.set_verbosity(logging.WARNING)
    with quiet_imports():
        from semst_tf.loading.load_network import load_network
    model = load_network(FLAGS.model, FLAGS.strength, FLAGS.guided_radius)
    try:
        with quiet_imports():
            from semst_tf.demo.download_size import download_size
            from semst_tf.demo.write_demo import write_demo
        write_demo(
            model,
            folder,
            sizes,
            FLAGS.precision,
            FLAGS.title or pathlib.Path(FLAGS.model).resolve().stem,
            FLAGS.sample,
            FLAGS.runtime,
        )
    except ImportError as error:
        # An optional package is missing, which is not a defect.
        raise ValueError(str(error)) from error
    print(download_size(folder))
    print(
        f"done; python -m http.server --bind 127.0.0.1 --directory "
        f"{shlex.quote(str(folder))} shows it at http://127.0.0.1:8000"
    )


def parsed_size(text):
    """Reads 256x512 as (height, width), and 256 as a square."""
    numbers = text.split("x")
    if len(numbers) > 2 or not all(n.isdecimal() and int(n) for n in numbers):
        raise ValueError(
            "--size takes sizes such as 256x512 (height x width), separated "
            f"by commas. Received: {text!r}"
        )
    return int(numbers[0]), int(numbers[-1])


if __name__ == "__main__":
    run(main)
