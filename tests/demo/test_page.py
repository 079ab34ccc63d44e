"""The page in a real browser: what it computes, shows, says and asks for."""

import functools
import http.server
import shutil
import threading

import numpy as np
import pytest
from browser import Browser
from browser import chromium
from PIL import Image

from semst_tf.data import read_image
from semst_tf.demo.write_demo import write_demo
from semst_tf.inference.translate import translate
from semst_tf.loading.load_network import load_network
from semst_tf.networks import ResNetGenerator

pytest.importorskip("ai_edge_litert")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        chromium() is None, reason="no browser of the Chromium family is here"
    ),
]

HEIGHT, WIDTH = 48, 64
FLOAT16 = 0.01
"""Largest difference that weights in float16 may make, in [-1, 1]."""


@pytest.fixture(scope="module")
def network():
    return load_network("colour2vintage")


@pytest.fixture(scope="module")
def grey():
    # Of 128 channels, whose convolutions become matrix products.
    network = ResNetGenerator(
        filters=32, blocks=1, input_channels=1, output_channels=1, seed=0
    )
    network.value_range, network.target_value_range = (16.0, 235.0), (0, 200.0)
    return network


@pytest.fixture(scope="module")
def site(network, grey, runtime, tmp_path_factory):
    """A folder with two demos, on a path with characters to be escaped."""
    folder = tmp_path_factory.mktemp("site")
    sizes = ((HEIGHT, WIDTH),)
    write_demo(network, folder / "my demos" / "vintage", sizes, title="Vintage")
    write_demo(grey, folder / "grey", ((16, 24),), "float32", title="Grey")
    return folder


@pytest.fixture(scope="module")
def address(site):
    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser, address):
    page = browser.open(f"{address}/my%20demos/vintage/?from=a#link")
    page.wait("document.getElementById('problem').hidden")
    return page


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Smooth images of the model's size, of odd ones, and of larger ones."""
    folder = tmp_path_factory.mktemp("photos")
    for height, width in ((HEIGHT, WIDTH), (37, 50), (2, 3), (90, 131)):
        coarse = np.random.default_rng(height).integers(0, 256, (4, 5, 3))
        image = Image.fromarray(coarse.astype("uint8"))
        image.resize((width, height), Image.Resampling.BICUBIC).save(
            folder / f"{height}x{width}.png"
        )
    return folder


def choose(page, path):
    """Chooses a file, and waits for its translation."""
    page.run("demo.state.result = null")
    page.choose_files("#file", path)
    page.wait("demo.state.result")


def output(page):
    """The translation, as floats in [-1, 1]."""
    values = page.run("Array.from(demo.state.result.output)")
    size = page.run("demo.state.result.size")
    return np.reshape(values, (size["height"], size["width"], -1))


def canvas(page, name):
    """Pixels that are shown."""
    values = page.run(
        f"(() => {{ const c = document.getElementById('{name}');"
        "return [c.height, c.width, ...c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data]; })()"
    )
    return np.reshape(values[2:], (*values[:2], 4))[..., :3]


def set_control(page, name, value):
    page.run(
        f"document.getElementById('{name}').value = {value};"
        f"document.getElementById('{name}').dispatchEvent(new Event('input'))"
    )
    # What is shown follows in the next frame.
    page.run("new Promise(r => setTimeout(() => requestAnimationFrame(r), 60))")


def text(page, name):
    return page.run(f"document.getElementById('{name}').textContent")


def test_a_photo_is_translated_as_keras_does_it(page, photos, network):
    path = photos / f"{HEIGHT}x{WIDTH}.png"
    choose(page, path)
    pixels = read_image(path)
    expected = np.asarray(network(pixels[None] / np.float32(127.5) - 1))[0]
    np.testing.assert_allclose(output(page), expected, atol=FLOAT16)
    shown = canvas(page, "after")
    assert np.abs(shown - translate(network, pixels).astype(int)).max() <= 1
    np.testing.assert_array_equal(canvas(page, "before"), pixels)
    assert np.abs(shown - pixels.astype(int)).mean() > 5
    assert "64 × 48 pixels in " in text(page, "status")


@pytest.mark.parametrize("size", [(37, 50), (2, 3)])
def test_other_sizes_are_mirrored_to_that_of_the_model(
    page, photos, network, size
):
    path = photos / f"{size[0]}x{size[1]}.png"
    choose(page, path)
    pixels = read_image(path)
    missing = [(0, HEIGHT - size[0]), (0, WIDTH - size[1]), (0, 0)]
    padded = np.pad(pixels, missing, "reflect")[None] / np.float32(127.5) - 1
    expected = np.asarray(network(padded))[0, : size[0], : size[1]]
    np.testing.assert_allclose(output(page), expected, atol=FLOAT16)
    assert canvas(page, "after").shape == (*size, 3)


def test_a_large_photo_keeps_its_size_unless_it_shall_not(page, photos):
    choose(page, photos / "90x131.png")
    assert canvas(page, "after").shape == (90, 131, 3)
    # The change alone is enlarged: by hand.
    made, size = output(page), (44, 64)
    assert made.shape[:2] == size
    image = page.run("Array.from(demo.state.result.image.values)")
    change = (made - np.reshape(image, made.shape)).astype("float32")
    enlarged = np.stack(
        [
            Image.fromarray(change[..., channel]).resize(
                (131, 90), Image.Resampling.BILINEAR
            )
            for channel in range(3)
        ],
        axis=-1,
    )
    original = read_image(photos / "90x131.png")
    expected = np.clip(original + 127.5 * enlarged, 0, 255)
    assert np.abs(canvas(page, "after") - expected).max() <= 1
    page.run("document.getElementById('detail').click()")
    page.run("new Promise(requestAnimationFrame)")
    assert canvas(page, "after").shape == (*size, 3)
    page.run("document.getElementById('detail').click()")


def test_the_strength_goes_from_the_image_to_its_translation(page, photos):
    path = photos / f"{HEIGHT}x{WIDTH}.png"
    choose(page, path)
    pixels, whole = read_image(path), canvas(page, "after")
    set_control(page, "strength", 0)
    np.testing.assert_array_equal(canvas(page, "after"), pixels)
    set_control(page, "strength", 25)
    quarter = pixels + 0.25 * (whole - pixels)
    assert np.abs(canvas(page, "after") - quarter).max() <= 1
    assert text(page, "strength-value") == "25 %"
    set_control(page, "strength", 100)
    np.testing.assert_array_equal(canvas(page, "after"), whole)


def test_what_is_downloaded_is_what_is_shown(page, browser, photos, tmp_path):
    choose(page, photos / "37x50.png")
    browser.call(
        "Browser.setDownloadBehavior",
        behavior="allow",
        downloadPath=str(tmp_path),
        eventsEnabled=True,
    )
    page.run("document.getElementById('download').click()")
    browser.wait_for(
        lambda event: (
            event["method"] == "Browser.downloadProgress"
            and event["params"]["state"] == "completed"
        )
    )
    downloaded = read_image(tmp_path / "37x50_translated.png")
    np.testing.assert_array_equal(downloaded, canvas(page, "after"))


def test_the_keyboard_reaches_and_moves_everything(page, photos):
    choose(page, photos / "90x131.png")
    page.run("document.activeElement.blur(); document.body.focus()")
    reached = []
    for _ in range(10):
        page.key("Tab")
        reached.append(
            page.run("document.activeElement.id || document.activeElement.text")
        )
    assert reached[:8] == [
        "Skip to the controls",
        "file",
        "camera",
        "sample",
        "download",
        "split",
        "strength",
        "detail",
    ]
    page.run("document.getElementById('split').focus()")
    page.key("Home")
    assert page.run("compare.style.getPropertyValue('--split')") == "0%"
    assert text(page, "split-value") == "100 % after"
    page.key("ArrowRight")
    page.key("ArrowRight")
    assert text(page, "split-value") == "98 % after"
    page.key("End")
    assert page.run("compare.style.getPropertyValue('--split')") == "100%"


def test_a_screen_reader_has_a_name_for_everything(page, photos):
    choose(page, photos / "90x131.png")
    names = {
        (value(node, "role"), value(node, "name"))
        for node in page.call("Accessibility.getFullAXTree")["nodes"]
        if not node["ignored"]
    }
    for role, name in (
        ("heading", "Vintage"),
        ("image", "The image before"),
        ("image", "Its translation"),
        ("slider", "Before and after"),
        ("slider", "Strength"),
        ("button", "Start the camera"),
        ("button", "Try the sample"),
        ("button", "Download"),
        ("checkbox", "Keep the size and fine detail of my image"),
    ):
        assert (role, name) in names
    assert any(name.startswith("Choose an image") for _, name in names)
    controls = {"button", "slider", "checkbox", "combobox", "image"}
    assert not {r for r, name in names if r in controls and not name}
    # What a slider says is what is written beside it, and is said once.
    for slider in ("split", "strength"):
        written = page.run(
            f"document.getElementById('{slider}-value').textContent"
        )
        said = page.run(f"{slider}.getAttribute('aria-valuetext')")
        assert said == written
        live = f"document.getElementById('{slider}-value').ariaLive"
        assert page.run(live) == "off"
    assert page.run("document.getElementById('status').role") == "status"


def value(node, key):
    return node.get(key, {}).get("value", "").strip()


def test_a_file_that_is_no_image_is_told_and_the_next_one_works(
    page, photos, tmp_path
):
    (tmp_path / "notes.png").write_text("no image")
    page.choose_files("#file", tmp_path / "notes.png")
    page.wait("!document.getElementById('problem').hidden")
    assert "notes.png is not an image" in text(page, "problem")
    choose(page, photos / "37x50.png")
    page.wait("document.getElementById('problem').hidden")


def test_two_photos_at_once_end_with_the_second(page, photos):
    page.run("demo.state.result = null")
    page.choose_files("#file", photos / "90x131.png")
    choose(page, photos / "37x50.png")
    page.wait("document.getElementById('busy').hidden")
    assert output(page).shape == (37, 50, 3)
    assert canvas(page, "before").shape == (37, 50, 3)


def test_the_sample_is_shown_with_its_credit(page):
    page.run("demo.state.result = null; sample.click()")
    page.wait("demo.state.result && !credit.hidden")
    assert "CC BY 4.0" in text(page, "credit")
    assert output(page).shape == (HEIGHT, WIDTH, 3)


def test_the_camera_is_followed_until_it_is_stopped(page):
    page.run("demo.state.result = null; camera.click()")
    page.wait(
        "document.getElementById('status').textContent.includes('frames')"
    )
    assert page.run("camera.getAttribute('aria-pressed')") == "true"
    page.run("window.first = demo.state.result")
    page.wait("demo.state.result !== window.first")
    page.run("window.track = demo.state.running.getTracks()[0]; camera.click()")
    assert page.run("window.track.readyState") == "ended"
    assert text(page, "camera") == "Start the camera"


def test_grey_and_value_ranges_are_those_of_the_model(
    browser, address, grey, photos
):
    page = browser.open(f"{address}/grey/index.html")
    page.wait("document.getElementById('problem').hidden")
    image = Image.open(photos / "37x50.png").convert("L").resize((24, 16))
    path = photos / "grey.png"
    image.save(path)
    choose(page, path)
    pixels = read_image(path)
    expected = translate(grey, pixels).astype(int)
    shown = canvas(page, "after")
    assert np.abs(shown - expected).max() <= 1
    # A colour image becomes grey as Python makes it.
    Image.fromarray(np.repeat(pixels, 3, axis=-1)).save(photos / "colour.png")
    choose(page, photos / "colour.png")
    np.testing.assert_array_equal(canvas(page, "after"), shown)


def test_the_runtime_for_plain_simd_computes_the_same(
    browser, address, site, network, photos
):
    # Every current Chromium has relaxed SIMD, and loads the other one.
    folder = site / "plain"
    shutil.copytree(site / "my demos" / "vintage", folder)
    shutil.copy(
        folder / "litert" / "litert_wasm_compat_internal.js",
        folder / "litert" / "litert_wasm_internal.js",
    )
    page = browser.open(f"{address}/plain/")
    page.wait("document.getElementById('problem').hidden")
    path = photos / f"{HEIGHT}x{WIDTH}.png"
    choose(page, path)
    expected = np.asarray(
        network(read_image(path)[None] / np.float32(127.5) - 1)
    )[0]
    np.testing.assert_allclose(output(page), expected, atol=FLOAT16)
    loaded = [url for url in page.requests() if url.endswith(".wasm")]
    assert [url.rsplit("/")[-1] for url in loaded] == [
        "litert_wasm_compat_internal.wasm"
    ]


def test_what_a_browser_lacks_is_said(page):
    assert page.run("demo.missing()") == ""
    assert "no WebAssembly" in page.run("demo.missing({})")
    without_simd = "{WebAssembly: {validate: () => false}, Worker}"
    assert "without SIMD" in page.run(f"demo.missing({without_simd})")
    assert "no web workers" in page.run("demo.missing({WebAssembly})")


def test_a_page_from_a_file_says_how_to_serve_it(browser, site):
    page = browser.open((site / "grey" / "index.html").as_uri())
    shown = page.run("getComputedStyle(problem).display")
    assert shown != "none"
    assert "python -m http.server" in text(page, "problem")


def test_the_policy_lets_nothing_out(page, address):
    elsewhere = address.replace("127.0.0.1", "localhost")
    assert fetched(page, address)
    assert not fetched(page, elsewhere)
    worker = (
        f"const code = `fetch('{elsewhere}').then(() => postMessage(true),"
        " () => postMessage(false))`;"
        "new Worker(URL.createObjectURL(new Blob([code]))).onmessage ="
        " ({data}) => { window.answer = data; };"
    )
    page.run(f"window.answer = null; {worker}")
    page.wait("window.answer !== null")
    assert page.run("window.answer") is False


def fetched(page, url):
    return page.run(f"fetch('{url}').then(() => true, () => false)")


def test_no_request_left_the_folder(page, address, photos):
    """Last: also of what the tests above have done."""
    choose(page, photos / "37x50.png")
    own = f"{address}/my%20demos/vintage/"
    requests = [
        url for url in page.requests() if not url.startswith(("blob:", "data:"))
    ]
    assert f"{own}litert/litert_wasm_internal.wasm" in requests
    assert f"{own}models/{HEIGHT}x{WIDTH}.tflite" in requests
    # Of the test of the policy.
    tried = {f"{address}/", address.replace("127.0.0.1", "localhost") + "/"}
    strange = {url for url in requests if not url.startswith(own)}
    assert strange <= tried
    assert page.exceptions() == []
