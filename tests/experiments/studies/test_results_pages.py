"""Every figure of the pages of results comes from a table that is there."""

import functools
import json
import pathlib
import re

import pytest
from scripts import assert_one_line
from scripts import run_here

from semst_tf.config.preset_configs import preset_config

ROOT = pathlib.Path(__file__).resolve().parents[3]
RESULTS = ROOT / "docs" / "results"
PAGES = sorted(RESULTS.glob("*.md"))
TABLES = sorted(RESULTS.glob("*.jsonl"))

OTHER_FIGURES = {
    "aims.md": ["0.65", "11.5", "0.12", "0.356", "0.02"],
    "labels.md": "159 174 176".split(),
    "maps.md": ["0.356", "0.54", "0.15"],
    "streets.md": "0.65 0.146 0.223 0.231 11.5 0.9 0.549 0.638 0.88".split(),
    "two_scales.md": (
        "1.3 2.3 0.15 0.06 6.16 6.33 6.38 0.73 0.83 0.035 0.89 0.018".split()
    ),
}
"""Aims, and figures that a command prints which needs data or a run."""


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch):
    monkeypatch.chdir(ROOT)


@functools.cache
def printed(script, arguments):
    result = run_here(script, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def rendered(text):
    from results_pages import rendered as render

    return render(text, lambda script, found: printed(script, tuple(found)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_are_what_the_commands_under_them_print(page):
    text = page.read_text()
    assert rendered(text) == text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_table_of_figures_has_a_command_under_it(page):
    text = page.read_text()
    alone = [
        found[0].splitlines()[0]
        for found in re.finditer(
            r"(?:^ *\|.*\n)+(?=(\n? {0,3}\S)?)", text, re.M
        )
        if re.search(r"\d\.\d", found[0])
        and not re.match(r"\n {4}python ", text[found.end() :])
    ]
    assert alone == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_figures_in_sentences_are_in_a_table(page):
    known = {*figures_of_tables(), *OTHER_FIGURES.get(page.name, ())}
    text = re.sub(r"^(?: {4}|\|).*\n", "", page.read_text(), flags=re.M)
    text = re.sub(r"`[^`]*`|\([^()]*\.\w+(?:#[^()]*)?\)", "", text)
    found = re.findall(r"(?<![\w.])\d+\.\d+(?![\w.]*\d)", text)
    values = {name for name in found if name not in known}
    assert values - fields_of_presets() == set()


@functools.cache
def figures_of_tables():
    """All values of all tables, written with as many digits as pages use."""
    found = set()
    for page in PAGES:
        tables = re.findall(r"^\|.*$", page.read_text(), flags=re.M)
        found.update(re.findall(r"\d+\.\d+", "\n".join(tables)))
    for table in TABLES:
        rows = [json.loads(line) for line in table.read_text().splitlines()]
        for value in [*numbers(rows), *gains(rows)]:
            for scaled in (value, 100 * value):
                found.update(
                    f"{abs(scaled):.{digits}f}" for digits in (1, 2, 3)
                )
    return found


def numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, float):
        yield value


def gains(rows):
    """Differences of segmenters of one study at equal seeds."""
    rows = [row for row in rows if "study" in row]
    scores = {row["id"]: row["mean_iou"] for row in rows}
    for row in rows:
        before = row["id"].replace("/translated", "/untranslated")
        if before != row["id"] and before in scores:
            yield scores[row["id"]] - scores[before]


def fields_of_presets():
    """Values of fields, which are checked where pages quote presets."""
    config = preset_config("semst").to_dict() | {"": [0.6]}
    return {str(value) for value in numbers(config)}


def test_a_table_that_differs_is_written_anew(tmp_path, monkeypatch):
    table = tmp_path / "t.jsonl"
    row = {"id": "maps/cut", "distance": {"kid": 0.25}}
    table.write_text(json.dumps(row) + "\n")
    command = f"results_table.py --table={table}"
    text = "Before.\n\n{}\n    python experiments/studies/{}\n\nAfter 2.5.\n"
    old = text.format("| id |\n| --- |\n| maps/cut | 99 |\n", command)
    new = "| id | KID x100 |\n| --- | --- |\n| maps/cut | 25.00 |\n"
    assert rendered(old) == text.format(new, command)


def test_a_command_that_prints_two_tables_is_refused(tmp_path):
    table = tmp_path / "t.jsonl"
    rows = [{"id": f"{name}/cut", "images": 1} for name in ("maps", "streets")]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = (
        "| id |\n| --- |\n\n"
        f"    python experiments/studies/results_table.py --table={table}\n"
    )
    with pytest.raises(ValueError, match="just that one"):
        rendered(text)


def test_a_table_of_another_command_stays_as_it_is():
    text = "| a |\n| --- |\n| 1.5 |\n\n    python experiments/train.py\n"
    assert rendered(text) == text


def test_pages_that_are_missing_are_one_line(tmp_path):
    result = run_here("results_pages", f"--pages={tmp_path}/*.md")
    assert_one_line(result, "no such pages")
