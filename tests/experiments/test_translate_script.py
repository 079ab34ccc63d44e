"""translate.py from outside: what comes out, and what is refused."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from folders import contents
from folders import write_images
from PIL import Image
from scripts import assert_one_line
from scripts import run_here
from scripts import run_in_shell
from scripts import script_path
from small import small_model

from semst_tf.data import ImageCollection
from semst_tf.data import read_image
from semst_tf.data import write_image
from semst_tf.data.image_files import decode_image
from semst_tf.inference.translate import translate as translate_image
from semst_tf.networks import PatchDiscriminator
from semst_tf.networks import ResNetGenerator

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Files of translators, and of things that are none."""
    folder = tmp_path_factory.mktemp("models")
    small_model("cut").save(folder / "colour.keras")
    for name, channels in (("grey", (1, 1)), ("five", (3, 5))):
        ResNetGenerator(
            4, 1, input_channels=channels[0], output_channels=channels[1]
        ).save(folder / f"{name}.keras")
    PatchDiscriminator(filters=4, layers=1).save(folder / "discriminator.keras")
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(
        folder / "classifier.keras"
    )
    whole = (folder / "colour.keras").read_bytes()
    (folder / "truncated.keras").write_bytes(whole[: len(whole) // 2])
    (folder / "text.keras").write_text("no model\n")
    (folder / "text.pth").write_text("no model\n")
    (folder / "empty_run").mkdir()
    write_attack(folder / "attack.pth", folder / "trace")
    return folder


def write_attack(path, trace):
    """A checkpoint whose unpickling would create a file."""
    calls = b"\x80\x02cbuiltins\nopen\n("
    for argument in (str(trace).encode(), b"w"):
        calls += b"X" + len(argument).to_bytes(4, "little") + argument
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", calls + b"tR.")


def translate(models, source, output, *more, model="colour.keras"):
    return run_here(
        "translate",
        f"--model={models / model}",
        f"--input={source}",
        f"--output={output}",
        *more,
    )


def random_image(height, width, channels=3, dtype="uint8"):
    random = np.random.default_rng([height, width])
    top = np.iinfo(dtype).max + 1
    return random.integers(0, top, (height, width, channels), dtype)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Nested images of many formats and odd sizes."""
    root = tmp_path_factory.mktemp("in")
    (root / "deep" / "er").mkdir(parents=True)
    for name in (
        "one.png",
        "deep/two.jpg",
        "deep/er/three.WEBP",
        "deep/er/four.bmp",
        "deep/five.tiff",
        "deep/six.npy",
    ):
        write_image(root / name, random_image(13, 21))
    Image.fromarray(random_image(1, 7)).save(root / "line.png")
    Image.fromarray(random_image(9, 11)).convert("P").save(root / "seven.gif")
    (root / "notes.txt").write_text("no image")
    return root


@pytest.fixture(scope="module")
def translated(models, folder, tmp_path_factory):
    output = tmp_path_factory.mktemp("out") / "made" / "new"
    result = translate(models, folder, output)
    assert result.returncode == 0, result.stderr
    return result, output


def files(folder):
    return {name for name, data in contents(folder).items() if data is not None}


def test_names_and_subfolders_are_kept_and_gif_becomes_png(folder, translated):
    expected = files(folder) - {"notes.txt", "seven.gif"} | {"seven.png"}
    assert files(translated[1]) == expected


def test_sizes_and_formats_are_kept(folder, translated):
    for name in files(translated[1]) - {"seven.png"}:
        source, output = read_image(folder / name), translated[1] / name
        assert read_image(output).shape == source.shape
        assert read_image(output).dtype == source.dtype
        if not name.endswith(".npy"):
            with Image.open(folder / name) as a, Image.open(output) as b:
                assert a.format == b.format
    assert read_image(translated[1] / "seven.png").shape == (9, 11, 3)


def test_images_are_what_the_model_makes_of_them(models, folder, translated):
    model = keras.saving.load_model(models / "colour.keras")
    expected = model.translate(read_image(folder / "one.png"))
    np.testing.assert_array_equal(
        read_image(translated[1] / "one.png"), expected
    )
    assert (expected != read_image(folder / "one.png")).any()


def test_it_says_what_it_did_and_nothing_on_stderr(translated):
    result, output = translated
    assert result.stdout.endswith(f"translated 8 images into {output}\n")
    assert result.stderr == ""


def test_existing_images_are_kept_unless_overwrite_is_given(
    models, folder, tmp_path
):
    output = tmp_path / "out"
    output.mkdir()
    (output / "one.png").write_bytes(b"mine")
    before = contents(tmp_path)
    source = folder / "one.png"
    assert_one_line(translate(models, source, output), "one.png", "--overwrite")
    assert contents(tmp_path) == before
    assert translate(models, source, output, "--overwrite").returncode == 0
    assert read_image(output / "one.png").shape == (13, 21, 3)


def test_a_glob_keeps_what_lies_below_the_common_folder(
    models, folder, tmp_path
):
    translate(models, folder / "deep" / "**" / "*.[jb]*", tmp_path / "out")
    assert files(tmp_path / "out") == {"two.jpg", "er/four.bmp"}


@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy"])
def test_sixteen_bit_grey_stays_sixteen_bit_grey(models, tmp_path, suffix):
    source = tmp_path / f"deep{suffix}"
    write_image(source, random_image(11, 5, 1, "uint16"))
    result = translate(models, source, tmp_path / "out", model="grey.keras")
    assert result.returncode == 0, result.stderr
    output = read_image(tmp_path / "out" / f"deep{suffix}")
    assert output.shape == (11, 5, 1) and output.dtype == np.uint16
    assert len(np.unique(output % 256)) > 1  # The low byte is in use.


def test_floating_point_images_keep_the_stated_range(models, tmp_path):
    source = tmp_path / "float.npy"
    np.save(source, random_image(6, 7).astype("float32"))
    result = translate(models, source, tmp_path / "out", "--value_range=0,255")
    assert result.returncode == 0, result.stderr
    output = np.load(tmp_path / "out" / "float.npy")
    assert output.dtype == np.float32
    assert output.min() >= 0 and output.max() > 2


def test_more_output_channels_go_where_the_format_can_hold_them(
    models, tmp_path
):
    write_image(tmp_path / "a.npy", random_image(6, 7))
    result = translate(
        models, tmp_path / "a.npy", tmp_path / "out", model="five.keras"
    )
    assert result.returncode == 0, result.stderr
    assert np.load(tmp_path / "out" / "a.npy").shape == (6, 7, 5)


def test_a_run_directory_is_a_model(models, folder, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(models / "colour.keras", run / "model.keras")
    before = contents(run)
    source = folder / "one.png"
    assert (
        translate(models, source, tmp_path / "out", model=run).returncode == 0
    )
    assert contents(run) == before


def test_a_pth_file_of_the_cut_family_is_a_model(models, folder, tmp_path):
    result = translate(
        models,
        folder / "one.png",
        tmp_path / "out",
        model=REFERENCE / "cut_net_G.pth",
    )
    assert result.returncode == 0, result.stderr
    assert read_image(tmp_path / "out" / "one.png").shape == (13, 21, 3)


def test_names_that_are_no_text_are_kept(models, tmp_path):
    name = b"\xff\xfe odd\n.png".decode("utf-8", "surrogateescape")
    (tmp_path / "in").mkdir()
    write_image(tmp_path / "in" / name, random_image(4, 4))
    result = translate(models, tmp_path / "in", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--input={root}/missing.png", ["finds no image", "missing.png"]),
        ("--input={root}/missing/*.png", ["finds no image"]),
        ("--input={root}/empty", ["holds no images", "empty"]),
        ("--input={root}/bad", ["text.png"]),
        ("--input={root}/bad/text.png", ["text.png"]),
        ("--input={root}/truncated", ["truncated.png"]),
        ("--input={root}/five", ["3 channels", "five.npy with 5"]),
        ("--input={root}/twins", ["same file", "a.png"]),
        ("--input={root}/loud.npy", ["value_range"]),
        ("--value_range=1", ["Received: 1"]),
        ("--value_range=low,high", ["Received: low,high"]),
        ("--value_range=1,0", ["value_range"]),
        ("--value_range=0,1", ["value_range"]),
        ("--output=", ["--output is a folder"]),
        ("--output={root}/good/one.png", ["--output is a folder"]),
        ("--output={root}/good/one.png/below", ["one.png"]),
        ("--model=", ["Received: ."]),
        ("--model={root}/missing", ["no model", "missing"]),
        ("--model={root}/good/one.png", ["one.png"]),
        ("--model={models}/empty_run", ["neither", "empty_run"]),
        ("--model={models}/text.keras", ["text.keras"]),
        ("--model={models}/text.pth", ["text.pth"]),
        ("--model={models}/truncated.keras", ["truncated.keras"]),
        ("--model={models}/classifier.keras", ["no translator"]),
        ("--model={models}/discriminator.keras", ["no translator"]),
        ("--model={models}/attack.pth", ["attack.pth"]),
        ("--model={models}/five.keras", ["can't hold", "5 channels"]),
        ("--modle=x", ["modle", "--help"]),
        ("stray", ["unexpected argument 'stray'"]),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(
    models, tmp_path, monkeypatch, flag, words
):
    write_bad_input(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path), contents(models)
    flag = flag.format(root=tmp_path, models=models)
    result = translate(models, tmp_path / "good", tmp_path / "out", flag)
    assert_one_line(result, *words)
    assert (contents(tmp_path), contents(models)) == before


def write_bad_input(root):
    """In each folder a good image comes first."""
    for name in ("good", "bad", "truncated", "five", "twins"):
        write_images(root / name, count=1)
    (root / "empty").mkdir()
    (root / "good" / "0.png").rename(root / "good" / "one.png")
    (root / "bad" / "text.png").write_text("no image\n")
    whole = (root / "good" / "one.png").read_bytes()
    (root / "truncated" / "truncated.png").write_bytes(whole[:-50])
    np.save(root / "five" / "five.npy", np.zeros((8, 8, 5), "uint8"))
    Image.new("RGB", (8, 8)).save(root / "twins" / "a.png")
    Image.new("RGB", (8, 8)).save(root / "twins" / "a.gif")
    np.save(root / "loud.npy", np.full((8, 8, 3), 7, "float32"))


def test_code_in_a_model_does_not_run(models, folder, tmp_path):
    result = translate(
        models, folder / "one.png", tmp_path / "out", model="attack.pth"
    )
    assert_one_line(result, "builtins")
    assert not (models / "trace").exists()


def test_missing_flags_are_named():
    result = run_here("translate", "--input=x")
    assert_one_line(result, "--model", "--output")


def test_help_describes_every_flag_and_is_no_failure():
    result = run_in_shell("translate", "--help")
    assert result.returncode == 0
    assert "Example" in result.stdout
    for flag in ("model", "input", "output", "value_range", "overwrite"):
        assert f"--{flag}" in result.stdout or f"--[no]{flag}" in result.stdout


def test_tiles_and_their_report(models, tmp_path):
    write_image(tmp_path / "wide.png", random_image(8, 60))
    result = translate(
        models,
        tmp_path / "wide.png",
        tmp_path / "out",
        "--mode=exact_tiled",
        "--tile=40",
        "--report",
    )
    assert result.returncode == 0, result.stderr
    assert "wide.png: steps at borders / elsewhere" in result.stdout
    assert "at borders / in one piece 1.0" in result.stdout
    model = keras.saving.load_model(models / "colour.keras")
    whole = model.translate(read_image(tmp_path / "wide.png")).astype(int)
    written = read_image(tmp_path / "out" / "wide.png")
    assert np.abs(written - whole).max() <= 1


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--mode=halves"], ["halves"]),
        (["--mode=tiled", "--tile=0"], ["tile=0"]),
        (["--tile=64"], ["tile=64"]),
        (["--report"], ["--report"]),
    ],
)
def test_flags_of_tiles_that_do_not_fit_are_refused(
    models, folder, tmp_path, flags, words
):
    result = translate(models, folder / "one.png", tmp_path / "out", *flags)
    assert_one_line(result, *words)
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def copier(tmp_path_factory):
    """A folder with translators that give their input back."""
    folder = tmp_path_factory.mktemp("copiers")
    for name, channels in (("colour", 3), ("grey", 1), ("five", 5)):
        ResNetGenerator(
            4,
            1,
            input_channels=channels,
            output_channels=channels,
            residual=True,
            strength=0.0,
        ).save(folder / f"{name}.keras")
    return folder


def test_a_grey_file_among_colour_ones_is_translated_as_in_training(
    copier, tmp_path
):
    grey = random_image(9, 11, 1)
    (tmp_path / "in").mkdir()
    write_image(tmp_path / "in" / "grey.png", grey)
    write_image(tmp_path / "in" / "colour.png", random_image(9, 11))
    result = translate(copier, tmp_path / "in", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    written = read_image(tmp_path / "out" / "grey.png")
    np.testing.assert_array_equal(written, grey.repeat(3, axis=-1))


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [("png", "uint8"), ("webp", "uint8"), ("tif", "uint8"), ("tif", "uint16")],
)
@pytest.mark.parametrize("mode", ["whole", "tiled"])
def test_transparency_is_kept(copier, tmp_path, suffix, dtype, mode):
    image = random_image(40, 44, 4, dtype)
    path = tmp_path / f"a.{suffix}"
    write_image(path, image[..., :3], alpha=image[..., 3])
    result = translate(copier, path, tmp_path / "out", f"--mode={mode}")
    assert result.returncode == 0, result.stderr
    written = decode_image(tmp_path / "out" / path.name)
    np.testing.assert_array_equal(written.alpha, image[..., 3])
    if suffix != "webp":
        np.testing.assert_array_equal(written.pixels, image[..., :3])
    assert "is left out" not in result.stdout


def test_transparency_that_a_format_cannot_hold_is_told_once(copier, tmp_path):
    for name in ("a.jpg", "b.jpg"):  # PNG by its content.
        Image.new("RGBA", (8, 8), (9, 8, 7, 6)).save(tmp_path / name, "PNG")
    result = translate(copier, f"{tmp_path}/*.jpg", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("transparency is left out of 2 images") == 1


def test_bands_and_georeference_go_through(copier, tmp_path):
    image = random_image(24, 20, 5, "uint16")
    tags = ((33550, 12, 3, (0.5, 0.5, 0.0)), (42113, 2, 6, "-9999"))
    write_image(tmp_path / "a.tif", image, georeference=tags)
    result = translate(
        copier, tmp_path / "a.tif", tmp_path / "out", model="five.keras"
    )
    assert result.returncode == 0, result.stderr
    written = decode_image(tmp_path / "out" / "a.tif")
    np.testing.assert_array_equal(written.pixels, image)
    assert [tag[0] for tag in written.georeference] == [33550, 42113]


def test_a_page_of_a_stack_is_translated_when_it_is_chosen(copier, tmp_path):
    pages = [Image.fromarray(random_image(8 + i, 9)) for i in range(3)]
    path = tmp_path / "stack.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert_one_line(translate(copier, path, tmp_path / "out"), "3 pages")
    result = translate(copier, path, tmp_path / "out", "--page=2")
    assert result.returncode == 0, result.stderr
    written = read_image(tmp_path / "out" / path.name)
    np.testing.assert_array_equal(written, np.asarray(pages[2]))


def test_an_animation_is_told_to_be_one(copier, tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    result = translate(copier, path, tmp_path / "out")
    assert "first frame" in result.stdout and "--page" in result.stdout
    result = translate(
        copier, path, tmp_path / "out", "--page=1", "--overwrite"
    )
    assert read_image(tmp_path / "out" / "a.png")[0, 0].tolist() == [0, 0, 255]


def test_the_pixel_limit_is_a_flag(copier, tmp_path):
    write_image(tmp_path / "a.png", random_image(8, 9))
    refused = translate(
        copier, tmp_path / "a.png", tmp_path / "out", "--max_pixels=71"
    )
    assert_one_line(refused, "72", "--max_pixels=72")
    result = translate(
        copier, tmp_path / "a.png", tmp_path / "out", "--max_pixels=72"
    )
    assert result.returncode == 0, result.stderr


def test_a_model_keeps_the_value_range_it_was_trained_with(tmp_path):
    model = small_model(
        "cut",
        generator={
            "input_channels": 1,
            "output_channels": 1,
            "residual": True,
            "strength": 0.0,
        },
        optimizer={"ema_decay": 0.5},
        data={"value_range": "-1000,2000", "target_value_range": (0, 300)},
    )
    model.save(tmp_path / "ct.keras")
    values = np.array([[-3000, -1000, 500, 2000, 3000]] * 8, "int16")
    write_image(tmp_path / "a.tif", values)
    result = translate(
        tmp_path, tmp_path / "a.tif", tmp_path / "out", model="ct.keras"
    )
    assert result.returncode == 0, result.stderr
    written = read_image(tmp_path / "out" / "a.tif")
    assert written.dtype == np.int16
    np.testing.assert_allclose(written[0, :, 0], [0, 0, 150, 300, 300], atol=1)


def digest(folder):
    return {name: data for name, data in contents(folder).items() if data}


@pytest.mark.parametrize("kind", ["same", "dots", "link", "link to parent"])
def test_no_input_is_ever_replaced(models, tmp_path, kind):
    photos = write_images(tmp_path / "photos", count=2)
    (tmp_path / "link").symlink_to(photos)
    (tmp_path / "up").symlink_to(tmp_path)
    outputs = {
        "same": photos,
        "dots": photos / ".." / "photos",
        "link": tmp_path / "link",
        "link to parent": tmp_path / "up" / "photos",
    }
    before = digest(photos)
    for source in (photos, photos / "0.png", photos / "*.png"):
        result = translate(models, source, outputs[kind], "--overwrite")
        assert_one_line(result, "--output")
    assert digest(photos) == before


def test_a_link_to_an_input_is_not_replaced_either(models, tmp_path):
    photos = write_images(tmp_path / "photos", count=1)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "0.png").symlink_to(photos / "0.png")
    result = translate(models, photos, tmp_path / "out", "--overwrite")
    assert_one_line(result, "An input would be replaced", "0.png")
    assert (tmp_path / "out" / "0.png").is_symlink()


@pytest.mark.parametrize("name", ["translated", "deep/er"])
def test_what_was_written_inside_the_input_is_not_translated_again(
    models, tmp_path, name
):
    photos = write_images(tmp_path / "photos", count=2)
    output = photos / name
    assert translate(models, photos, output).returncode == 0
    once = contents(output)
    result = translate(models, photos, output, "--overwrite")
    assert result.returncode == 0, result.stderr
    assert "1 folder left out (1 translations)" in result.stdout
    assert contents(output) == once
    # Neither does a training or another call take it in.
    assert len(ImageCollection(photos)) == 2
    assert translate(models, photos, photos / "other").returncode == 0
    assert len(ImageCollection(photos / "other")) == 2


def test_originals_in_the_output_are_still_images_of_the_data(models, tmp_path):
    photos = write_images(tmp_path / "photos", count=2)
    write_images(photos / "more", count=1)
    (photos / "more" / "0.png").rename(photos / "more" / "original.png")
    assert translate(models, photos / "*.png", photos / "more").returncode == 0
    assert "more/original.png" in ImageCollection(photos).relative_names


def test_an_input_below_the_output_is_translated(models, tmp_path):
    photos = write_images(tmp_path / "out" / "photos", count=1)
    result = translate(models, photos, tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out" / "0.png").is_file()


@pytest.mark.parametrize(
    "name", ["photos [1]", "a*b?", "Straße Ω", "with space", "{x}"]
)
def test_any_name_of_a_folder_is_a_name(models, tmp_path, name):
    photos = write_images(tmp_path / name, count=1)
    (photos / "0.png").rename(photos / f"{name}.png")
    for source in (photos, photos / f"{name}.png", photos / "*.png"):
        result = translate(models, source, tmp_path / "out", "--overwrite")
        assert result.returncode == 0, result.stderr
        assert files(tmp_path / "out") == {f"{name}.png"}


def test_a_terminal_of_few_characters_shows_everything(models, tmp_path):
    photos = write_images(tmp_path / "Straße Ω", count=1)
    (photos / "0.png").rename(photos / "Ω.png")
    (photos / "damaged ☃.png").write_bytes(
        (photos / "Ω.png").read_bytes()[:-30]
    )
    command = [
        sys.executable,
        str(script_path("translate")),
        f"--model={models / 'colour.keras'}",
        f"--output={tmp_path / 'über'}",
    ]
    settings = {
        **os.environ,
        "PYTHONIOENCODING": "ascii:strict",
        "LANG": "C",
        "LC_ALL": "C",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    for source, code in ((photos / "Ω.png", 0), (photos, 2)):
        result = subprocess.run(
            [*command, f"--input={source}", "--overwrite"],
            capture_output=True,
            text=True,
            env=settings,
        )
        assert result.returncode == code, result.stderr
        shown = result.stdout + result.stderr
        assert "Traceback" not in shown and "Unicode" not in shown
        assert shown.isascii()
        # Progress bars stay short, names stay legible.
        assert "u2501" not in shown
        assert ("\\xfcber" if code == 0 else "\\u2603") in shown


def test_a_data_set_of_cut_is_translated_by_its_root(models, tmp_path):
    write_images(tmp_path / "testA", count=1)
    write_images(tmp_path / "testB", count=2)
    for direction, count in (("AtoB", 1), ("BtoA", 2)):
        output = tmp_path / direction
        result = run_here(
            "translate",
            f"--model={models / 'colour.keras'}",
            f"--dataroot={tmp_path}",
            f"--direction={direction}",
            f"--output={output}",
        )
        assert result.returncode == 0, result.stderr
        assert len(files(output)) == count


def test_a_translator_that_ships_is_found_by_its_name(folder, tmp_path):
    result = run_here(
        "translate",
        "--model=colour2vintage",
        f"--input={folder / 'one.png'}",
        f"--output={tmp_path}",
    )
    assert result.returncode == 0, result.stderr
    assert files(tmp_path) == {"one.png"}


def test_an_unknown_name_lists_those_that_ship(models, tmp_path):
    result = translate(models, "x", tmp_path, model="color2vintage")
    assert_one_line(result, "colour2vintage")


def test_a_guided_filter_that_is_asked_for_is_there(tmp_path):
    network = ResNetGenerator(4, 1, seed=0)
    network.save(tmp_path / "direct.keras")
    image = random_image(24, 32)
    write_image(tmp_path / "a.png", image)
    for radius in (0, 4):
        result = translate(
            tmp_path,
            tmp_path / "a.png",
            tmp_path / f"out_{radius}",
            f"--guided_radius={radius}",
            model="direct.keras",
        )
        assert result.returncode == 0, result.stderr
        network.guided_radius = radius or None
        np.testing.assert_array_equal(
            read_image(tmp_path / f"out_{radius}" / "a.png"),
            translate_image(network, image),
        )
