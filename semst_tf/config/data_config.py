"""Options of the data of a training."""

import dataclasses

from semst_tf.config.names import Names
from semst_tf.config.option import option
from semst_tf.config.size import Size
from semst_tf.config.value_range import ValueRange
from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.data.label_spaces import INDEX
from semst_tf.data.label_spaces import LABEL_SPACES
from semst_tf.data.label_spaces import MASK
from semst_tf.data.label_spaces import OWN_SPACES
from semst_tf.data.label_spaces import PALETTE
from semst_tf.data.slice_planes import PLANES


def _label_spaces():
    return (*LABEL_SPACES, PALETTE, *OWN_SPACES)


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
        "By what the target crop is chosen: it is one of those most like the "
        "source crop, so that both show like things. A feature of a frozen "
        "network, such as `efficientnet_lite0/stride_16`; or `labels`: the "
        "classes of `source_labels` and `target_labels`. An index of all "
        "crops is built first and kept in the run directory. `None` draws "
        "both independently.",
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
    source_labels: str | None = option(
        None,
        "Labels of source images, which stay beside their crops: a folder "
        "with a file of the name of each image, `folder@left` or "
        "`folder@right` of side-by-side files; `predicted` for what the "
        "Cityscapes segmenter that ships sees; or a `.keras` file of a Keras "
        "model that maps RGB in [-1, 1] to a map for each class.",
    )
    target_labels: str | None = option(None, "The same of target images.")
    source_label_space: str = option(
        "cityscapes_train_ids",
        "What the numbers of `source_labels` mean. `index`: classes of your "
        "own, from 0, and 255 for none; `mask`: black and white.",
        choices=_label_spaces,
    )
    target_label_space: str = option(
        "cityscapes_train_ids",
        "The same of `target_labels`. Both must have the same classes.",
        choices=_label_spaces,
    )
    source_label_endings: Names | None = option(
        None,
        "How the names of source images and of their labels end where this "
        "does not count: `_leftImg8bit,_gtFine_labelIds`.",
    )
    target_label_endings: Names | None = option(
        None, "The same of target images."
    )
    label_classes: int | None = option(
        None,
        "Number of classes of labels in the space `index`, or of a Keras "
        "model that predicts them. `None` for the 19 of Cityscapes, or the 2 "
        "of `mask`.",
        at_least=2,
        at_most=255,
    )
    label_cache: str | None = option(
        None,
        "Folder for predicted labels, which several trainings may share; "
        "`None` for `labels` in the run directory.",
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
    minimum_valid: float = option(
        1.0,
        "Share of the pixels of a crop that must hold data, of GeoTIFFs with a "
        "nodata value. 1 takes whole crops only. Below 1 crops may have empty "
        "pixels: no term counts the output there, and both images of a step "
        "have the same pixels empty. Pairs are cut where every pixel holds "
        "data.",
        above=0,
        at_most=1,
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
    def classes(self):
        """Number of classes of the labels, int."""
        if self.label_classes is not None:
            return self.label_classes
        spaces = {self.label_space("source"), self.label_space("target")}
        return 2 if spaces == {MASK} else len(CITYSCAPES_CLASSES)

    def label_space(self, domain):
        """Returns what the labels of `"source"` or `"target"` mean, a str."""
        place = getattr(self, f"{domain}_labels") or ""
        if place.endswith(".keras") and self.label_classes is not None:
            return INDEX
        if place.endswith(".keras") or place == "predicted":
            return "cityscapes_train_ids"
        return getattr(self, f"{domain}_label_space")

    def label_endings(self, domain):
        """Endings of `"source"` or `"target"` names, a tuple of str."""
        endings = getattr(self, f"{domain}_label_endings")
        return () if endings is None else Names.split(endings)

    @property
    def crop_height_width(self):
        """Height and width of the crops, two ints; `None` of whole images."""
        if self.crop_size is None:
            return None
        return Size.height_width(self.crop_size)
