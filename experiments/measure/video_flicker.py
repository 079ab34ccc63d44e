"""Measures how much translated videos flicker, by --temporal.

A video that looks over an image, turning and coming nearer, is translated with
each way of sharing statistics. Where every pixel of a frame was in the frame
before is found in the source, by dense inverse search (OpenCV, `pip install
'.[measure]'`). The warping error is the mean difference between a frame and the
one before it, moved there: of the source that of the measurement itself, of a
translation what flickers is added. The shift is that of the mean colour alone.
With --page the table goes into a Markdown page, between its lines
`<!-- begin flicker -->` and `<!-- end flicker -->`. Example:

  python experiments/measure/video_flicker.py \\
      --models=runs/street,student=runs/fast --images=photos/game --clips=4 \\
      --page=docs/video.md
"""

import json
import pathlib
import sys

import numpy as np
from absl import flags
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from page_table import put_table
from path_flags import check_inputs

FLAGS = flags.FLAGS
flags.DEFINE_list(
    "models",
    [],
    "Translators, as --model of translate.py; name=model names the row.",
)
flags.DEFINE_string("images", None, "Folder of images to look over.")
flags.DEFINE_integer("clips", 4, "How many of them, spread evenly.")
flags.DEFINE_integer("frames", 48, "Frames of each.")
flags.DEFINE_string("size", "256x144", "Of a frame, as WIDTHxHEIGHT.")
flags.DEFINE_list(
    "temporal",
    ["frame", "shared", "running"],
    "What to try on networks with instance normalisation.",
)
flags.DEFINE_string("output", None, "JSON file to write.")
flags.DEFINE_string("page", None, "Markdown page to put the table into.")

CLOSENESS = 1.0
"""Pixels by which there and back may miss; else something was hidden."""


def main(_):
    if not FLAGS.models or FLAGS.images is None:
        raise ValueError("these flags are needed: --models, --images")
    check_inputs("images")
    clips = [looking_over(image, FLAGS.frames) for image in chosen_images()]
    motions = [motion(clip) for clip in clips]
    rows = [{"name": "source", **figures(clips, motions)}]
    print(rows[-1], file=sys.stderr)
    for model in FLAGS.models:
        rows += measured(model, clips, motions)
    text = table(rows)
    print(text)
    if FLAGS.output:
        write_json(pathlib.Path(FLAGS.output), rows)
    if FLAGS.page:
        put_table(pathlib.Path(FLAGS.page), "flicker", text)


def chosen_images():
    """Images of the folder, spread evenly, as uint8 arrays."""
    paths = sorted(
        path
        for path in pathlib.Path(FLAGS.images).iterdir()
        if path.suffix.lower() in (".jpg", ".jpeg", ".png")
    )
    if len(paths) < FLAGS.clips:
        raise ValueError(
            f"--images holds {len(paths)} images. Received: "
            f"--clips={FLAGS.clips}"
        )
    for index in range(FLAGS.clips):
        path = paths[(2 * index + 1) * len(paths) // (2 * FLAGS.clips)]
        with Image.open(path) as image:
            yield image.convert("RGB")


def looking_over(image, count):
    """Frames of a camera that looks over an image and comes nearer.

    Args:
        image: `PIL.Image.Image`.
        count: int.

    Returns:
        uint8 array `(count, height, width, 3)`.
    """
    width, height = map(int, FLAGS.size.split("x"))
    largest = min(image.width / width, image.height / height)
    frames = []
    for time in np.linspace(0, 1, count):
        scale = largest * (0.75 - 0.25 * time)
        # Once around, from the upper left.
        x = (image.width - scale * width) * (0.5 - 0.5 * np.cos(np.pi * time))
        y = (image.height - scale * height) * np.sin(np.pi * time) ** 2
        frames.append(
            image.transform(
                (width, height),
                Image.Transform.AFFINE,
                (scale, 0, x, 0, scale, y),
                Image.Resampling.BICUBIC,
            )
        )
    return np.stack(frames)


def motion(frames):
    """Where pixels of each frame but the first were in the one before.

    Args:
        frames: uint8 array `(count, height, width, 3)`.

    Returns:
        List of pairs: float32 array `(height, width, 2)` of steps in x and y,
        and a bool array of where they can be trusted.
    """
    try:
        import cv2
    except ImportError:
        raise ValueError(
            "The motion is found by OpenCV: pip install '.[measure]'. "
            "Received: no package cv2"
        ) from None
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    return [
        trusted(search.calc(new, old, None), search.calc(old, new, None))
        for old, new in zip(grey, grey[1:])
    ]


def trusted(back, forth):
    """Says where a motion back is that of the motion forth.

    Args:
        back: Float32 array `(height, width, 2)`, from a frame to the last.
        forth: The same from the last to it.

    Returns:
        Pair of `back` and a bool array `(height, width)`.
    """
    returned = back + moved(forth, back)
    height, width = back.shape[:2]
    y, x = np.mgrid[:height, :width]
    there = np.stack([x, y], axis=-1) + back
    inside = (there >= 0).all(-1) & (there <= (width - 1, height - 1)).all(-1)
    return back, inside & (np.linalg.norm(returned, axis=-1) <= CLOSENESS)


def moved(image, steps):
    """Image whose pixels come from where steps lead, bilinear.

    Args:
        image: Array `(height, width, channels)`.
        steps: Array `(height, width, 2)`, in x and y.

    Returns:
        Float32 array of the shape of `image`.
    """
    height, width = image.shape[:2]
    y, x = np.mgrid[:height, :width].astype("float32")
    x = np.clip(x + steps[..., 0], 0, width - 1)
    y = np.clip(y + steps[..., 1], 0, height - 1)
    left, top = (
        np.minimum(np.floor(x), width - 2).astype(int),
        np.minimum(np.floor(y), height - 2).astype(int),
    )
    right_share, lower_share = (x - left)[..., None], (y - top)[..., None]
    image = image.astype("float32")
    upper = (1 - right_share) * image[top, left]
    upper = upper + right_share * image[top, left + 1]
    lower = (1 - right_share) * image[top + 1, left]
    lower = lower + right_share * image[top + 1, left + 1]
    return (1 - lower_share) * upper + lower_share * lower


def figures(clips, motions):
    """Warping error and colour shift, means over all frames.

    Args:
        clips: List of uint8 arrays `(count, height, width, 3)`.
        motions: List of what `motion` returned for their sources.

    Returns:
        Dict from str to float, in steps of 255.
    """
    errors, shifts = [], []
    for frames, steps in zip(clips, motions):
        for old, new, (back, valid) in zip(frames, frames[1:], steps):
            difference = (new - moved(old, back))[valid]
            errors.append(np.abs(difference).mean())
            shifts.append(np.abs(difference.mean(axis=0)).mean())
    return {"error": float(np.mean(errors)), "shift": float(np.mean(shifts))}


def measured(model, clips, motions):
    """Rows of one translator."""
    with quiet_imports():
        from semst_tf.inference.translate_video import default_temporal
        from semst_tf.loading.load_network import load_network

    name, _, place = model.rpartition("=")
    translator = load_network(place)
    shared = default_temporal(translator) != "frame"
    rows = []
    alone = None
    for temporal in FLAGS.temporal if shared else ["frame"]:
        translations = [translated(translator, c, temporal) for c in clips]
        row = {"name": f"{name or pathlib.Path(place).name}, `{temporal}`"}
        row.update(figures(translations, motions))
        if temporal == "frame":
            alone = translations
        elif alone is not None:
            gap = np.subtract(translations, alone, dtype="float32")
            row["moved"] = float(np.abs(gap).mean())
        rows.append(row)
        print(row, file=sys.stderr)
    return rows


def translated(translator, frames, temporal):
    """Translates the frames of a clip, as translate.py does."""
    from semst_tf.inference.translate import translate
    from semst_tf.inference.translate_video import MEASURED_FRAMES
    from semst_tf.inference.translate_video import frame_statistics
    from semst_tf.inference.translate_video import spread_numbers

    statistics = frame_statistics(translator, temporal)
    if temporal == "shared":
        chosen = spread_numbers(len(frames), MEASURED_FRAMES)
        translate(translator, frames[chosen], statistics=statistics)
        statistics.freeze()
    return translate(translator, frames, statistics=statistics)


def table(rows):
    """The figures as Markdown."""
    lines = [
        f"{FLAGS.clips} clips of {FLAGS.frames} frames, {FLAGS.size}; values "
        "are steps of 255.",
        "",
        "| | warping error | of it not the source's | shift of the mean colour "
        "| distance to `frame` |",
        "|---|---|---|---|---|",
    ]
    source = rows[0]["error"]
    for row in rows:
        more = f"{row['error'] - source:.2f}" if row is not rows[0] else ""
        gap = f"{row['moved']:.2f}" if "moved" in row else ""
        lines.append(
            f"| {row['name']} | {row['error']:.2f} | {more} | "
            f"{row['shift']:.3f} | {gap} |"
        )
    return "\n".join([*lines, ""])


def write_json(path, rows):
    """Writes the figures with what they were measured on."""
    settings = {name: FLAGS[name].value for name in ("clips", "frames", "size")}
    path.write_text(json.dumps({**settings, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
