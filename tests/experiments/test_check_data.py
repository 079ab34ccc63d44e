"""The script from outside: exit codes, and one line on stderr."""

import functools
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from PIL import Image
from scripts import EXPERIMENTS
from scripts import run_here

check_data = functools.partial(run_here, "check_data")


def run_script(*arguments, script=EXPERIMENTS / "check_data.py"):
    return subprocess.run(
        [sys.executable, script, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(EXPERIMENTS)},
    )


def assert_one_line(result, *words, code=2):
    assert result.returncode == code, result.stderr
    assert result.stderr.startswith("check_data: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


@pytest.fixture
def folders(tmp_path):
    for number, name in enumerate(("source", "target")):
        (tmp_path / name).mkdir()
        for shade in range(3):
            image = Image.new("RGB", (32, 24), (number * 90, shade, 0))
            image.save(tmp_path / name / f"{shade}.png")
    return tmp_path


def flags_of(folders, *more):
    return (
        f"--source={folders / 'source'}",
        f"--target={folders / 'target'}",
        *more,
    )


def test_good_folders_exit_with_zero(folders):
    result = check_data(*flags_of(folders, "--crop_size=24", "--thorough"))
    assert result.returncode == 0
    assert result.stderr == ""
    assert "24x32 (3)" in result.stdout


def test_bad_file_is_an_error_until_it_may_be_skipped(folders):
    (folders / "source" / "text.png").write_text("no image\n")
    assert_one_line(check_data(*flags_of(folders)), "text.png")
    result = check_data(*flags_of(folders, "--skip_bad"))
    assert result.returncode == 0
    assert result.stderr == ""
    assert "1 images will be left out" in result.stdout


def test_missing_folder_is_one_line_from_a_shell_too(folders):
    result = run_script(*flags_of(folders, "--source=/no/such/folder"))
    assert_one_line(result, "No such file or directory: /no/such/folder")


@pytest.mark.parametrize(
    ("flag", "word"),
    [
        ("--source=/no/such/folder", "/no/such/folder"),
        ("--source=", "Received"),
        ("--source={folders}/target", "same images"),
        ("--source={folders}/empty", "no images"),
        ("--crop_size=-3", "Received: crop_size"),
        ("--crop_size=100", "smaller than the crop"),
        ("--resize=big", "Received: resize"),
        ("--channels=x", "--help"),
        ("--chanels=3", "chanels"),
        ("stray", "unexpected argument 'stray'"),
        ("--value_range=5", "Received: value_range"),
        ("--source=tfds:", "Received: 'tfds:'"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_two(folders, flag, word):
    (folders / "empty").mkdir()
    flag = flag.format(folders=folders)
    assert_one_line(check_data(*flags_of(folders, flag)), word)


def test_a_grey_image_among_colour_is_taken_as_training_takes_it(folders):
    grey = Image.new("L", (32, 24), 7)
    grey.save(folders / "source" / "grey.png")
    result = check_data(*flags_of(folders, "--thorough"))
    assert result.returncode == 0, result.stderr


def test_missing_flags_are_named():
    assert_one_line(run_script(), "--source", "--target")


def test_help_is_fast_and_no_failure():
    start = time.perf_counter()
    result = run_script("--help")
    assert time.perf_counter() - start < 2
    assert result.returncode == 0
    assert "--crop_size" in result.stdout
    assert "Example:" in result.stdout


@pytest.fixture
def script_of(tmp_path):
    def make(body):
        path = tmp_path / "check_data.py"
        body = textwrap.indent(textwrap.dedent(body).strip(), "    ")
        path.write_text(
            f"from cli import run\ndef main(_):\n{body}\nrun(main)\n"
        )
        return path

    return make


def test_messages_of_several_lines_become_one(script_of):
    script = script_of("raise ValueError('first\\n  second')")
    assert_one_line(run_script(script=script), "first second")


def test_defects_keep_their_traceback(script_of):
    result = run_script(script=script_of("raise KeyError('defect')"))
    assert result.returncode == 1
    assert "Traceback" in result.stderr


def test_notes_of_native_libraries_are_shown_only_on_failure(tmp_path):
    script = tmp_path / "noisy.py"
    script.write_text(
        "import os, sys\n"
        "from cli import quiet_imports\n"
        "with quiet_imports():\n"
        "    os.write(2, b'start-up note')\n"
        "    if len(sys.argv) > 1:\n"
        "        raise ImportError('broken')\n"
    )
    assert run_script(script=script).stderr == ""
    failed = run_script("fail", script=script).stderr
    assert "start-up note" in failed
    assert "broken" in failed


def test_exit_code_of_main_is_kept(script_of):
    assert run_script(script=script_of("return 7")).returncode == 7


@pytest.mark.parametrize(
    "waiting",
    [
        "time.sleep(30)",
        # As native code does that looks attributes up.
        "hasattr(Slow(), 'answer'); raise AttributeError('answer')",
    ],
)
def test_interrupt_exits_with_130_and_without_traceback(script_of, waiting):
    script = script_of(f"""
        import contextlib, time

        class Slow:
            @property
            def answer(self):
                with contextlib.suppress(KeyboardInterrupt):
                    time.sleep(30)
                raise AttributeError("answer")

        print("ready", flush=True)
        {waiting}
    """)
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(EXPERIMENTS)},
    ) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=300)
    assert process.returncode == 130
    assert errors == ""


def test_how_alike_matched_crops_are_is_shown(folders):
    options = [f"--{name}={folders / name}" for name in ("source", "target")]
    matching = "--matching=efficientnet_lite0/stride_16"
    assert_one_line(check_data(*options, matching), "give --crop_size")
    result = check_data(*options, matching, "--crop_size=16", "--pairs=2")
    assert result.returncode == 0, result.stderr
    *_, before, after = result.stdout.strip().splitlines()
    assert before.startswith("classes in common, 2 pairs, independent: ")
    assert after.startswith("classes in common, 2 pairs, efficientnet_lite0")
    for line in (before, after):
        assert 0 <= float(line.rsplit(maxsplit=1)[1]) <= 1
