"""The claim in small: swapped class frequencies, and who keeps the classes.

Images show plain and striped places. Sources are three quarters plain,
targets three quarters striped, in other colours. A discriminator rewards
stripes wherever they come from. Whether a translation still tells the places
apart is seen without knowing which colours it chose: each pixel goes to the
kind of place whose mean colour in the translation it resembles more.
Colours that are not the target's therefore count for nothing here. Strength
of the discriminator and measure were chosen on the seeds 0 to 2.
"""

import numpy as np
import pytest
from small import ADVERSARIAL_ONLY

from semst_tf import SemST
from semst_tf import preset_config

SIZE = 32
STEPS = 120
BATCH = 4
SOURCE_COLOURS = ((0.1, 0.2, 0.5), (-0.2, -0.1, -0.4))
TARGET_COLOURS = ((0.4, 0.7, 0.9), (-0.5, 0.1, -0.5))
SMALL = {
    "generator.filters": 8,
    "generator.blocks": 2,
    "discriminator.filters": 16,
    "discriminator.layers": 2,
    "contrastive.patches": 64,
    "contrastive.units": 32,
    "structure.patches": 64,
    "optimizer.learning_rate": 1e-3,
}
LIMIT = 0.15


@pytest.mark.slow
@pytest.mark.compiled
def test_the_full_method_keeps_the_classes_where_others_mix_them():
    adversarial = share_of_mixed_pixels("cut", ADVERSARIAL_ONLY)
    semst = share_of_mixed_pixels("semst_pixels")
    print(f"mixed: {adversarial:.3f}, semst {semst:.3f}")
    assert adversarial > 0.3
    assert semst < LIMIT


@pytest.mark.soak
@pytest.mark.compiled
def test_cut_mixes_what_the_full_method_keeps():
    assert share_of_mixed_pixels("cut", steps=250) > LIMIT


def share_of_mixed_pixels(preset, overrides=None, seed=0, steps=STEPS):
    """Trains, and returns the share of pixels that look like the other.

    The seeds 0 to 2 give 0.003 to 0.004 for `semst_pixels`, and 0.32 to 0.46
    for the adversarial loss alone. After 250 steps seed 0 gives 0.002 and
    0.50, and 0.33 for `cut`, which has 0.13 before.
    """
    config = preset_config(preset).replace(
        {
            **SMALL,
            **(overrides or {}),
            "seed": seed,
            "training.steps": steps,
        }
    )
    model = SemST(config)
    model.compile()
    _, sources = domain(SOURCE_COLOURS, 0.25, seed=2 * seed + 1)
    _, targets = domain(TARGET_COLOURS, 0.75, seed=2 * seed + 2)
    order = np.random.default_rng(seed)
    count = steps * BATCH
    data = {
        "source": sources[order.integers(len(sources), size=count)],
        "target": targets[order.integers(len(targets), size=count)],
    }
    model.fit(data, batch_size=BATCH, verbose=0)
    striped, images = domain(SOURCE_COLOURS, 0.25, seed=999, count=32)
    return mixed(model.predict_on_batch(images), striped)


def mixed(images, striped):
    """The share of pixels that resemble the mean of the other kind more."""
    distances = [
        np.square(images - images[kind].mean(axis=0)).sum(axis=-1)
        for kind in (~striped, striped)
    ]
    return float(np.mean((distances[1] < distances[0]) != striped))


def domain(colours, share, seed, count=128):
    """Images, and where they are striped; on average this share."""
    random = np.random.default_rng(seed)
    striped = np.stack(
        [
            blobs(random, random.uniform(share - 0.1, share + 0.1))
            for _ in range(count)
        ]
    )
    images = [painted(places, colours, random) for places in striped]
    return striped, np.stack(images)


def blobs(random, share):
    """Smooth random places that cover a share of the image."""
    frequencies = np.fft.fftfreq(SIZE) * SIZE
    low_pass = np.exp(
        -0.12 * (frequencies[:, None] ** 2 + frequencies[None] ** 2)
    )
    noise = np.fft.fft2(random.normal(size=(SIZE, SIZE)))
    smooth = np.fft.ifft2(noise * low_pass).real
    return smooth < np.quantile(smooth, share)


def painted(striped, colours, random):
    """Plain places in the one colour, stripes of period 4 on the other."""
    plain, ground = np.array(colours)
    rows = np.arange(SIZE)[:, None, None] + random.integers(4)
    stripes = np.where(rows % 4 < 2, 0.3, -0.3)
    image = np.where(striped[..., None], ground + stripes, plain)
    image += random.normal(scale=0.02, size=image.shape)
    return np.clip(image, -1, 1).astype("float32")


def test_a_global_exchange_of_colours_mixes_nothing():
    striped, images = domain(SOURCE_COLOURS, 0.25, seed=5, count=8)
    assert mixed(images, striped) < 0.05
    assert mixed(-images, striped) < 0.05
    assert 0.3 < mixed(np.roll(images, 1, axis=0), striped) < 0.6
