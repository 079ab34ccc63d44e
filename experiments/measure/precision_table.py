"""Trains every preset in every precision and compares with float32.

Small networks on the sample photographs, always with the same images and
draws. For each preset and mixed precision a row of a Markdown table: the
largest difference of a loss term, averaged over the second half of
the training, and the mean difference of the translations in levels of 255;
the row of the other seed says how far two equally good trainings in float32
lie apart. Exits with code 2 at a number that is not finite, and with code 1
where a mixed precision is farther from float32 than --limit times the other
seed. Example:

  python experiments/measure/precision_table.py --steps=200
"""

import math
import pathlib
import sys

import numpy as np
from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_integer("steps", 200, "Length of each training.", lower_bound=2)
flags.DEFINE_list("presets", None, "Presets. Defaults to all.")
flags.DEFINE_integer("size", 64, "Side of the crops.")
flags.DEFINE_float(
    "limit", 1.5, "Largest distance of the images, in those of another seed."
)

DTYPES = ("mixed_bfloat16", "mixed_float16")
SMALL = {
    "generator.filters": 8,
    "generator.blocks": 2,
    "discriminator.filters": 8,
    "discriminator.layers": 2,
    "contrastive.patches": 32,
    "contrastive.units": 32,
    "structure.patches": 32,
    "texture.patches": 32,
    "tone.patches": 32,
}
IMAGES = 4


def main(_):
    with quiet_imports():
        from semst_tf import presets

    print("| preset | compared with float32 | losses | images |")
    print("|---|---|---|---|")
    far = []
    for preset in FLAGS.presets or presets():
        reference = _trained(preset)
        other = _trained(preset, seed=1)
        scale = _print_row(preset, "another seed", reference, other)
        for dtype in DTYPES:
            mixed = _trained(preset, dtype=dtype)
            images = _print_row(preset, dtype, reference, mixed)
            if images > FLAGS.limit * scale:
                far.append(f"{preset} in {dtype}")
    for case in far:
        print(f"problem: {case} is far from float32")
    return 1 if far else 0


def _trained(preset, dtype="float32", seed=0):
    """Losses of the second half of a training, and its translations."""
    import keras

    from semst_tf import SemST
    from semst_tf import preset_config
    from semst_tf.data import ImageCollection
    from semst_tf.data import sample_photos
    from semst_tf.data import unpaired_images

    keras.backend.clear_session()
    config = preset_config(preset).replace(
        {
            **SMALL,
            "multi_scale.detail_size": FLAGS.size // 2,
            "training.steps": FLAGS.steps,
            "seed": seed,
        }
    )
    model = SemST(config, dtype=dtype)
    model.compile()
    source, target = (
        ImageCollection(folder, resize=f"short:{FLAGS.size}")
        for folder in sample_photos()
    )
    data = unpaired_images(source, target, crop_size=FLAGS.size, seed=seed)
    half = FLAGS.steps // 2
    history = model.fit(data, steps_per_epoch=half, epochs=2, verbose=0).history
    losses = {name: values[1] for name, values in history.items()}
    if not all(map(math.isfinite, losses.values())):
        raise ValueError(
            "A loss is not finite. "
            f"Received: preset={preset}, dtype={dtype}, {losses}"
        )
    images = [source.load(index) for index in range(IMAGES)]
    return losses, model.translate(images)


def _print_row(preset, name, reference, other):
    """Prints how far two trainings lie apart; returns it for the images."""
    losses = max(
        abs(other[0][term] - loss) for term, loss in reference[0].items()
    )
    images = np.mean(
        [
            np.abs(one.astype("float32") - two).mean()
            for one, two in zip(reference[1], other[1], strict=True)
        ]
    )
    print(f"| {preset} | {name} | {losses:.3f} | {images:.1f} |", flush=True)
    return images


if __name__ == "__main__":
    run(main)
