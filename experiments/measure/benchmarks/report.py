"""Figures as tables of a Markdown page."""


def write_page(page, rows):
    """Puts the tables into a page.

    The table of a part goes between its lines `<!-- begin PART -->` and
    `<!-- end PART -->`. Parts that the page has no place for, and places
    without figures, are left as they are.

    Args:
        page: `pathlib.Path` of the Markdown file.
        rows: List of dicts of `part`, `settings` and `figures`.

    Raises:
        ValueError: If a place begins and does not end.
    """
    text = page.read_text()
    for part, make in _TABLES.items():
        chosen = [row for row in rows if row["part"] == part]
        begin, end = f"<!-- begin {part} -->", f"<!-- end {part} -->"
        before, found, rest = text.partition(begin)
        if not found or not chosen:
            continue
        _, closed, after = rest.partition(end)
        if not closed:
            raise ValueError(f"The page has no line {end}. Received: {page}")
        table = "\n".join(make(chosen, rows))
        text = f"{before}{begin}\n{table}\n{end}{after}"
    page.write_text(text)


def _table(columns, lines):
    """Lines of a Markdown table."""
    return [
        _line(columns),
        _line(["---"] * len(columns)),
        *(_line(line) for line in lines),
    ]


def _line(cells):
    return f"| {' | '.join(cells)} |"


def _train_step(rows, _):
    columns = [
        "preset",
        "crops",
        "filters",
        "precision",
        "step",
        "processor time",
        "images/s",
        "peak memory",
        "GFLOP",
        "share of matmul",
    ]
    return _table(columns, [_step_line(row) for row in rows])


def _step_line(row):
    settings, figures = row["settings"], row["figures"]
    return [
        f"`{settings['preset']}`",
        _crops(settings),
        str(settings["filters"]),
        _precision(settings),
        _spread(figures),
        f"{figures['processor_seconds']:.2f} s",
        f"{figures['images'] / figures['seconds']:.2f}",
        _memory(figures),
        f"{figures['operations'] / 1e9:.0f}",
        _shares(figures),
    ]


def _options(rows, _):
    columns = ["preset", "crops", "filters", "precision", "threads"]
    columns += ["step", "processor time", "peak memory", "share of matmul"]
    return _table(
        columns,
        [
            [
                f"`{row['settings']['preset']}`",
                _crops(row["settings"]),
                str(row["settings"]["filters"]),
                _precision(row["settings"]),
                str(row["settings"]["threads"]),
                _spread(row["figures"]),
                f"{row['figures']['processor_seconds']:.2f} s",
                _memory(row["figures"]),
                _shares(row["figures"]),
            ]
            for row in rows
        ],
    )


def _translate(rows, _):
    columns = ["engine", "images", "filters", "precision", "time"]
    columns += ["processor time", "images/s", "peak memory", "GFLOP"]
    columns += ["share of matmul"]
    return _table(
        columns,
        [
            [
                f"`{row['settings']['engine']}`",
                _crops(row["settings"]),
                str(row["settings"]["filters"]),
                _precision(row["settings"]),
                _spread(row["figures"]),
                f"{row['figures']['processor_seconds']:.2f} s",
                f"{_rate(row):.2f}",
                _memory(row["figures"]),
                f"{row['figures']['operations'] / 1e9:.0f}",
                _shares(row["figures"]),
            ]
            for row in rows
        ],
    )


def _convolution(rows, _):
    """Both ways side by side, in processor time."""
    columns = ["output", "channels", "pass", "direct", "Winograd", "ratio"]
    columns += ["rounding, direct", "rounding, Winograd"]
    ways = {
        way: [row for row in rows if row["settings"]["way"] == way]
        for way in ("direct", "winograd")
    }
    return _table(
        columns,
        [
            _convolution_line(*pair)
            for pair in zip(ways["direct"], ways["winograd"])
        ],
    )


def _convolution_line(direct, winograd):
    settings = direct["settings"]
    seconds = [
        row["figures"]["processor_seconds"] for row in (direct, winograd)
    ]
    return [
        f"{settings['size']} x {settings['size']}",
        f"{settings['channels']} to {settings['filters']}",
        "forward and backward" if settings["backward"] else "forward",
        *(f"{1e3 * s:.1f} ms" for s in seconds),
        f"**{seconds[1] / seconds[0]:.2f}**",
        *(f"{row['figures']['error']:.1e}" for row in (direct, winograd)),
    ]


def _folder(rows, _):
    """Processor time of the stages, for one image and their shares."""
    columns = ["files", "filters", "precision", "images/s", "1000 images"]
    columns += ["reading", "translating", "writing", "network waits"]
    return _table(columns, [_folder_line(row) for row in rows])


def _folder_line(row):
    settings, figures = row["settings"], row["figures"]
    stages = [figures[name] for name in ("reading", "translating", "writing")]
    return [
        f"{settings['size']} x {settings['size']} {settings['suffix']}",
        str(settings["filters"]),
        _precision(settings),
        f"{_rate(row):.1f}",
        f"{1000 / _rate(row) / 60:.1f} min",
        *(f"{1e3 * s:.1f} ms ({s / sum(stages):.1%})" for s in stages),
        f"{figures['waiting']:.1%}",
    ]


def _input(rows, all_rows):
    columns = ["files", "crops", "crops/s", "crops a processor second"]
    columns += ["processor time a pair", "share of a `cut` step"]
    return _table(
        columns, [[*_input_line(row), _of_step(row, all_rows)] for row in rows]
    )


def _input_line(row):
    cached = row["settings"]["cached"]
    return [
        "decoded once" if cached else "decoded for every crop",
        _crops(row["settings"]),
        f"{_rate(row):.0f}",
        f"{2 / _processor_seconds_a_pair(row):.0f}",
        f"{1e3 * _processor_seconds_a_pair(row):.1f} ms",
    ]


def _of_step(row, all_rows):
    """Processor time of a pair of crops against that of its step."""
    steps = [
        other
        for other in all_rows
        if other["part"] == "train_step"
        and other["settings"]["preset"] == "cut"
        and other["settings"]["dtype"] == "float32"
        and other["settings"]["size"] == row["settings"]["size"]
        and not other["settings"].get("jit_compile")
    ]
    own = _processor_seconds_a_pair(row)
    return ", ".join(
        f"{own / _processor_seconds_a_pair(step):.1%} "
        f"({step['settings']['filters']} filters)"
        for step in steps
    )


def _processor_seconds_a_pair(row):
    figures = row["figures"]
    return 2 * figures["processor_seconds"] / figures["images"]


def _metrics(rows, _):
    return _table(
        ["score", "images", "images/s", "time for 4"],
        [
            [
                f"`{row['settings']['name']}`",
                f"{row['settings']['size']} x {row['settings']['size']}",
                f"{_rate(row):.1f}",
                _spread(row["figures"]),
            ]
            for row in rows
        ],
    )


def _startup(rows, _):
    return _table(
        ["what", "elapsed", "processor time"],
        [
            [
                f"`{row['settings']['what']}`",
                _spread(row["figures"]),
                f"{row['figures']['processor_seconds']:.2f} s",
            ]
            for row in rows
        ],
    )


def _growth(rows, _):
    """Every row against the first of its preset, in processor time."""
    lines = []
    for row in rows:
        settings, figures = row["settings"], row["figures"]
        first = next(r for r in rows if _network(r) == _network(row))
        patches = settings["fields"].get("contrastive.patches", 256)
        lines.append(
            [
                f"`{settings['preset']}`",
                str(settings["filters"]),
                _crops(settings),
                str(patches),
                str(settings.get("replicas", 1)),
                f"{figures['processor_seconds']:.2f} s",
                f"{_times(row, first, 'processor_seconds'):.2f}x",
                _memory(figures),
                f"{_times(row, first, 'peak_memory'):.2f}x",
                f"{_times(row, first, 'operations'):.2f}x"
                if "operations" in figures
                else "",
            ]
        )
    columns = ["preset", "filters", "crops", "patches", "replicas"]
    columns += ["processor time", "time", "peak memory", "memory"]
    return _table([*columns, "operations"], lines)


def _network(row):
    settings = row["settings"]
    return [settings[name] for name in ("preset", "filters", "dtype")]


def _against(rows, _):
    columns = ["work", "size", "threads", "seconds", "here", "there"]
    return _table(
        [*columns, "ratio (lowest to highest)", "load"],
        [
            [
                _name(row["settings"]),
                _crops(row["settings"]),
                str(row["settings"]["threads"] or "all"),
                kind,
                *_ratio(row["figures"][kind]),
                f"{row['figures']['load']:.1f}",
            ]
            for row in rows
            for kind in ("elapsed", "processor")
        ],
    )


def _student(rows, _):
    """Every row against the first of its frame and threads."""
    columns = ["engine", "generator", "threads", "image", "processor time"]
    columns += ["images a processor second", "times as fast", "elapsed"]
    columns += ["peak memory", "of it translating"]
    return _table(columns, [_student_line(row, rows) for row in rows])


def _student_line(row, rows):
    settings, figures = row["settings"], row["figures"]
    same = ("threads", "height", "width")
    first = next(
        other
        for other in rows
        if all(other["settings"][name] == settings[name] for name in same)
    )
    translating = figures["peak_memory"] - figures["memory_before"]
    return [
        f"`{settings['engine']}`",
        f"`{settings['preset']}`",
        str(settings["threads"] or "all"),
        f"{settings['width']} x {settings['height']}",
        f"{1e3 * figures['processor_seconds']:.1f} ms",
        f"{1 / figures['processor_seconds']:.1f}",
        f"{1 / _times(row, first, 'processor_seconds'):.1f}",
        _spread(figures),
        _memory(figures),
        f"{translating / 2**20:.0f} MiB",
    ]


def _ratio(figures):
    return [
        f"{figures['seconds']:.3f}",
        f"{figures['baseline_seconds']:.3f}",
        f"**{figures['ratio']:.2f}** ({figures['lowest_ratio']:.2f} to "
        f"{figures['highest_ratio']:.2f})",
    ]


def _name(settings):
    own = settings.get("preset") or settings["engine"]
    details = f"{settings['filters']} filters, {_precision(settings)}"
    return f"`{own}`, {details}, against {settings['against']}"


def _crops(settings):
    return f"{settings['batch']} of {settings['size']} x {settings['size']}"


def _precision(settings):
    precision = settings.get("dtype", "float32").replace("mixed_", "mixed ")
    return f"{precision}, XLA" if settings.get("jit_compile") else precision


def _spread(figures):
    digits = 3 if figures["seconds"] < 1 else 2
    return (
        f"{figures['seconds']:.{digits}f} s ({figures['fastest']:.{digits}f} "
        f"to {figures['slowest']:.{digits}f})"
    )


def _memory(figures):
    return f"{figures['peak_memory'] / 2**30:.2f} GiB"


def _shares(figures):
    return f"{figures['share']:.0%} / {figures['processor_share']:.0%}"


def _rate(row):
    return row["figures"]["images"] / row["figures"]["seconds"]


def _times(row, first, figure):
    return row["figures"][figure] / first["figures"][figure]


_TABLES = {
    "train_step": _train_step,
    "options": _options,
    "translate": _translate,
    "convolution": _convolution,
    "folder": _folder,
    "input": _input,
    "metrics": _metrics,
    "startup": _startup,
    "growth": _growth,
    "student": _student,
    "against": _against,
}
