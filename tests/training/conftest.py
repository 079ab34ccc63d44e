"""Images of domains that are near each other, and far apart."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def domains(tmp_path_factory):
    """Noise, the same noise a little brighter, and flat white images."""
    root = tmp_path_factory.mktemp("domains")
    random = np.random.default_rng(0)
    for name in ("noise", "brighter", "white"):
        (root / name).mkdir()
    for number in range(3):
        noise = random.integers(0, 200, (70, 90 + number, 3))
        images = {"noise": noise, "brighter": noise + 10, "white": noise * 0}
        images["white"] += 255
        for name, image in images.items():
            path = root / name / f"{number}.png"
            Image.fromarray(image.astype("uint8")).save(path)
    return root
