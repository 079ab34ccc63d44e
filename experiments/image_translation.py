"""The part of translate.py that is about images, one file each."""

import pathlib

from absl import flags
from cli import quiet_imports
from layout_jobs import carry_over
from translation_jobs import mark_output
from translation_jobs import refuse_existing
from translation_jobs import refuse_inputs
from translator_of_flags import translator_of_flags
from video_translation import frames_in_order
from video_translation import measure_images

FLAGS = flags.FLAGS


def translate_planned(place, jobs, value_range, others=None):
    """Translates images into files of their own.

    Args:
        place: str. What --input names.
        jobs: List of pairs of paths, an image and its translation.
        value_range: Pair of float or `None`.
        others: `LayoutFiles` of a --layout, the other files of which are
            carried over, or `None`.

    Raises:
        ValueError: If an image does not fit, before anything is written; or
            if images turn out to be damaged, when the others are translated.
    """
    with quiet_imports():
        from semst_tf.inference.translate import check_mode
        from semst_tf.inference.translate_video import frame_statistics

    if not FLAGS.overwrite:
        refuse_existing([output for _, output in jobs])
    temporal = FLAGS.temporal or "frame"
    translator = translator_of_flags(share_statistics=temporal != "frame")
    check_mode(translator, FLAGS.mode, FLAGS.tile)
    statistics = frame_statistics(translator, temporal, FLAGS.mode)
    if statistics is not None:
        jobs = frames_in_order(jobs)
    masks = _checked_masks(translator, jobs, value_range)
    _prepare_output(place, jobs, others)
    # One image in tiles may take minutes: then the bar counts the tiles.
    one_in_tiles = FLAGS.mode != "whole" and len(jobs) == 1
    translation = _Translation(
        translator, value_range, statistics, masks, verbose=one_in_tiles
    )
    if temporal == "shared":
        measure_images(translation, statistics, jobs, translator.input_channels)
        translation.report.clear()
    bad = _translate_files(translation, jobs, show=not one_in_tiles)
    for line in translation.report:
        print(line)
    print(f"translated {len(jobs) - len(bad)} images into {FLAGS.output}")
    if bad:
        raise ValueError(
            f"{len(bad)} of {len(jobs)} images are damaged, the others are "
            f"translated. Received: {'; '.join(bad)}"
        )


class _Translation:
    """Translates one image as the flags say, and keeps what masks keep.

    Attributes:
        report: List of str, what --report says of each image.
    """

    def __init__(self, translator, value_range, statistics, masks, verbose):
        self.translator = translator
        self.report = []
        self._value_range = value_range
        self._statistics = statistics
        self._masks = masks
        self._verbose = verbose

    def __call__(self, source, image):
        from semst_tf.data.image_files import printable
        from semst_tf.inference.kept_regions import with_kept
        from semst_tf.inference.translate import translate

        translation = translate(
            self.translator,
            image,
            self._value_range,
            mode=FLAGS.mode,
            tile=FLAGS.tile,
            verbose=self._verbose,
            statistics=self._statistics,
        )
        if FLAGS.report:
            ratios = _seam_ratios(
                self.translator, image, translation, self._value_range
            )
            self.report.append(f"{printable(source)}: {ratios}")
        if self._masks is None:
            return translation
        return with_kept(translation, image, self._masks(source))


def _checked_masks(translator, jobs, value_range):
    """Looks at every file before the first is translated.

    Returns:
        Function from the path of an image to its mask, or `None`.
    """
    from semst_tf.inference.translate import check_file

    headers = [
        check_file(translator, source, output, value_range, FLAGS.page)
        for source, output in jobs
    ]
    masks = _keep_masks(translator, jobs, headers, value_range)
    for note in _notes(jobs, headers):
        print(f"note: {note}")
    return masks


def _prepare_output(place, jobs, others):
    """Marks the folder, and carries over what is not translated."""
    output = pathlib.Path(FLAGS.output)
    mark_output(place, jobs, output)
    if others is not None:
        count = carry_over(others, output, FLAGS.link, FLAGS.overwrite)
        done = "linked" if FLAGS.link else "copied"
        print(f"{done} {count} other files of the {FLAGS.layout} layout")


def _translate_files(translation, jobs, show):
    """Translates and writes; returns what is wrong with damaged images."""
    import keras

    from semst_tf.inference.translate_files import translate_files

    bar = keras.utils.Progbar(len(jobs), unit_name="image", verbose=int(show))
    # Images that need tiles may be too large to keep several in memory.
    ahead = 2 if FLAGS.mode == "whole" else 0
    channels = translation.translator.input_channels
    results = translate_files(translation, jobs, ahead, channels, FLAGS.page)
    bad = []
    for done, error in enumerate(results, start=1):
        if error is not None:
            # Headers were sound; the damage shows only now.
            bad.append(str(error))
        bar.update(done)
    return bad


def _keep_masks(translator, jobs, headers, value_range):
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
    refuse_inputs(set(paths), [place for _, place in jobs])
    for (source, _), mask in zip(jobs, paths):
        check_same_place(source, mask, "mask")
    masks = KeepMasks(paths, sizes, sizes, FLAGS.keep_border, half)
    masks.check()
    numbers = {source: index for index, (source, _) in enumerate(jobs)}
    return lambda source: masks.load(numbers[source])


def _notes(jobs, headers):
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


def _seam_ratios(translator, image, translated, value_range):
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
