"""What the pages say can be followed: links, fields, commands and flags."""

import functools
import importlib.util
import pathlib
import re

import pytest
from scripts import flag_names

from semst_tf import preset_config
from semst_tf import presets

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = sorted(
    page
    for pattern in (
        "*.md",
        "docs/*.md",
        "docs/recipes/*.md",
        "docs/results/*.md",
        "*_models/*.md",
    )
    for page in ROOT.glob(pattern)
)
PLACES = [
    ROOT / name for name in ("semst_tf", "experiments", "tests", "deploy")
]
PAGE_NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
SCRIPTS = {
    script.stem: script
    for folder in ("", "studies", "measure")
    for script in (ROOT / "experiments" / folder).glob("*.py")
}


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_links_lead_to_files_and_headings_that_exist(page):
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        place, _, heading = link.partition("#")
        if place.startswith(("http:", "https:", "mailto:")):
            continue
        file = page.parent / place if place else page
        if not file.exists() or (heading and heading not in headings(file)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_files_that_pages_name_exist(page):
    missing = []
    for name in re.findall(r"`([\w/]+(?:/|\.py))`", page.read_text()):
        is_ours = name.endswith(".py") or name.startswith(
            ("semst_tf/", "experiments/", "tests/", "deploy/")
        )
        # `test.py` is that of CUT.
        if not is_ours or "NAME" in name or name == "test.py":
            continue
        if not any(
            (place.parent / name).exists() or any(place.glob(f"**/{name}"))
            for place in PLACES
        ):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_fields_with_values_are_taken_by_a_preset(page):
    refused = []
    for field, value in fields(page.read_text()):
        if not any(takes(name, field, value) for name in presets()):
            refused.append(f"{field}={value}")
    assert refused == []


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_commands_have_the_flags_that_pages_give_them(page):
    unknown = []
    for script, flags in commands(page.read_text()):
        if script not in SCRIPTS:
            unknown.append(script)
            continue
        known = flags_of(SCRIPTS[script]) if flags else ()
        unknown += [
            f"{script} --{flag}"
            for flag in flags
            if flag not in known and flag.removeprefix("no") not in known
        ]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_names_of_the_package_that_pages_use_exist(page):
    text = page.read_text()
    names = re.findall(r"\bsemst_tf(?:\.\w+)+", text)
    names += [
        f"{module}.{name}"
        for module, imported in re.findall(
            r"^ *from (semst_tf[\w.]*) import ([\w, ]+)$", text, re.MULTILINE
        )
        for name in imported.split(", ")
    ]
    missing = [name for name in dict.fromkeys(names) if not resolves(name)]
    assert missing == []


def test_every_preset_is_in_the_readme():
    text = (ROOT / "README.md").read_text()
    assert [name for name in presets() if f"| `{name}` |" not in text] == []


def test_every_option_of_cut_that_is_answered_is_on_its_page():
    # Not imported: scripts are no package.
    text = SCRIPTS["cut_options"].read_text()
    options = re.findall(r'^    "(\w+)": ', text, flags=re.MULTILINE)
    assert len(options) > 50
    page = (ROOT / "docs" / "from_cut.md").read_text()
    missing = [name for name in options if not re.search(rf"--{name}\b", page)]
    assert missing == []


@pytest.mark.parametrize(
    "text",
    [
        "semst-tf train --dataroot=x \\\n    --no_such_flag=1",
        "    python experiments/train.py ... --nosuch",
        "`python -m semst_tf train --set data.flip=false --nosuch=2`",
    ],
)
def test_a_wrong_flag_is_found_in_every_way_of_writing_commands(text):
    ((script, flags),) = commands(text)
    assert script == "train"
    assert flags[-1] not in flags_of(SCRIPTS["train"])


def resolves(name):
    """Whether a dotted name is a module or something in one."""
    found = importlib.import_module("semst_tf")
    for part in name.split(".")[1:]:
        module = f"{getattr(found, '__name__', '')}.{part}"
        if hasattr(found, part):
            found = getattr(found, part)
        elif importlib.util.find_spec(module):
            found = importlib.import_module(module)
        else:
            return False
    return True


def headings(page):
    """Anchors that GitHub gives to the headings of a page."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in found
    }


def fields(text):
    """Fields that are given a value, in commands and in sentences."""
    given = r"([a-z_]+\.[a-z_0-9]+)=([^\s`'\";)]+)"
    yield from re.findall(rf"--set[= ]{given}", text)
    yield from re.findall(rf"`{given}`", text)
    yield from re.findall(r"--set[= ]([a-z_]+)=([^\s`'\",;)]+)", text)


def takes(preset, field, value):
    # Some values are for several images a step, some for one.
    for batch_size in (4, 1):
        config = preset_config(preset)
        try:
            config = config.replace({"data.batch_size": batch_size})
            config.replace({field: value.rstrip(".,")})
        except ValueError:
            continue
        return True
    return False


def commands(text):
    """Pairs of a script and the flags it gets, in the order of a page."""
    text = re.sub(r"\\\n\s*", " ", text)
    call = (
        r"(?:(?<!tests/)experiments/(?:\w+/)?(\w+)\.py|semst[-_]tf ([a-z]\w*))"
    )
    for line in re.split(r"[\n`]", text):
        for found in re.finditer(rf"{call}((?: [^|&;]*)?)", line):
            script = found[1] or {"check": "check_data"}.get(found[2], found[2])
            # What is quoted, or behind --, belongs to another program.
            own = re.sub(r'"[^"]*"', "", found[3].split(" -- ")[0])
            flags = re.findall(r"(?<!\S)--([a-zA-Z_]\w*)", own)
            if found[1] or flags:
                yield script, flags


@functools.cache
def flags_of(script):
    """Names of the flags of a script, which its help lists."""
    return {"help", *flag_names(script.stem)}
