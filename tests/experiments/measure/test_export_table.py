"""The table of sizes, speeds and parity, for the smallest generator."""

import json
import os
import subprocess
import sys

import pytest
from scripts import script_path

from semst_tf.networks import ResNetGenerator

pytest.importorskip("ai_edge_litert")

SCRIPT = script_path("export_table")


def table(folder, *more):
    return subprocess.run(
        [sys.executable, SCRIPT, "--model=model.keras", "--name=small"]
        + ["--output=figures.json", "--sizes=16", "--runs=1", *more],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )


@pytest.mark.soak  # Measures a row after the other in new processes.
def test_figures_and_page(tmp_path):
    network = ResNetGenerator(filters=4, blocks=1, seed=0)
    network.save(tmp_path / "model.keras")
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- begin small -->\nold\n<!-- end small -->\nb\n")
    result = table(tmp_path, f"--page={page}")
    assert result.returncode == 0, result.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    rows = {row["export"]: row for row in figures["exports"]}
    assert list(rows) == [
        "SavedModel",
        "LiteRT float32",
        "LiteRT float16",
        "LiteRT int8",
    ]
    assert all(row["bytes"] > 0 and row["seconds"] > 0 for row in rows.values())
    assert rows["LiteRT float32"]["maximum"] <= 1e-4
    text = page.read_text()
    assert text.startswith("a\n") and text.endswith("\nb\n")
    assert "old" not in text and "| LiteRT int8 | 16 x 16 |" in text
