import pytest
from benchmarks.records import read_rows
from benchmarks.records import write_rows
from benchmarks.report import write_page

FIGURES = {
    "seconds": 2.0,
    "fastest": 1.5,
    "slowest": 2.5,
    "processor_seconds": 3.0,
    "repetitions": 5,
    "images": 2,
    "peak_memory": 2**30,
    "load": 0.5,
    "operations": 4e9,
    "matrix_rate": 1e10,
    "share": 0.2,
    "processor_share": 0.8,
}
STEP = {
    "preset": "cut",
    "size": 64,
    "batch": 1,
    "filters": 8,
    "dtype": "float32",
    "jit_compile": False,
    "fields": {},
}


def row(part, settings, **figures):
    return {
        "part": part,
        "settings": settings,
        "figures": {**FIGURES, **figures},
    }


def test_a_measurement_replaces_only_its_earlier_one(tmp_path):
    path = tmp_path / "figures.json"
    write_rows(path, [row("train_step", STEP), row("input", {"size": 64})])
    again = row("train_step", STEP, seconds=1.0)
    other = row("train_step", {**STEP, "size": 128})
    write_rows(path, [again, other])
    rows = read_rows(path)
    assert len(rows) == 3
    assert again in rows and other in rows


def test_page_shows_the_figures_and_keeps_its_text(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "a\n<!-- begin train_step -->\nold\n<!-- end train_step -->\nb\n"
        "<!-- begin input -->\n<!-- end input -->\n"
        "<!-- begin growth -->\nkept\n<!-- end growth -->\nc\n"
    )
    crops = {"size": 64, "batch": 1, "cached": False}
    reading = row("input", crops, images=64, processor_seconds=0.96)
    write_page(page, [row("train_step", STEP), reading])
    text = page.read_text()
    assert text.startswith("a\n") and text.endswith(
        "kept\n<!-- end growth -->\nc\n"
    )
    assert "old" not in text
    assert (
        "| `cut` | 1 of 64 x 64 | 8 | float32 | 2.00 s (1.50 to 2.50)" in text
    )
    assert "| 1.00 GiB | 4 | 20% / 80% |" in text
    # 0.96 s for 32 pairs are 1 % of the 3 s that the step of a pair takes.
    assert "| 32 | 67 | 30.0 ms | 1.0% (8 filters) |" in text


def test_growth_is_told_against_its_first_row(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin growth -->\n<!-- end growth -->\n")
    large = {**STEP, "fields": {"contrastive.patches": 512}}
    grown = row("growth", large, processor_seconds=4.5)
    write_page(page, [row("growth", STEP), grown])
    assert "| 512 | 1 | 4.50 s | 1.50x | 1.00 GiB |" in page.read_text()


def test_growth_of_another_preset_has_a_first_row_of_its_own(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin growth -->\n<!-- end growth -->\n")
    other = {**STEP, "preset": "semst"}
    first = row("growth", other, processor_seconds=1.0)
    twins = {**other, "batch": 2, "replicas": 2}
    second = row("growth", twins, processor_seconds=2.5)
    del second["figures"]["operations"]
    write_page(page, [row("growth", STEP), first, second])
    text = page.read_text()
    assert "| `semst` | 8 | 1 of 64 x 64 | 256 | 1 | 1.00 s | 1.00x |" in text
    assert "| 2 of 64 x 64 | 256 | 2 | 2.50 s | 2.50x |" in text


def test_stages_of_a_folder_are_told_with_their_shares(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin folder -->\n<!-- end folder -->\n")
    settings = {"suffix": ".png", "size": 64, "filters": 8}
    stages = {"reading": 0.01, "translating": 0.07, "writing": 0.02}
    figures = row("folder", settings, images=4, waiting=0.05, **stages)
    write_page(page, [figures])
    assert (
        "| 64 x 64 .png | 8 | float32 | 2.0 | 8.3 min | 10.0 ms (10.0%) | "
        "70.0 ms (70.0%) | 20.0 ms (20.0%) | 5.0% |"
    ) in page.read_text()


def test_xla_and_threads_are_told(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin options -->\n<!-- end options -->\n")
    settings = {**STEP, "jit_compile": True, "threads": 2}
    write_page(page, [row("options", settings)])
    assert "| float32, XLA | 2 | 2.00 s" in page.read_text()


def test_ratio_is_told_with_its_spread(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin against -->\n<!-- end against -->\n")
    ratio = {"seconds": 2.0, "baseline_seconds": 4.0, "ratio": 0.5}
    ratio.update(lowest_ratio=0.4, highest_ratio=0.6)
    settings = {**STEP, "against": "X", "threads": 1}
    write_page(page, [row("against", settings, elapsed=ratio, processor=ratio)])
    text = page.read_text()
    for kind in ("elapsed", "processor"):
        assert f"| 1 | {kind} | 2.000 | 4.000 | **0.50** (0.40 to" in text


def test_a_place_without_an_end_is_an_error(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- begin train_step -->\n")
    with pytest.raises(ValueError, match="no line <!-- end train_step -->"):
        write_page(page, [row("train_step", STEP)])


def test_students_are_compared_with_the_first_of_their_frame(tmp_path):
    frame = {"height": 256, "width": 512, "threads": 2}
    page = tmp_path / "page.md"
    page.write_text("<!-- begin student -->\n<!-- end student -->\n")
    big = {"preset": "semst", "engine": "keras", **frame}
    small = {"preset": "fast", "engine": "litert", **frame}
    rows = [
        row("student", big, memory_before=2**29),
        row(
            "student",
            small,
            seconds=0.05,
            images=1,
            processor_seconds=0.1,
            memory_before=2**30 - 2**24,
        ),
    ]
    write_page(page, rows)
    text = page.read_text()
    assert "| `keras` | `semst` | 2 | 512 x 256 |" in text
    assert "| 100.0 ms | 10.0 | 30.0 | 0.050 s (" in text
    assert "| 1.00 GiB | 16 MiB |" in text
