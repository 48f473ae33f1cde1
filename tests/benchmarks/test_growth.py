"""How cost grows: measured, kept and drawn."""

import importlib
import json
import re

import pytest

from badak import models


@pytest.fixture
def growth(monkeypatch):
    growth = importlib.import_module("growth")
    monkeypatch.setattr(growth, "BATCHES", (1, 2))
    monkeypatch.setattr(growth, "SIZES", (16,))
    monkeypatch.setattr(growth, "MANY", 2)
    monkeypatch.setattr(growth, "cpu_counts", lambda: [1])
    monkeypatch.setattr(growth, "NETWORKS", {"lenet": (models.LeNet5, 100), "alexnet": ()})
    monkeypatch.setattr(growth.compare, "TURN", dict.fromkeys(growth.compare.TURN, 0.01))
    monkeypatch.setattr(growth.compare, "PAUSE", 0.0)
    return growth


def test_it_measures_keeps_and_draws(growth, tmp_path):
    folder = tmp_path / "plots"
    growth.main(folder, "badak", rounds=1)
    found = json.loads((folder / "growth.json").read_text())
    assert found["start"]["badak"]["import"] > 0
    assert found["start"]["badak"]["first prediction"] > 0
    assert found["memory"]["lenet"]["badak"] > 2**20
    for name, values in (("batch", ["1", "2"]), ("image", ["16"]), ("cpus", ["1"])):
        for kind in ("train", "forward"):
            points = found[name][kind]["badak"]
            assert list(points) == values
            assert all(point["median"] > 0 and point["memory"] > 2**20 for point in points.values())
    assert sorted(path.stem for path in folder.glob("*.png")) == [
        *("batch", "cpus", "image", "memory", "memory_batch", "start"),
    ]


def test_what_the_curves_show_by_hand(growth):
    plots = importlib.import_module("plots")
    points = {"badak": {"4": {"median": 0.002}, "1": {"median": 0.001}}}
    axes = plots.curve("batch", {"train": points, "forward": points}).axes[0]
    assert axes.get_lines()[0].get_xydata().tolist() == [[1, 1.0], [4, 0.5]]
    assert axes.get_ylabel() == "milliseconds per image"
    bars = plots.bars({"lenet": {"badak": 2**21, "jax": 2**22}}, "", "MiB", 2**-20).axes[0]
    assert [bar.get_width() for bar in bars.patches] == [2, 4]


def test_the_numbers_of_cpus(monkeypatch):
    growth = importlib.import_module("growth")
    for most, counts in ((1, [1]), (2, [1, 2]), (6, [1, 2, 4, 6])):
        monkeypatch.setattr(growth.os, "sched_getaffinity", lambda _, most=most: range(most))
        assert growth.cpu_counts() == counts


def test_a_peer_has_the_cpus_it_may_use(monkeypatch, tmp_path):
    team = importlib.import_module("team")
    (tmp_path / "counting.py").write_text(
        "import os\ndef prepare(task, peer):\n    raise ValueError(len(os.sched_getaffinity(0)))\n"
    )
    cases = importlib.import_module("cases")
    task, _ = cases.task_of(cases.Case("gemm", product=(2, 2, 2)))
    task.save(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker = team.Worker("counting", "", cpus=1)
    try:
        with pytest.raises(team.Fault, match=re.escape("ValueError: 1")):
            worker.ask(prepare=str(tmp_path))
    finally:
        worker.close()
