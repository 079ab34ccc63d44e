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
from layout_jobs import carry_over
from layout_jobs import note_missing_labels
from layout_jobs import planned_layout
from path_flags import check_files_to_write
from path_flags import check_folders_to_write
from path_flags import check_images
from path_flags import check_models
from path_flags import found_paths
from translation_jobs import mark_output
from translation_jobs import planned_jobs
from translation_jobs import refuse_existing
from whole_file_jobs import names_a_file
from whole_file_jobs import planned_whole_files

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
    "residual generator (semst and semst_multiscale); its own if not given.",
)
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
flags.DEFINE_integer(
    "max_pixels",
    None,
    "Pixels that an image file may have; 178956970 unless given, or "
    "SEMST_TF_MAX_PIXELS. A guard against files that claim to be huge.",
)
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
    with quiet_imports():
        from semst_tf.loading.load_translator import load_translator

    translator = load_translator(FLAGS.model, FLAGS.strength)
    video_translation.translate_to_video(translator, place)


def translate_images(place):
    """Translates the images that --input names into the folder --output."""
    value_range = parsed_value_range()
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
    with quiet_imports():
        import keras

        from semst_tf.data.image_files import printable
        from semst_tf.data.pixel_limit import set_max_pixels
        from semst_tf.inference.kept_regions import with_kept
        from semst_tf.inference.translate import check_file
        from semst_tf.inference.translate import check_mode
        from semst_tf.inference.translate import translate
        from semst_tf.inference.translate_files import translate_files
        from semst_tf.inference.translate_video import frame_statistics
        from semst_tf.loading.load_translator import load_translator

    set_max_pixels(FLAGS.max_pixels)
    output = pathlib.Path(FLAGS.output)
    if FLAGS.layout is not None:
        jobs, files = planned_layout(place, FLAGS.layout, output)
        note_missing_labels(files)
        volumes, slides = [], []
    else:
        files = None
        volumes, slides = planned_whole_files(place, output)
    refuse_flags_of_others(volumes, slides)
    if FLAGS.keep is not None and (volumes or slides):
        kind = "volumes" if volumes else "slides"
        raise ValueError(
            f"--keep takes masks of images, and --input holds {kind}. "
            f"Received: {place}"
        )
    if volumes:
        return translate_volumes(volumes, value_range)
    if slides:
        return translate_slides(slides, value_range)
    if files is None:
        jobs = planned_jobs(place, output)
    if not FLAGS.overwrite:
        refuse_existing([output for _, output in jobs])
    translator = load_translator(FLAGS.model, FLAGS.strength)
    check_mode(translator, FLAGS.mode, FLAGS.tile)
    temporal = FLAGS.temporal or "frame"
    statistics = frame_statistics(translator, temporal, FLAGS.mode)
    if statistics is not None:
        jobs = video_translation.frames_in_order(jobs)
    headers = [
        check_file(translator, source, output, value_range, FLAGS.page)
        for source, output in jobs
    ]
    masks = keep_masks(translator, jobs, headers, value_range)
    for note in notes(jobs, headers):
        print(f"note: {note}")
    mark_output(place, jobs, output)
    if files is not None:
        count = carry_over(files, output, FLAGS.link, FLAGS.overwrite)
        done = "linked" if FLAGS.link else "copied"
        print(f"{done} {count} other files of the {FLAGS.layout} layout")
    # One image in tiles may take minutes: then the bar counts the tiles.
    one_in_tiles = FLAGS.mode != "whole" and len(jobs) == 1
    bar = keras.utils.Progbar(
        len(jobs), unit_name="image", verbose=int(not one_in_tiles)
    )
    bad = []
    report = []

    def translated(source, image):
        translation = translate(
            translator,
            image,
            value_range,
            mode=FLAGS.mode,
            tile=FLAGS.tile,
            verbose=one_in_tiles,
            statistics=statistics,
        )
        if FLAGS.report:
            ratios = seam_ratios(translator, image, translation, value_range)
            report.append(f"{printable(source)}: {ratios}")
        if masks is None:
            return translation
        return with_kept(translation, image, masks(source))

    if temporal == "shared":
        video_translation.measure_images(
            translated, statistics, jobs, translator.input_channels
        )
        report.clear()
    # Images that need tiles may be too large to keep several in memory.
    ahead = 2 if FLAGS.mode == "whole" else 0
    results = translate_files(
        translated, jobs, ahead, translator.input_channels, FLAGS.page
    )
    for done, error in enumerate(results, start=1):
        if error is not None:
            # Headers were sound; the damage shows only now.
            bad.append(str(error))
        bar.update(done)
    for line in report:
        print(line)
    print(f"translated {len(jobs) - len(bad)} images into {FLAGS.output}")
    if bad:
        raise ValueError(
            f"{len(bad)} of {len(jobs)} images are damaged, the others are "
            f"translated. Received: {'; '.join(bad)}"
        )


def refuse_flags_of_others(volumes, slides):
    """Raises for flags that say nothing about what is translated."""
    useless = []
    if not volumes:
        useless += ["volume_type", "slice_plane"]
    if not slides:
        useless += ["slide_level"]
    if volumes or slides:
        useless += ["page", "report", "temporal"]
    for name in useless:
        if FLAGS[name].value not in (None, False):
            raise ValueError(
                f"--{name} says nothing about what --input holds. "
                f"Received: --{name}={FLAGS[name].value}"
            )


def translate_volumes(jobs, value_range):
    """Translates volumes, each slice by slice into a NIfTI file."""
    from semst_tf.inference.translate import check_mode
    from semst_tf.inference.translate_volume import check_volume
    from semst_tf.inference.translate_volume import translate_volume
    from semst_tf.loading.load_translator import load_translator

    if not FLAGS.overwrite:
        refuse_existing([output for _, output in jobs])
    dtype = FLAGS.volume_type or "float32"
    translator = load_translator(FLAGS.model, FLAGS.strength)
    check_mode(translator, FLAGS.mode, FLAGS.tile)
    for volume, output in jobs:
        check_volume(translator, volume, output, value_range, dtype)
    for volume, output in jobs:
        translate_volume(
            translator,
            volume,
            output,
            value_range,
            plane=FLAGS.slice_plane,
            dtype=dtype,
            mode=FLAGS.mode,
            tile=FLAGS.tile,
            progress=shown_progress(volume, output, "slice"),
        )
    print(f"translated {len(jobs)} volumes; they are synthetic, no diagnosis")


def translate_slides(jobs, value_range):
    """Translates whole slides, each by region into a pyramid."""
    from semst_tf.inference.translate_slide import check_slide
    from semst_tf.inference.translate_slide import level_of
    from semst_tf.inference.translate_slide import translate_slide
    from semst_tf.loading.load_translator import load_translator

    if FLAGS["mode"].present and FLAGS.mode == "whole":
        raise ValueError(
            "A whole slide is translated in tiles. Received: --mode=whole"
        )
    mode = "tiled" if FLAGS.mode == "whole" else FLAGS.mode
    if not FLAGS.overwrite:
        refuse_existing([output for _, output in jobs])
    translator = load_translator(FLAGS.model, FLAGS.strength)
    level = FLAGS.slide_level
    level = level_of(translator) if level is None else level
    for slide, output in jobs:
        check_slide(translator, slide, output, level, mode, FLAGS.tile)
    for slide, output in jobs:
        translate_slide(
            translator,
            slide,
            output,
            value_range,
            level=level,
            mode=mode,
            tile=FLAGS.tile,
            progress=shown_progress(slide, output, "tile"),
        )
    print(f"translated {len(jobs)} slides; they are synthetic, no diagnosis")


def shown_progress(whole, output, unit):
    """Function that draws a bar over the parts of a volume or slide."""
    import keras

    from semst_tf.data.image_files import printable

    print(f"{printable(whole.path)} -> {printable(output)}")
    bar = keras.utils.Progbar(None, unit_name=unit)

    def progress(done, total):
        bar.target = total
        bar.update(done)

    return progress


def keep_masks(translator, jobs, headers, value_range):
    """What is kept of each image, or `None`; all masks are looked at.

    Returns:
        Function from the path of an image to its mask.
    """
    if FLAGS.keep is None:
        return None
    from semst_tf.data.halves import split_half
    from semst_tf.data.keep_masks import KeepMasks
    from semst_tf.data.keep_masks import mask_paths
    from semst_tf.data.same_place import check_same_place
    from semst_tf.inference.translation_ranges import translation_ranges

    channels = (translator.input_channels, translator.output_channels)
    if channels[0] != channels[1]:
        raise ValueError(
            "--keep needs translations of as many channels as the images. "
            f"Received: a model of {channels[0]} and {channels[1]} channels"
        )
    for header in headers:
        ranges = translation_ranges(translator, header.dtype, value_range)
        if ranges.source != ranges.target:
            raise ValueError(
                "--keep needs a model whose translations mean by their values "
                "what its inputs mean. Received: value ranges of "
                f"{ranges.source} and {ranges.target}"
            )
    folder, half = split_half(FLAGS.keep)
    output = pathlib.Path(FLAGS.output)
    names = [str(place.relative_to(output)) for _, place in jobs]
    sizes = [(header.height, header.width) for header in headers]
    paths = mask_paths(names, folder)
    for (source, _), mask in zip(jobs, paths):
        check_same_place(source, mask, "mask")
    masks = KeepMasks(paths, sizes, sizes, FLAGS.keep_border, half)
    masks.check()
    numbers = {source: index for index, (source, _) in enumerate(jobs)}
    return lambda source: masks.load(numbers[source])


def notes(jobs, headers):
    """What of the images is not in their translations, in sentences."""
    from semst_tf.data.image_encoding import holds_alpha
    from semst_tf.data.image_files import printable

    animated = [
        source
        for (source, _), header in zip(jobs, headers)
        if header.frames > 1 and FLAGS.page is None
    ]
    if animated:
        yield (
            f"the first frame of {len(animated)} animations is translated, "
            f"such as {printable(animated[0])}; --page chooses another"
        )
    flattened = [
        output
        for (_, output), header in zip(jobs, headers)
        if header.alpha and not holds_alpha(output)
    ]
    if flattened:
        yield (
            f"transparency is left out of {len(flattened)} images whose format "
            f"has none, such as {printable(flattened[0])}"
        )


def seam_ratios(translator, image, translated, value_range):
    """How visible the borders of tiles are, in words."""
    from semst_tf.inference.translate import TILE
    from semst_tf.inference.translate import fits_whole
    from semst_tf.inference.translate import translate
    from semst_tf.metrics.seams import seam_ratio

    tiles = {
        "tile": FLAGS.tile or TILE,
        "multiple": getattr(translator, "stride", 1),
        "minimum": getattr(translator, "minimum_size", 1),
    }
    ratio = seam_ratio(translated, None, **tiles)
    text = f"steps at borders / elsewhere {ratio:.3f}"
    if not fits_whole(translator, translated.shape):
        return f"{text}, too large to compare with one piece"
    whole = translate(translator, image, value_range)
    ratio = seam_ratio(whole, None, **tiles)
    text += f" (in one piece {ratio:.3f})"
    ratio = seam_ratio(translated, whole, **tiles)
    return f"{text}, at borders / in one piece {ratio:.3f}"


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
