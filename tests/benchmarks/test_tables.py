"""The tables: what is measured and how it is shown."""

import importlib
import json

import numpy as np
import pytest

from badak import models

RESULTS = {
    "machine": {"processor": "A CPU", "cpus": 2, "load": 0.1, "system": "Linux", "day": "today"},
    "versions": {"badak": "0.1.0"},
    "rounds": 7,
    "not installed": ["jax"],
    "cases": {
        "simple-train": {
            "kind": "train",
            "flops": 4e8,
            "peak": 2e11,
            "peers": {
                "badak": {"median": 4e-3, "memory": 50 * 2**20},
                "torch-eager": {"median": 2e-2, "memory": 300 * 2**20},
                "torch-channels-last": {"median": 1e-2, "memory": 310 * 2**20},
                "torch-compile": {"fault": "no compiler"},
                "book": {"median": 0.12, "memory": 90 * 2**20},
            },
        },
        "gemm-30x576x25-nn": {
            "kind": "gemm",
            "flops": 2 * 30 * 576 * 25,
            "peak": 1e11,
            "peers": {"badak": {"median": 1.08e-5}, "numpy": {"median": 2.16e-5}},
        },
        "mnist-epoch": {
            "kind": "process",
            "flops": None,
            "peak": 1e11,
            "peers": {"badak": {"median": 3.0}, "torch-eager": {"median": 12.0}},
        },
    },
}  # fmt: skip


@pytest.fixture
def report():
    return importlib.import_module("report")


@pytest.fixture
def cases():
    return importlib.import_module("cases")


def test_the_tables_by_hand(report):
    shown = {
        title.partition(",")[0].partition(" (")[0]: rows
        for title, _, rows in report.tables(RESULTS)
    }
    assert shown == {
        "Median milliseconds of a step": [
            ["simple-train", "4.00", "50 %", "10.0 (2.5x)", "ch. last", "", "", "120 (30x)"]
        ],
        "Peak memory of the process": [["simple-train", "50", "300", "6x"]],
        "Matrix product m x n x k": [["30x576x25", "80 / 40", "", "", ""]],
        "Seconds from start to exit": [["mnist-epoch", "3", "12", "4x"]],
    }
    assert report.faults(RESULTS) == [
        "jax: not installed",
        "simple-train, torch-compile: no compiler",
    ]


def line(kind, ours, **theirs):
    peers = {"badak": ours} | {name.replace("_", "-"): time for name, time in theirs.items()}
    return {"kind": kind, "peers": {name: {"median": time} for name, time in peers.items()}}


def test_means_and_the_worst_by_hand(report):
    lines = {
        "simple-train": line("train", 1.0, torch_eager=4.0, torch_channels_last=5.0),
        "lenet-train": line("train", 2.0, torch_eager=2.0),
        "random-7-1-train": line("train", 1.0, torch_eager=0.5),
        "random-7-2-train": line("train", 1.0, torch_eager=8.0),
        "random-7-1-one": line("forward", 1.0, onnxruntime=3.0, torch_eager=1.0),
        "random-7-2-one": line("forward", 1.0, onnxruntime=12.0),
        "simple-one": {"kind": "forward", "peers": {"badak": {"fault": "x"}, "onnxruntime": {}}},
    }
    assert report.mean_table({"cases": lines})[2] == [
        ["named, train", "PyTorch, its best", "2", "2.00", "1.00", "lenet"],
        ["seed 7, train", "PyTorch, its best", "2", "2.00", "0.50", "random-7-1"],
        ["seed 7, one", "ONNX Runtime", "2", "6.00", "3.00", "random-7-1"],
        ["all, train", "PyTorch, its best", "4", "2.00", "0.50", "random-7-1"],
        ["all, one", "ONNX Runtime", "2", "6.00", "3.00", "random-7-1"],
    ]


def test_markdown_holds_the_same(report, tmp_path):
    page = report.markdown(json.loads(json.dumps(RESULTS)))
    assert "| simple-train | 4.00 | 50 % | 10.0 (2.5x) | ch. last |  |  | 120 (30x) |" in page
    assert "| Case | badak | Peak | PyTorch | best | ONNX RT | JAX | book |\n| --- | ---: |" in page
    assert "A CPU, 2 CPUs, Linux, today, FMA peak 100 GFLOP/s" in page
    assert "- jax: not installed" in page


def test_a_busy_machine_is_told(report):
    busy = {**RESULTS, "machine": {**RESULTS["machine"], "load": 3.2}}
    assert "a load of 3.2 before the start" in report.markdown(busy)
    assert "a load" not in report.markdown(RESULTS)


def test_without_badak_or_peak_there_are_times_alone(report):
    line = {**RESULTS["cases"]["simple-train"], "peak": None}
    line["peers"] = {"jax": {"median": 2e-3}}
    rows = report.network_table({"cases": {"simple-train": line}})[2]
    assert rows == [["simple-train", "", "", "", "", "", "2.00", ""]]


def test_the_networks_own_products_are_in_the_table(cases):
    found = cases.products()
    for product in (
        (2048, 2048, 2048),
        (30, 576, 25),  # SimpleConvNet's convolution, for one image
        (100, 100, 4320),  # its hidden layer, for the batch
        (128, 729, 1200),  # AlexNet's second convolution, one of its two groups
        (32, 4096, 9216),  # its first hidden layer
    ):
        assert product in found
    assert len([name for name in cases.table() if name.startswith("gemm-")]) == 4 * len(found)


@pytest.mark.parametrize("form", ["nn", "nt", "tn", "tt"])
def test_products_are_stored_as_their_form_says(cases, form):
    task, flops = cases.task_of(cases.Case("gemm", product=(3, 5, 7), form=form))
    a, b = task.arrays["a"], task.arrays["b"]
    assert a.shape == ((7, 3) if form[0] == "t" else (3, 7))
    assert b.shape == ((5, 7) if form[1] == "t" else (7, 5))
    assert flops == 2 * 3 * 5 * 7
    expected = (a.T if form[0] == "t" else a) @ (b.T if form[1] == "t" else b)
    for module in ("bench_numpy", "bench_badak"):
        if module == "bench_badak":
            pytest.importorskip("badak._core")
        step = importlib.import_module(module).prepare(task, "")
        np.testing.assert_allclose(step(), expected, rtol=1e-4, atol=1e-5)


def test_a_task_comes_back_from_its_folder(cases, tmp_path):
    task, flops = cases.task_of(cases.table()["deep-train"])
    net = models.DeepConvNet()
    assert flops == 100 * net.summary().training_flops
    task.save(tmp_path)
    again = importlib.import_module("task").Task.load(tmp_path)
    assert again.architecture == json.loads(json.dumps(task.architecture))
    assert again.parameters.keys() == net.parameters().keys()
    for name, array in task.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array)


def test_dropout_is_left_out_of_the_comparison_alone(cases):
    task, _ = cases.task_of(cases.table()["deep-train"])
    assert task.drops

    def shares(one):
        entries = importlib.import_module("task").every(one.layers)
        return [entry["arguments"]["p"] for entry in entries if entry["type"] == "Dropout"]

    assert shares(task.without_dropout()) == [0, 0]
    assert shares(task) == [0.5, 0.5]
    assert not cases.task_of(cases.table()["deep-forward"])[0].drops
    assert not cases.task_of(cases.table()["lenet-train"])[0].drops
