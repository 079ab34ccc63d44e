"""What loading images costs a training."""

import statistics
import time

from absl import flags

from accelerator.figures import device
from accelerator.figures import figure
from accelerator.figures import significant
from accelerator.models import new_model

FLAGS = flags.FLAGS


def loading():
    """Times `fit` on images that are loaded, and on one that is not."""
    for preset in FLAGS.presets:
        figure(f"loading_{preset}", lambda: loading_cost(preset))


def loading_cost(preset):
    import itertools

    from semst_tf.data import sample_photos
    from semst_tf.data import unpaired_images

    model = new_model(preset, 1, FLAGS.train_precision)
    samples = sample_photos()
    data = unpaired_images(
        FLAGS.source or samples[0],
        FLAGS.target or samples[1],
        crop_size=FLAGS.size,
        resize={
            "source": FLAGS.resize or None,
            "target": FLAGS.target_resize or FLAGS.resize or None,
        },
    )
    batches = ((batch,) for batch in data)
    same = itertools.repeat(next(batches))
    # A generator, because Keras does not know how to go on with another.
    streams = (batch for batch in same), batches
    pairs = [
        [seconds_of_fit(model, stream, data.workers + 2) for stream in streams]
        for _ in range(FLAGS.loading_pairs)
    ]
    without, loaded = map(statistics.median, zip(*pairs))
    ratios = sorted(second / first for first, second in pairs)
    return {
        "device": device(),
        "seconds_per_step_without": significant(without),
        "seconds_per_step_with_loading": significant(loaded),
        "ratio": significant(statistics.median(ratios)),
        "lowest_ratio": significant(ratios[0]),
        "highest_ratio": significant(ratios[-1]),
    }


def seconds_of_fit(model, batches, loaded_before):
    # What threads loaded while nothing was trained does not count.
    model.fit(batches, steps_per_epoch=loaded_before, verbose=0)
    start = time.perf_counter()
    model.fit(batches, steps_per_epoch=FLAGS.timed_steps, verbose=0)
    return (time.perf_counter() - start) / FLAGS.timed_steps
