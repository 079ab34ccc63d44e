"""Translates images and videos with a trained model.

Keeps file names, sizes and bit depth, of videos time stamps and audio, and
needs nothing of the other domain. A video that was interrupted is continued by
the same command. Examples:

  python experiments/translate.py --model=runs/street --input=photo.png \\
      --output=translated
  python experiments/translate.py --model=runs/street --input=drive.mp4 \\
      --output=translated.mp4

A NIfTI file, a DICOM series (a folder), or a folder of these becomes NIfTI;
a whole slide (SVS, NDPI, OME-TIFF) a pyramid, slide.ome.tif:

  python experiments/translate.py --model=runs/ct --input=mr.nii.gz \\
      --output=ct.nii.gz --volume_type=int16
"""

import pathlib

import dataroot
import video_translation
from absl import flags
from cli import quiet_imports
from cli import run
from image_translation import translate_planned
from layout_jobs import note_missing_labels
from layout_jobs import planned_layout
from path_flags import check_files_to_write
from path_flags import check_folders_to_write
from path_flags import check_images
from path_flags import check_models
from path_flags import found_paths
from shared_flags import define_guided_radius
from shared_flags import define_max_pixels
from translation_jobs import planned_jobs
from translator_of_flags import translator_of_flags
from whole_file_jobs import names_a_file
from whole_file_jobs import planned_whole_files
from whole_file_translation import check_whole_file_flags
from whole_file_translation import translate_slides
from whole_file_translation import translate_volumes

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model",
    None,
    "Run directory, .keras file, SavedModel, .pth file of the CUT family, or "
    "the name of a translator that ships with the package.",
)
flags.DEFINE_string(
    "input",
    None,
    "An image, a folder (searched with its subfolders), or a quoted glob; "
    "also a video or a camera (camera:0), NIfTI volumes, folders of DICOM "
    "series, and whole slides.",
)
dataroot.define_flags("testA", None)
flags.DEFINE_enum(
    "layout",
    None,
    ["cityscapes", "gta5", "synthia", "virtual_kitti", "carla"],
    "--input is a data set laid out as this one: its images are translated, "
    "all its other files (labels, lists) are copied, under the same names.",
)
flags.DEFINE_bool(
    "link", False, "Link the other files of a --layout instead of copying."
)
flags.DEFINE_string(
    "output",
    None,
    "Folder to write to, made if it is missing; of a video the file to write, "
    "of one volume or slide also a file: ct.nii.gz, slide.ome.tif.",
)
video_translation.define_flags()
flags.DEFINE_float(
    "strength",
    None,
    "Blend strength, from 0 (the input) to 1 (the full translation), of a "
    "residual generator, or one with a guided filter; its own if not given.",
)
define_guided_radius()
flags.DEFINE_list(
    "value_range",
    None,
    "Stored values that stand for black and white, as low,high; what the model "
    "was trained with, or the range of the type, if not given.",
)
flags.DEFINE_string(
    "keep",
    None,
    "What must not change at all: a folder with a black and white mask of the "
    "name of each image, white is kept; or one mask for all images.",
)
flags.DEFINE_integer(
    "keep_border",
    8,
    "Pixels around what is kept in which input and translation are mixed.",
    lower_bound=0,
)
flags.DEFINE_integer(
    "page", None, "Page of TIFF stacks, or frame of animations, from 0."
)
define_max_pixels()
flags.DEFINE_enum(
    "volume_type",
    None,
    ["float32", "int16"],
    "Type of the voxels of translated volumes; float32 unless given. int16 "
    "rounds, as CT is stored.",
)
flags.DEFINE_enum(
    "slice_plane",
    None,
    ["axial", "coronal", "sagittal"],
    "What volumes are cut along; what the model was trained on unless given.",
)
flags.DEFINE_integer(
    "slide_level",
    None,
    "Level of whole slides, 0 the finest; what the model was trained on unless "
    "given.",
    lower_bound=0,
)
flags.DEFINE_bool("overwrite", False, "Replace images that are there already.")
flags.DEFINE_enum(
    "mode",
    "whole",
    ["whole", "tiled", "exact_tiled"],
    "Images in one piece, in blended tiles, or in tiles with the result of "
    "one piece; see docs/high_resolution.md.",
)
flags.DEFINE_integer(
    "tile", None, "Side of the tiles in pixels; 512 unless given."
)
flags.DEFINE_bool(
    "report",
    False,
    "Print how visible the borders of tiles are; --mode=tiled or exact_tiled.",
)


def main(_):
    place, _ = dataroot.places(
        "test", "input", needed=("model", "input", "output")
    )
    if video_translation.is_video(place):
        translate_one_video(place)
    else:
        translate_images(place)


def translate_one_video(place):
    """Translates --input, a video or a camera, into the file --output."""
    video_translation.check_video_flags(place)
    translator = translator_of_flags(share_statistics=FLAGS.temporal != "frame")
    video_translation.translate_to_video(translator, place)


def translate_images(place):
    """Translates the images that --input names into the folder --output."""
    value_range = parsed_value_range()
    check_image_flags(place)
    with quiet_imports():
        from semst_tf.data.pixel_limit import set_max_pixels

    set_max_pixels(FLAGS.max_pixels)
    output = pathlib.Path(FLAGS.output)
    if FLAGS.layout is not None:
        jobs, others = planned_layout(place, FLAGS.layout, output)
        note_missing_labels(others)
        check_whole_file_flags(place, [], [])
        return translate_planned(place, jobs, value_range, others)
    volumes, slides = planned_whole_files(place, output)
    check_whole_file_flags(place, volumes, slides)
    if volumes:
        return translate_volumes(volumes, value_range)
    if slides:
        return translate_slides(slides, value_range)
    return translate_planned(place, planned_jobs(place, output), value_range)


def check_image_flags(place):
    """Raises for what can be seen before anything is loaded."""
    video_translation.check_image_flags()
    if FLAGS.report and FLAGS.mode == "whole":
        raise ValueError(
            "--report compares tiles. Received: --report --mode=whole"
        )
    check_models("model")
    check_images("keep")
    if names_a_file(FLAGS.output):
        check_files_to_write("output")
    else:
        check_folders_to_write("output")
    if not found_paths(place):
        raise ValueError(f"--input finds no image. Received: {place}")
    if FLAGS.link and FLAGS.layout is None:
        raise ValueError("--link belongs to --layout")


def parsed_value_range():
    """Reads --value_range as a pair of numbers."""
    if FLAGS.value_range is None:
        return None
    try:
        low, high = (float(value) for value in FLAGS.value_range)
    except ValueError:
        raise ValueError(
            "--value_range takes two numbers, as 0,1. "
            f"Received: {','.join(FLAGS.value_range)}"
        ) from None
    return low, high


if __name__ == "__main__":
    run(main)
