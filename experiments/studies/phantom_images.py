"""Small invented images of which everything is known: heads, tissue, land."""

import numpy as np

# Values of what a head shows: MR in arbitrary units, CT in Hounsfield units.
TISSUES = {
    "air": (5.0, -1000.0),
    "skin": (380.0, 40.0),
    "bone": (40.0, 1100.0),  # Dark in MR, bright in CT.
    "brain": (260.0, 40.0),
    "fluid": (450.0, 5.0),
    "lesion": (400.0, 300.0),
}
MR_RANGE, CT_RANGE = (0.0, 500.0), (-1000.0, 1500.0)

# Colours of tissue in two stains.
STAINS = {
    "first": {"ground": (228, 178, 210), "nucleus": (96, 58, 148)},
    "second": {"ground": (222, 226, 236), "nucleus": (128, 76, 32)},
}

# Reflectance of land cover in eight bands, times 10000, as Sentinel-2 has it.
LAND = {
    "water": (900, 800, 600, 400, 300, 250, 200, 150),
    "field": (700, 900, 1100, 1600, 2300, 2600, 2400, 1800),
    "forest": (400, 500, 450, 900, 1900, 2300, 1300, 700),
    "town": (1300, 1400, 1600, 1700, 1800, 1900, 2300, 2200),
}
EMPTY = 0
"""Value of pixels of a scene that hold no data."""

# Cityscapes ids of what a street shows, and its colours by day (rendered), in
# photographs, and by night.
STREET = {
    "sky": (23, (110, 170, 250), (168, 182, 192), (14, 16, 34)),
    "building": (11, (190, 110, 80), (122, 112, 106), (44, 36, 40)),
    "vegetation": (21, (60, 190, 60), (74, 92, 58), (16, 24, 18)),
    "road": (7, (110, 110, 120), (92, 90, 92), (34, 32, 38)),
    "sidewalk": (8, (200, 180, 160), (140, 134, 130), (52, 48, 50)),
    "car": (26, (220, 40, 40), (64, 66, 78), (30, 24, 34)),
}
LOOKS = {"rendered": 1, "photograph": 2, "night": 3}


def head(size, slices, random, lesion=True):
    """A head of ellipses, as MR and as CT.

    Args:
        size: int. Rows and columns.
        slices: int.
        random: `numpy.random.Generator`.
        lesion: bool. Whether there is one, at a random place of the brain.

    Returns:
        Dict of arrays `(columns, rows, slices)` in the order of NIfTI: `"mr"`
        and `"ct"` float32, `"lesion"` bool.
    """
    y, x, z = np.meshgrid(
        *(np.linspace(-1, 1, n) for n in (size, size)),
        np.linspace(-0.6, 0.6, slices),
        indexing="ij",
    )
    wide, deep = random.uniform(0.70, 0.8), random.uniform(0.8, 0.9)
    middle = random.uniform(-0.06, 0.06, 2)
    radius = np.sqrt(
        ((x - middle[0]) / wide) ** 2 + ((y - middle[1]) / deep) ** 2 + z**2
    )
    names = list(TISSUES)
    tissue = np.full(radius.shape, names.index("air"))
    for name, inner in (("skin", 1.0), ("bone", 0.9), ("brain", 0.76)):
        tissue[radius < inner] = names.index(name)
    for side in (-1, 1):
        fluid = ((x - middle[0] - 0.13 * side) / 0.07) ** 2
        fluid += ((y - middle[1]) / 0.24) ** 2 + (z / 0.5) ** 2
        tissue[fluid < 1] = names.index("fluid")
    inside = np.zeros(radius.shape, bool)
    if lesion:
        angle, far = random.uniform(0, 2 * np.pi), random.uniform(0.35, 0.48)
        centre = far * wide * np.cos(angle), far * deep * np.sin(angle)
        size_of = random.uniform(0.12, 0.17)
        distance = (x - middle[0] - centre[0]) ** 2
        distance += (y - middle[1] - centre[1]) ** 2 + (0.5 * z) ** 2
        inside = distance < size_of**2
        tissue[inside] = names.index("lesion")
    volumes = {}
    for number, kind in enumerate(("mr", "ct")):
        values = np.array([TISSUES[name][number] for name in names])[tissue]
        spread = (12.0, 25.0)[number]
        values = values + spread * random.normal(size=values.shape)
        low, high = (MR_RANGE, CT_RANGE)[number]
        volumes[kind] = np.clip(values, low, high).astype("float32")
    volumes["lesion"] = inside
    # To (columns, rows, slices), which grow to the left and to the back.
    return {k: v.transpose(1, 0, 2) for k, v in volumes.items()}


def tissue(size, random, stain, count=None):
    """Tissue with nuclei, in one of two stains.

    Args:
        size: int.
        random: `numpy.random.Generator`.
        stain: str. `"first"` or `"second"`.
        count: int or `None`. Nuclei; `None` draws a number.

    Returns:
        uint8 array `(size, size, 3)`, and the list of nuclei `(row, column,
        radius)`.
    """
    colours = STAINS[stain]
    count = count or int(random.integers(6, 12) * (size / 64) ** 2)
    rows, columns = np.mgrid[:size, :size]
    weight = np.zeros((size, size))
    nuclei = []
    for _ in range(20 * count):
        radius = random.uniform(3.0, 4.5)
        row, column = random.uniform(radius + 1, size - radius - 1, 2)
        apart = [
            np.hypot(row - r, column - c) > radius + other + 3
            for r, c, other in nuclei
        ]
        if len(nuclei) < count and all(apart):
            nuclei.append((float(row), float(column), float(radius)))
            distance = np.hypot(rows - row, columns - column)
            weight = np.maximum(weight, np.clip(radius + 0.5 - distance, 0, 1))
    fibres = np.sin((rows + 0.6 * columns) / 5 + random.uniform(0, 6))
    image = np.array(colours["ground"]) + 10.0 * fibres[..., None]
    image = image * (1 - weight[..., None])
    image += np.array(colours["nucleus"]) * weight[..., None]
    image += random.normal(0, 6, image.shape)
    return np.clip(np.rint(image), 0, 255).astype("uint8"), nuclei


def scene(size, random, sensor="first", empty=True):
    """A scene of eight bands with its land cover.

    Args:
        size: int.
        random: `numpy.random.Generator`.
        sensor: str. `"first"`, or `"second"`: other gains, and haze.
        empty: bool. Whether a corner holds no data.

    Returns:
        uint16 array `(size, size, 8)`, and the uint8 land cover `(size,
        size)`: places in `LAND`, 255 where there is no data.
    """
    rows, columns = np.mgrid[:size, :size]
    sites = random.uniform(0, size, (10, 2))
    kinds = random.permutation(np.arange(10) % len(LAND))
    nearest = np.argmin(
        [np.hypot(rows - r, columns - c) for r, c in sites], axis=0
    )
    cover = kinds[nearest].astype("uint8")
    bands = sensor_values(sensor)[cover]
    bands = bands * (1 + random.normal(0, 0.05, bands.shape))
    bands = np.clip(np.rint(bands), 1, 10000).astype("uint16")
    if empty:
        corner = rows + columns < size // 3
        bands[corner], cover[corner] = EMPTY, 255
    return bands, cover


def sensor_values(sensor):
    """What a sensor sees of each land cover, `(covers, 8)`."""
    values = np.array(list(LAND.values()), "float64")
    if sensor == "first":
        return values
    haze = np.linspace(900, 100, 8)
    return values[:, ::1] * np.linspace(0.7, 1.3, 8) + haze


def street(height, width, random, look="rendered"):
    """A street of boxes with its labels.

    Args:
        height: int.
        width: int.
        random: `numpy.random.Generator`.
        look: str. A key of `LOOKS`.

    Returns:
        uint8 arrays `(height, width, 3)` and `(height, width)`, the second
        of Cityscapes ids.
    """
    names = list(STREET)
    place = np.full((height, width), names.index("sky"))
    horizon = int(height * random.uniform(0.42, 0.52))
    column = 0
    while column < width:
        wide = int(random.integers(width // 8, width // 4))
        tall = int(height * random.uniform(0.15, 0.4))
        kind = "vegetation" if random.random() < 0.3 else "building"
        place[horizon - tall : horizon, column : column + wide] = names.index(
            kind
        )
        column += wide + int(random.integers(0, width // 12 + 1))
    place[horizon:] = names.index("sidewalk")
    rows = np.arange(height)[:, None]
    half = width * (0.12 + 0.75 * (rows - horizon) / (height - horizon))
    on_road = np.abs(np.arange(width)[None] - width / 2) < half
    place[(rows >= horizon) & on_road] = names.index("road")
    for _ in range(int(random.integers(1, 4))):
        bottom = int(random.integers(horizon + height // 8, height - 1))
        tall = max(3, (bottom - horizon) // 2)
        left = int(random.integers(0, width - 2 * tall))
        place[bottom - tall : bottom, left : left + 2 * tall] = names.index(
            "car"
        )
    number = LOOKS[look]
    colours = np.array([STREET[name][number] for name in names], "float64")
    image = colours[place]
    if look == "rendered":
        image += random.normal(0, 2, image.shape)
    else:
        light = 1 + 0.12 * np.sin(rows / height * 3 + random.uniform(0, 3))
        grain = 7 if look == "photograph" else 4
        image = image * light[..., None] + random.normal(0, grain, image.shape)
    labels = np.array([STREET[name][0] for name in names], "uint8")[place]
    return np.clip(np.rint(image), 0, 255).astype("uint8"), labels
