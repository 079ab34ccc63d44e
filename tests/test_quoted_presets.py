"""What pages say of the fields of presets is what the presets have."""

import pathlib
import re

import pytest

from semst_tf import preset_config
from semst_tf import presets

ROOT = pathlib.Path(__file__).resolve().parents[1]

NUMBER = r"(\d+(?:\.\d+)?)"

QUOTES = [
    # Page, words around the numbers, preset, and a field for each number.
    (
        "README.md",
        "keeps translations of `semst` nearer to their input, 1 is the full "
        "translation; the preset has {}",
        "semst",
        ["generator.strength"],
    ),
    (
        "docs/how_it_works.md",
        "for `semst_pixels`, {} was nearer to the target than 1",
        "semst_pixels",
        ["generator.strength"],
    ),
    (
        "docs/how_it_works.md",
        "weak against the alignments. Its weight is {}, and that of tone {}.",
        "semst_pixels",
        ["adversarial.weight", "tone.weight"],
    ),
    (
        "docs/results/streets.md",
        "not centred, weight {}: today's preset, at its strength of {}.",
        "semst",
        ["semantics.weight", "generator.strength"],
    ),
    (
        "docs/results/streets.md",
        "several blend strengths; `--strength` of `evaluate.py` chooses it, "
        "the preset has {}",
        "semst_pixels",
        ["generator.strength"],
    ),
    *(
        (
            "docs/fast.md",
            f"| `{name}` | {{}}, {{}} |",
            name,
            ["generator.filters", "generator.blocks"],
        )
        for name in ("semst", "fast", "faster")
    ),
]

STRIDES = (
    "docs/results/streets.md",
    "semantics at strides 4, 8 and 16",
    "semst",
)


def words_of(page):
    return " ".join((ROOT / page).read_text().split())


def value_of(preset, field):
    value = preset_config(preset).to_dict()
    for name in field.split("."):
        value = value[name]
    return value


@pytest.mark.parametrize(
    ("page", "sentence", "preset", "fields"),
    QUOTES,
    ids=[f"{page}-{preset}" for page, _, preset, _ in QUOTES],
)
def test_numbers_that_pages_give_are_those_of_the_preset(
    page, sentence, preset, fields
):
    pattern = NUMBER.join(map(re.escape, sentence.split("{}")))
    found = re.search(pattern, words_of(page))
    assert found, "the sentence has changed; change it here, too"
    quoted = [float(number) for number in found.groups()]
    assert quoted == [value_of(preset, field) for field in fields]


def test_strides_that_a_page_gives_are_those_of_the_preset():
    page, sentence, preset = STRIDES
    assert sentence in words_of(page)
    features = value_of(preset, "semantics.features").split(",")
    strides = [name.rpartition("_")[2] for name in features]
    assert strides == re.findall(r"\d+", sentence)


def test_small_has_half_the_filters_that_the_readme_says():
    assert "| `small` | `semst` at half the filters" in words_of("README.md")
    small, large = (
        value_of(name, "generator.filters") for name in ("small", "semst")
    )
    assert 2 * small == large


def test_no_page_quotes_a_preset_without_being_checked():
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    quotes = [
        (page.relative_to(ROOT).as_posix(), found[0])
        for page in pages
        for found in re.finditer(
            rf"the preset has {NUMBER}", " ".join(page.read_text().split())
        )
    ]
    checked = [
        (page, "the preset has")
        for page, sentence, _, _ in QUOTES
        if "the preset has" in sentence
    ]
    assert len(quotes) == len(checked) > 1
    assert {page for page, _ in quotes} == {page for page, _ in checked}


def test_presets_that_pages_name_exist():
    unknown = {
        (page.name, name)
        for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
        for name in re.findall(r"--preset=(\w+)", page.read_text())
        if name not in presets()
    }
    assert unknown == set()
