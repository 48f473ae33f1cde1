"""`badak bench`: one whole run, and its messages if it cannot run."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.slow
def test_it_measures_shows_and_keeps(tmp_path):
    """In a separate process, since the modules of the folder are imported by their bare names."""
    words = ["--cases", "simple-train,gemm-100x10x100-nt,import", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "badak", "bench", *words, "--json", tmp_path / "found.json",
         "--peers", "badak,torch-eager,numpy,book", "--benchmarks", BENCHMARKS],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    found = json.loads((tmp_path / "found.json").read_text())["cases"]
    assert list(found) == ["simple-train", "gemm-100x10x100-nt", "import"]
    assert set(found["simple-train"]["peers"]) == {"badak", "torch-eager", "book"}
    for line in found.values():
        for peer, numbers in line["peers"].items():
            assert numbers.get("median", 0) > 0, (peer, numbers)
    for word in ("Median milliseconds", "simple-train", "eager", "Peak memory", "100x10x100"):
        assert word in done.stdout
    page = subprocess.run(
        [sys.executable, BENCHMARKS / "report.py", tmp_path / "found.json"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "| simple-train |" in page


def test_without_the_folder_it_says_where_it_is(badak, tmp_path):
    done = badak("bench")
    assert done.code == 2
    assert "benchmarks" in done.err
    assert "--benchmarks PATH" in done.err
    (tmp_path / "benchmarks").mkdir()
    shutil.copy(BENCHMARKS / "report.py", tmp_path / "benchmarks")
    assert "does not hold badak's benchmarks" in badak("bench").err


def test_no_rounds_no_medians(badak):
    assert badak("bench", "--rounds", "0").code == 2
