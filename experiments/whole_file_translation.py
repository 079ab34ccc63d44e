"""The part of translate.py that is about volumes and whole slides."""

from absl import flags
from cli import quiet_imports
from translation_jobs import refuse_existing
from translator_of_flags import translator_of_flags

FLAGS = flags.FLAGS


def check_whole_file_flags(place, volumes, slides):
    """Raises for flags that say nothing about what is translated.

    Args:
        place: str. What --input names.
        volumes: List of the volumes that it holds, with their places.
        slides: List of the slides.

    Raises:
        ValueError: If there are any.
    """
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
    if FLAGS.keep is not None and (volumes or slides):
        kind = "volumes" if volumes else "slides"
        raise ValueError(
            f"--keep takes masks of images, and --input holds {kind}. "
            f"Received: {place}"
        )


def translate_volumes(jobs, value_range):
    """Translates volumes, each slice by slice into a NIfTI file.

    Args:
        jobs: List of pairs of a `Volume` and the path of its translation.
        value_range: Pair of float or `None`.
    """
    with quiet_imports():
        from semst_tf.inference.translate import check_mode
        from semst_tf.inference.translate_volume import check_volume
        from semst_tf.inference.translate_volume import translate_volume

    if not FLAGS.overwrite:
        refuse_existing([output for _, output in jobs])
    dtype = FLAGS.volume_type or "float32"
    translator = translator_of_flags()
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
            progress=_shown_progress(volume, output, "slice"),
        )
    print(f"translated {len(jobs)} volumes; they are synthetic, no diagnosis")


def translate_slides(jobs, value_range):
    """Translates whole slides, each by region into a pyramid.

    Args:
        jobs: List of pairs of a `SlideFile` and the path of its translation.
        value_range: Pair of float or `None`.
    """
    with quiet_imports():
        from semst_tf.inference.translate_slide import check_slide
        from semst_tf.inference.translate_slide import level_of
        from semst_tf.inference.translate_slide import translate_slide

    if FLAGS["mode"].present and FLAGS.mode == "whole":
        raise ValueError(
            "A whole slide is translated in tiles. Received: --mode=whole"
        )
    mode = "tiled" if FLAGS.mode == "whole" else FLAGS.mode
    if not FLAGS.overwrite:
        refuse_existing([output for _, output in jobs])
    translator = translator_of_flags()
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
            progress=_shown_progress(slide, output, "tile"),
        )
    print(f"translated {len(jobs)} slides; they are synthetic, no diagnosis")


def _shown_progress(whole, output, unit):
    """Function that draws a bar over the parts of a volume or slide."""
    import keras

    from semst_tf.data.image_files import printable

    print(f"{printable(whole.path)} -> {printable(output)}")
    bar = keras.utils.Progbar(None, unit_name=unit)

    def progress(done, total):
        bar.target = total
        bar.update(done)

    return progress
