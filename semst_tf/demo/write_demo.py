"""Writes the page, the translator for it, and the browser's runtime."""

import pathlib
import shutil
import tempfile
import warnings

from semst_tf.data.image_files import read_image
from semst_tf.data.photo_folders import sample_photos
from semst_tf.demo import browser_runtime as runtime_package
from semst_tf.demo.browser_runtime import browser_runtime
from semst_tf.demo.demo_folder import DESCRIPTION
from semst_tf.demo.demo_folder import check_demo_folder
from semst_tf.demo.demo_folder import move_into_place
from semst_tf.export import litert
from semst_tf.export.translator import output_channels_of
from semst_tf.export.translator import translator_of
from semst_tf.inference.translation_ranges import translation_ranges
from semst_tf.networks.weights_hash import weights_hash
from semst_tf.storage.atomic_files import write_json
from semst_tf.version import __version__

SIZES = ((192, 256), (256, 192), (384, 512), (512, 384))
"""Height and width, landscape and portrait: small for cameras, and large."""

PRECISIONS = ("float16", "float32")

_PAGE = pathlib.Path(__file__).parent / "page"
_SAMPLE = "picosdeeuropa_by_Aitzol_Berasategi.jpg"
_SAMPLE_CREDIT = "Photograph: Aitzol Berasategi, CC BY 4.0"


def write_demo(
    model,
    folder,
    sizes=SIZES,
    precision="float16",
    title="semst_tf",
    sample=None,
    runtime=None,
    verbose=True,
):
    """Writes a page that translates the visitor's images in the browser.

    The folder is all that is needed: any static host serves it, from any
    path, and nothing in it asks another machine for anything. The translator
    is exported as LiteRT files, one for each size, as the runtime takes fixed
    sizes; the page takes the one that fits an image, and the browser loads
    no other.

    Args:
        model: `SemST` or a translating network, of 1 or 3 channels in and
            out.
        folder: Path of a folder that is empty, does not exist, or holds an
            earlier demo, whose files are replaced.
        sizes: Sequence of pairs (height, width), the sizes that are
            translated. Defaults to 192 x 256 and 384 x 512 and the same
            upright.
        precision: str. Of the stored weights: `"float16"`, which halves what
            visitors download, or `"float32"`. Defaults to `"float16"`.
        title: str. Heading of the page.
        sample: Path of an image that visitors may try, or `None` for a
            photograph of the package.
        runtime: Path of the npm package `@litertjs/core`, or `None`; see
            `semst_tf.demo.browser_runtime.browser_runtime`.
        verbose: bool. Print the parity of the exports. Defaults to `True`.

    Returns:
        `pathlib.Path` of the folder.

    Raises:
        ValueError: If an argument does not fit, a browser cannot show the
            images of the model, or an export differs too much from Keras.

    Example:

    ```python
    semst_tf.demo.write_demo(model, "site", title="Summer to winter")
    ```
    """
    folder = pathlib.Path(folder)
    check_demo_folder(folder)
    sizes = _checked_sizes(sizes)
    if precision not in PRECISIONS:
        raise ValueError(
            "`precision` must be 'float16' or 'float32'. "
            f"Received: precision={precision!r}"
        )
    network = translator_of(model)
    description = {
        "semst_tf": __version__,
        "title": title,
        "runtime": f"{runtime_package.PACKAGE} {runtime_package.VERSION}",
        "weights_sha256": weights_hash(network),
        **_pixels(network),
    }
    files = browser_runtime(runtime)
    folder.parent.mkdir(parents=True, exist_ok=True)
    disk = folder if folder.exists() else folder.parent
    with tempfile.TemporaryDirectory(
        prefix=".unfinished-", dir=disk
    ) as unfinished:
        # The folder for itself is private, and a web server is another user.
        place = pathlib.Path(unfinished) / "demo"
        _write_page(place, files)
        description["sample"] = _write_sample(place, sample)
        description["models"] = [
            _write_model(network, place, size, precision, verbose)
            for size in sizes
        ]
        names = {p.relative_to(place).as_posix() for p in _files(place)}
        description["files"] = sorted({*names, DESCRIPTION})
        write_json(place / DESCRIPTION, description)
        move_into_place(place, folder)
    return folder


def _checked_sizes(sizes):
    sizes = [tuple(size) for size in sizes]
    if not sizes or len(set(sizes)) < len(sizes):
        raise ValueError(
            "`sizes` has one or more pairs (height, width), each of them "
            f"once. Received: sizes={sizes}"
        )
    return sizes


def _pixels(network):
    """Channels, and the pixel values that stand for black and white.

    Browsers have 8 bits.
    """
    channels = network.input_channels, output_channels_of(network)
    if not set(channels) <= {1, 3}:
        raise ValueError(
            "Browsers show images of 1 or 3 channels. Received: a model from "
            f"{channels[0]} to {channels[1]} channels"
        )
    ranges = translation_ranges(network, "uint8")
    source = [0, 255] if ranges.source is None else list(ranges.source)
    target = [0, 255] if ranges.target is None else list(ranges.target)
    if not 0 <= source[0] < source[1] <= 255:
        raise ValueError(
            "Browsers have images of 8 bits, and the values of this model are "
            f"others. Received: a model with value_range={tuple(source)}"
        )
    return {
        "input": {"channels": channels[0], "range": source},
        "output": {"channels": channels[1], "range": target},
    }


def _write_page(place, files):
    shutil.copytree(_PAGE, place, copy_function=shutil.copyfile)
    for name, content in files.items():
        (place / "litert" / name).write_bytes(content)


def _write_sample(place, sample):
    """Copies the image to try as it is, and returns its description."""
    credit = None
    if sample is None:
        sample, credit = sample_photos()[0] / _SAMPLE, _SAMPLE_CREDIT
    sample = pathlib.Path(sample)
    suffix = sample.suffix.lower()
    if suffix not in (".jpg", ".jpeg", ".png", ".webp"):
        raise ValueError(
            "The image to try is a JPEG, PNG or WebP file, which every "
            f"browser shows. Received: {sample}"
        )
    if read_image(sample).dtype != "uint8":
        raise ValueError(
            f"The image to try has 8 bits. Received: {sample} with more"
        )
    shutil.copyfile(sample, place / f"sample{suffix}")
    return {"file": f"sample{suffix}", "credit": credit}


def _write_model(network, place, size, precision, verbose):
    height, width = size
    name = f"models/{height}x{width}.tflite"
    (place / "models").mkdir(exist_ok=True)
    with warnings.catch_warnings():
        # Of value ranges, which the page applies itself.
        warnings.simplefilter("ignore", UserWarning)
        parity = litert(network, place / name, precision, size, verbose=False)
    (place / f"{name}.parity.json").unlink()
    if verbose:
        print(f"{name}: {parity}")
    return {
        "file": name,
        "height": height,
        "width": width,
        "precision": precision,
        "parity": parity.to_dict(),
    }


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]
