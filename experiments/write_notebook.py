"""Runs the notebook and stores it with its outputs; run by `make notebook`.

Images in outputs are stored small, and nothing of this machine is: neither what
libraries say of it nor how fast it is.
"""

import base64
import io
import os
import pathlib
import re
import tempfile

from absl import flags
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "notebook", "experiments/notebooks/quickstart.ipynb", "Notebook to run."
)
flags.DEFINE_string(
    "output", None, "File to write; --notebook itself where it is not given."
)

WIDTH = 800
"""Columns to which images in outputs are reduced."""


def main(_):
    import nbclient
    import nbformat

    source = pathlib.Path(FLAGS.notebook)
    output = pathlib.Path(FLAGS.output or source)
    if not source.is_file():
        raise ValueError(f"--notebook: No such file: {source}")
    if not output.parent.is_dir():
        raise ValueError(f"--output: No such directory: {output.parent}")
    notebook = nbformat.read(source, as_version=4)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as folder:
        nbclient.NotebookClient(
            notebook,
            timeout=None,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
        ).execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = stored_outputs(cell.outputs)
    notebook.metadata.language_info = {"name": "python"}
    nbformat.validate(notebook)
    nbformat.write(notebook, output)
    print(f"wrote {output}, {output.stat().st_size / 1000:.0f} kB")


def stored_outputs(outputs):
    """Returns the outputs of a cell as they are stored.

    Args:
        outputs: List of outputs of `nbformat`.

    Returns:
        List of outputs: what was printed in one piece and without the times
        of Keras' lines, images in few bytes, and nothing of stderr.
    """
    kept = []
    for output in outputs:
        if output.get("name") == "stderr":
            continue
        if "image/png" in output.get("data", {}):
            output["data"].update(smaller(output["data"].pop("image/png")))
        if output.output_type == "stream":
            output.text = re.sub(r" - \d+s - \d+m?s/step", "", output.text)
            if kept and kept[-1].output_type == "stream":
                kept[-1].text += output.text
                continue
        kept.append(output)
    return kept


def smaller(image):
    """Returns an image of an output in few bytes.

    Args:
        image: str. A PNG file in base64.

    Returns:
        Dict of one type and its file in base64: JPEG for photographs, PNG of
        few colours for what is drawn, whichever is smaller.
    """
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(image))) as file:
        colours = file.convert("RGB")
    if colours.width > WIDTH:
        height = round(colours.height * WIDTH / colours.width)
        colours = colours.resize((WIDTH, height), Image.Resampling.LANCZOS)
    files = {
        "image/jpeg": _encoded(colours, "JPEG", quality=80, optimize=True),
        "image/png": _encoded(colours.quantize(32), "PNG", optimize=True),
    }
    kind = min(files, key=lambda name: len(files[name]))
    return {kind: files[kind]}


def _encoded(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    run(main)
