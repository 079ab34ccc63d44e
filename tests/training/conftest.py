"""Images of domains that are near each other, and far apart."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def domains(tmp_path_factory):
    """Noise, the same a little brighter, white images, and eight colours."""
    root = tmp_path_factory.mktemp("domains")
    random = np.random.default_rng(0)
    colours = np.indices((2, 2, 2)).reshape(3, 8).T * 200 + 30
    for name in ("noise", "brighter", "white", "flat"):
        (root / name).mkdir()
    for number in range(3):
        noise = random.integers(0, 200, (70, 90 + number, 3))
        images = {"noise": noise, "brighter": noise + 10, "white": noise * 0}
        images["white"] += 255
        places = np.arange(noise[..., 0].size).reshape(noise.shape[:2])
        images["flat"] = colours[places * 8 // places.size]
        for name, image in images.items():
            path = root / name / f"{number}.png"
            Image.fromarray(image.astype("uint8")).save(path)
    return root
