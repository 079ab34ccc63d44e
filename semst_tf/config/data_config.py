"""Options of the data of a training."""

import dataclasses

from semst_tf.config.option import option
from semst_tf.config.size import Size
from semst_tf.config.value_range import ValueRange
from semst_tf.data.slice_planes import PLANES


@dataclasses.dataclass(frozen=True)
class DataConfig:
    """How crops are made of images; used by the scripts."""

    crop_size: Size | None = option(
        256,
        "Size of the training crops: the side of a square, or height x width "
        'such as `"128x256"`. `None` for whole images of any sizes, one a '
        "step.",
    )
    batch_size: int = option(
        1, "Pairs of crops a step, over all replicas.", above=0
    )
    resize: str | None = option(
        None,
        'Applied to whole images before cropping: `None` for none, `"256"` '
        'for a width, `"short:286"` for the short side, `"256x512"` for '
        "height x width.",
    )
    target_resize: str | None = option(
        None,
        "The same for target images; `None` for what `resize` says.",
    )
    resize_filter: str = option(
        "bicubic",
        '`"bicubic"`, `"lanczos"`, `"bilinear"`, `"area"` or `"nearest"`.',
    )
    flip: bool = option(True, "Mirror half of the crops.")
    matched_crops: bool = option(
        False,
        "Cut source and target at the same relative height, so that both "
        "show the same band of the scene.",
    )
    matching: str | None = option(
        None,
        "Feature of a frozen network, such as `efficientnet_lite0/stride_16`, "
        "by which the target crop is chosen: one of those most like the "
        "source crop, so that both show like things. An index of all crops "
        "is built first and kept in the run directory. `None` draws both "
        "independently.",
    )
    matching_neighbours: int = option(
        8,
        "Target crops most like a source crop, of which one is drawn, of "
        "`matching`.",
        above=0,
    )
    slice_plane: str = option(
        "axial",
        "Plane that volumes (NIfTI files, DICOM series) are cut along; every "
        "slice is an image of one channel. Translating uses it too.",
        choices=PLANES,
    )
    paired: str | None = option(
        None,
        "Images of which the translation is known: a folder with the "
        "subfolders `source` and `target`, in which files of one name are a "
        "pair; or `folder@left` of side-by-side files, whose left half is the "
        "source (`@right`: the right half). Every step takes as many pairs as "
        "`batch_size` beside the unpaired images, for the term `paired`.",
    )
    paired_limit: int | None = option(
        None,
        "Pairs that are used, evenly spaced among all; `None` for all.",
        above=0,
    )
    keep: str | None = option(
        None,
        "What of source images must not change at all: a folder with a black "
        "and white mask of the name of each image, white is kept; or one mask "
        "for all images. Every translation that is trained on, shown or "
        "scored has the input there. Translating takes masks by `--keep`.",
    )
    keep_border: int = option(
        8,
        "Pixels around what is kept in which input and translation are mixed.",
        at_least=0,
    )
    slide_level: int = option(
        0,
        "Level of whole slides (SVS, NDPI, OME-TIFF pyramids) that is trained "
        "on, 0 the finest; every tile with tissue is an image. Translating "
        "uses it too.",
        at_least=0,
    )
    value_range: ValueRange | None = option(
        None,
        'Pair of numbers, or text such as `"-1000,2060"`. Stored values of '
        "source images that stand for black and white; values outside become "
        "its ends. `None` for the range of `uint8` or `uint16`; other types "
        "need one. Translating uses it too.",
    )
    target_value_range: ValueRange | None = option(
        None,
        "The same for target images, and for what translations are written in.",
    )

    @property
    def crop_height_width(self):
        """Height and width of the crops, two ints; `None` of whole images."""
        if self.crop_size is None:
            return None
        return Size.height_width(self.crop_size)
