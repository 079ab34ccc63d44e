"""The part of translate.py that is about videos, cameras and their frames."""

import functools
import os
import pathlib
import re
import runpy

from absl import flags
from path_flags import check_files_to_write
from path_flags import check_models
from path_flags import package_folder

FLAGS = flags.FLAGS
# Flags defined here belong to the script that asks for them.
flags.disclaim_key_flags()

_OF_IMAGES = (
    "value_range",
    "page",
    "max_pixels",
    "report",
    "keep",
    "keep_border",
    "volume_type",
    "slice_plane",
    "slide_level",
)
_OF_VIDEOS = ("crf", "seconds")


def define_flags():
    """Defines the flags that are about frames."""
    flags.DEFINE_enum(
        "temporal",
        None,
        ["frame", "shared", "running"],
        "Whose statistics normalise a frame: its own; those of frames spread "
        "over the video (shared), which flickers least; or an average over "
        "about 100 frames before it (running). Also for images of a folder, "
        "in the order of their names. Shared for videos, running for a camera, "
        "frame for images, if not given; see docs/video.md.",
    )
    flags.DEFINE_integer(
        "crf",
        None,
        "Constant rate factor of the video that is written: less is better "
        "and larger. 18 if not given.",
        lower_bound=0,
        upper_bound=51,
    )
    flags.DEFINE_float(
        "seconds",
        None,
        "How long to record a camera; until Ctrl-C if not given.",
        lower_bound=0.1,
    )


def is_video(place):
    """Whether --input names a video or a camera."""
    return place is not None and _names()["is_video"](place)


def check_video_flags(place):
    """Raises for wrong flags, before anything large is loaded.

    Args:
        place: str. What --input names.

    Raises:
        ValueError: If flags do not go together, or name what is not there.
        OSError: If a folder cannot be written to.
    """
    names = _names()
    check_models("model")
    _check_absent(_OF_IMAGES, "images, volumes or slides")
    names["check_video_output"](FLAGS.output)
    check_files_to_write("output")
    names["check_video_library"]()
    output = pathlib.Path(FLAGS.output)
    if names["is_camera"](place):
        names["camera_device"](place)
    else:
        _check_absent(("seconds",), "cameras")
        if not os.path.isfile(place):
            raise ValueError(f"--input finds no video. Received: {place}")
        if output.exists() and os.path.samefile(place, output):
            raise ValueError(
                "The input would be replaced by its translation; choose "
                f"another --output. Received: {output}"
            )
    if output.exists() and not FLAGS.overwrite:
        raise ValueError(
            "The output is there already; use another --output, or "
            f"--overwrite. Received: {output}"
        )


def check_image_flags():
    """Raises for flags that images do not have.

    Raises:
        ValueError: If there are any, or the output has the name of a video.
    """
    _check_absent(_OF_VIDEOS, "videos")
    output = pathlib.Path(FLAGS.output)
    if is_video(output):
        raise ValueError(
            "Images are translated into a folder, only a video into a video. "
            f"Received: --output={output}"
        )


def translate_to_video(translator, place):
    """Translates what --input names into the video --output.

    Args:
        translator: As `semst_tf.load_translator` returns it.
        place: str. What --input names.
    """
    from semst_tf.inference.translate_video import translate_video
    from semst_tf.training.print_progress import print_progress

    progress = print_progress(f"translating {place}", unit="frame")
    try:
        frames = translate_video(
            translator,
            place,
            FLAGS.output,
            temporal=FLAGS.temporal,
            mode=FLAGS.mode,
            tile=FLAGS.tile,
            crf=18 if FLAGS.crf is None else FLAGS.crf,
            seconds=FLAGS.seconds,
            overwrite=FLAGS.overwrite,
            progress=lambda done, to_do: progress(done, to_do or None),
            note=lambda sentence: print(f"note: {sentence}"),
        )
    except KeyboardInterrupt:
        print("stopped; the same command continues")
        raise
    print(f"translated {frames} frames into {FLAGS.output}")


def frames_in_order(jobs):
    """Sorts frames as people count: frame_9 before frame_10.

    Args:
        jobs: List of pairs of paths, an image and its translation.

    Returns:
        The list in the order of the frames.
    """
    return sorted(jobs, key=lambda job: _counted(str(job[0])))


def measure_images(translate_image, statistics, jobs, channels):
    """Finds the statistics that the images of a folder share, and keeps them.

    Args:
        translate_image: Function of a path and its image, which normalises
            with the statistics.
        statistics: `TemporalStatistics`.
        jobs: List of pairs of paths, an image and its translation.
        channels: int. Of the images that are translated.
    """
    from semst_tf.data.channels import convert_channels
    from semst_tf.data.image_files import read_image
    from semst_tf.inference.translate_video import MEASURED_FRAMES
    from semst_tf.inference.translate_video import spread_numbers

    for number in spread_numbers(len(jobs), MEASURED_FRAMES):
        source, _ = jobs[number]
        try:
            image = convert_channels(read_image(source, FLAGS.page), channels)
        except (OSError, ValueError):
            continue  # It is told where it is translated.
        translate_image(source, image)
    statistics.freeze()


def _check_absent(names, kind):
    given = [f"--{name}" for name in names if FLAGS[name].present]
    if given:
        raise ValueError(
            f"{', '.join(given)} belong to {kind}. Received: {given[0]} with "
            f"--input={FLAGS.input}"
        )


def _counted(name):
    parts = re.split(r"(\d+)", name)
    return [int(part) if part.isdecimal() else part for part in parts]


@functools.cache
def _names():
    """The package's own functions, without the package."""
    return runpy.run_path(str(package_folder() / "inference/video_names.py"))
