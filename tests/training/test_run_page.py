import html.parser
import json
import re

import numpy as np
import pytest

from semst_tf.data import read_image
from semst_tf.training.run_page import write_run_page

COMMANDS = [
    ("Translate <your> own:", 'python translate.py --input="a & b.png"'),
    ("Check:", "python check_data.py"),
    ("Train:", "python train.py"),
]


class Page(html.parser.HTMLParser):
    """What a browser would find: tags with attributes, and text by tag."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.texts = []
        self._open = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data):
        if self._open:
            self.texts.append((self._open[-1], data))

    def texts_of(self, tag):
        return [text for name, text in self.texts if name == tag]

    def attributes(self, tag, name):
        return [found.get(name) for kind, found in self.tags if kind == tag]


def images(count, shade, channels=3, dtype="uint8"):
    return [
        np.full((20 + 3 * number, 30, channels), shade + number, dtype)
        for number in range(count)
    ]


def write_page(workdir, sources=None, targets=None, title="A & <b>B</b>"):
    sources = sources or images(3, 10)
    return write_run_page(
        workdir,
        title,
        sources,
        [image + 100 for image in sources],
        targets or images(2, 200),
        notes=["First <script>alert(1)</script> note."],
        commands=COMMANDS,
    )


@pytest.fixture
def workdir(tmp_path):
    rows = [
        {"step": step, "seconds": 1.0, "adversarial": 0.5, "identity": 3.0}
        for step in (10, 20)
    ]
    path = tmp_path / "metrics.json"
    path.write_text(json.dumps({"history": rows}))
    return tmp_path


@pytest.fixture
def page(workdir):
    return Page(write_page(workdir).read_text(encoding="utf-8"))


def test_nothing_on_the_page_comes_from_a_network(page, workdir):
    assert "script" not in [tag for tag, _ in page.tags]
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "srcset", "data"):
                assert value.startswith(("page/", "#")), (tag, value)
    styles = (workdir / "index.html").read_text()
    assert "@import" not in styles
    assert all(u.startswith("#") for u in re.findall(r"url\(([^)]*)", styles))


def test_every_image_exists_beside_the_page(page, workdir):
    places = page.attributes("img", "src")
    assert len(places) == 9
    for place in places:
        assert read_image(workdir / place).shape[-1] == 3


def test_rows_show_source_translation_and_target_in_this_order(page, workdir):
    shades = [
        read_image(workdir / place)[0, 0, 0]
        for place in page.attributes("img", "src")
    ]
    expected = [10, 110, 200, 11, 111, 201, 12, 112, 200]  # Targets go round.
    np.testing.assert_allclose(np.float32(shades), expected, atol=2)
    headings = page.texts_of("th")
    assert [heading.split()[-1] for heading in headings] == [
        "Source",
        "Translation",
        "target",
    ]


def test_text_is_shown_and_never_becomes_markup(page):
    assert page.texts_of("h1") == ["A & <b>B</b>"]
    assert page.texts_of("title") == ["A & <b>B</b>"]
    assert "First <script>alert(1)</script> note." in page.texts_of("p")


def test_the_three_commands_are_shown_as_they_are_typed(page):
    assert page.texts_of("pre") == [command for _, command in COMMANDS]
    assert page.texts_of("li")[0] == "Translate <your> own:"


def test_every_loss_has_a_curve_and_the_clock_has_none(workdir):
    text = write_page(workdir).read_text()
    drawing = text[text.index("<svg") : text.index("</svg>")]
    assert "adversarial" in drawing and "identity" in drawing
    assert "seconds" not in drawing


def test_the_page_says_so_where_nothing_was_recorded(tmp_path):
    text = write_page(tmp_path).read_text()
    assert "No losses were recorded." in text
    assert "<svg" not in text


def test_writing_again_replaces_the_page(workdir):
    write_page(workdir, title="before")
    page = Page(write_page(workdir, title="after").read_text())
    assert page.texts_of("h1") == ["after"]


def test_one_channel_sixteen_bit_images_can_be_shown(workdir):
    grey = images(2, 30000, channels=1, dtype="uint16")
    write_page(workdir, sources=grey, targets=grey)
    shown = read_image(workdir / "page" / "source_0.jpg")
    assert abs(int(shown[0, 0, 0]) - 30000 * 255 / 65535) < 3
