"""profile: the right seconds for the right layer, and the network does not change."""

import copy
import importlib
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from badak import BadakError, Network, ops
from badak.inspect import draw, profile
from badak.inspect.checks.profile import Profile, Timed
from badak.layers import (
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
)
from badak.models import LeNet5, ResNet8
from badak.ops import edition

CONV = Timed("conv1", "Conv2d", 0.002, 0.004, 600_000_000)
RELU = Timed("relu1", "ReLU", 0.001, 0.001, 2_000_000)
LOSS = Timed("loss", "CrossEntropyLoss", 0.0005, 0.0015, 0)
WHOLE = Timed("as it runs", "", 0.0015, 0.0035, 602_000_000)


def made(peak):
    return Profile((CONV, RELU, LOSS), WHOLE, batch_size=100, rounds=10, peak=peak)


@pytest.fixture
def x():
    return np.random.default_rng(0).random((3, 1, 28, 28), dtype=np.float32)


def test_flops_are_the_summarys_for_the_whole_batch(x):
    net = LeNet5()
    found, summary = profile(net, x, rounds=1), net.summary()
    *layers, loss = found.rows
    assert [(row.name, row.kind) for row in layers] == [(r.name, r.kind) for r in summary.rows]
    assert [row.flops for row in layers] == [3 * (r.flops + r.backward_flops) for r in summary.rows]
    assert (loss.name, loss.flops) == ("loss", 0)
    assert found.whole.flops == found.one_by_one.flops == 3 * summary.training_flops
    assert found.batch_size == 3


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves only when a test sets it."""

    class Clock:
        now = 0.0

        def moves(self, owner, name, *seconds):
            """Let each call of owner.name take the next of `seconds`; the last one repeats."""
            original, left = getattr(owner, name), list(seconds)

            def slow(*arguments, **named):
                self.now += left.pop(0) if len(left) > 1 else left[0]
                return original(*arguments, **named)

            monkeypatch.setattr(owner, name, slow)

    one = Clock()
    # The whole passes may call the layers or not: only their own time counts.
    monkeypatch.setattr(Network, "__call__", lambda net, x: None)
    monkeypatch.setattr(Network, "step_pass", lambda net, x, labels: nullcontext())
    module = importlib.import_module("badak.inspect.checks.profile")
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: one.now))
    return one


def test_each_layers_seconds_are_its_own(clock, x):
    clock.moves(Linear, "forward", 1.0)
    clock.moves(Linear, "backward", 10.0)
    clock.moves(Conv2d, "forward", 0.25)
    clock.moves(Network, "__call__", 2.0)
    clock.moves(Network, "step_pass", 17.0)
    net = Network(
        {"a": Conv2d(2, 3), "flat": Flatten(), "b": Linear(5), "c": Linear(2)}, (1, 28, 28)
    )
    found = profile(net, x, rounds=3)
    times = {row.name: (row.forward, row.backward) for row in found.rows}
    assert times == {
        "a": (0.25, 0), "flat": (0, 0), "b": (1, 10), "c": (1, 10), "loss": (0, 0),
    }  # fmt: skip
    assert (found.one_by_one.forward, found.one_by_one.backward) == (2.25, 20)
    assert (found.whole.forward, found.whole.backward) == (2, 15)


def test_medians_count_and_the_first_round_does_not(clock, x):
    clock.moves(Flatten, "forward", 100.0, 1.0, 50.0, 2.0)
    clock.moves(Network, "__call__", 100.0, 4.0, 3.0, 50.0)
    found = profile(Network([Flatten(), Linear(2)], (1, 28, 28)), x, rounds=3)
    assert (found.rows[0].forward, found.whole.forward) == (2, 4)


def test_the_network_stays_as_it_is(x):
    net = Network(
        [Conv2d(2, 3), BatchNorm2d(), Dropout(0.5), Flatten(), Linear(3)], (1, 28, 28), seed=3
    )
    state = copy.deepcopy(net.state())
    drawn = {name: one.bit_generator.state for name, one in net.generators().items()}
    profile(net, x, rounds=1)
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, state[name])
    assert {name: one.bit_generator.state for name, one in net.generators().items()} == drawn


def test_the_peak_is_this_machines_and_float32s(monkeypatch, x):
    monkeypatch.setattr(edition, "fma_peak", lambda: 1e15)
    assert profile(LeNet5(), x, rounds=1).peak == 1e15
    assert profile(LeNet5(dtype=np.float64), x, rounds=1).peak is None


def test_the_peak_is_measured_beside_the_layers_and_the_highest_counts(clock, monkeypatch, x):
    """A peak measured while the machine is busy is low: a layer would seem to exceed it."""
    done, measured = [], [2e12, 9e12, 5e12]
    monkeypatch.setattr(Network, "__call__", lambda net, x: done.append(x))
    monkeypatch.setattr(edition, "fma_peak", lambda: measured[len(done) - 2])  # after each round
    clock.moves(Conv2d, "forward", 1.0)
    assert profile(LeNet5(), x, rounds=3).peak == 9e12


@pytest.mark.parametrize(
    ("layer", "saves"),
    [
        (Conv2d(8, 3, padding=1), True),
        (Conv2d(16, 3, groups=2), False),  # four channels each
        (Conv2d(7, 3), False),
        (Conv2d(8, 3, 2), False),
        (Conv2d(8, 5), False),
        (Conv2d(8, 3, dilation=2), False),
        (Residual([Conv2d(8, 3, padding=1)]), True),
    ],
)
def test_only_winograds_way_exceeds_the_peak_and_says_so(clock, monkeypatch, layer, saves):
    monkeypatch.setattr(edition, "fma_peak", lambda: 1e4)
    clock.moves(Conv2d, "forward", 1.0)
    net = Network({"a": layer, "flat": Flatten(), "b": Linear(2)}, (8, 12, 12))
    found = profile(net, np.zeros((3, 8, 12, 12), np.float32), rounds=1)
    row = found.rows[0]
    assert row.saved_by == ("Winograd" if saves else "")
    share = found.share_of_peak(row)
    assert (share > 1) == saves
    assert {one.saved_by for one in found.rows[1:]} == {""}
    words = [text.get_text() for text in draw.profile(found).axes[0].texts]
    assert ("% of peak by Winograd" in words[0]) == saves
    assert ("over 100% by Winograd" in str(found)) == saves
    if not saves:
        assert share == 1  # the machine is at least as fast as any layer


CONV_PARTS = [  # conv1 has few taps, its gradient after pooling is mostly 0; conv2 suits Winograd
    (("conv1", "relu1", "pool1"), "skipped zeros"),
    (("conv2", "relu2"), "Winograd"),
    (("flatten1",), ""),
    (("linear1",), ""),
    (("between",), ""),
]


@pytest.mark.skipif(ops.active() != "native", reason="only native calls are parts")
def test_parts_are_what_runs_as_one_with_the_ways_of_the_core(x):
    net = Network(
        [Conv2d(8, 5), ReLU(), MaxPool2d(2), Conv2d(8, 3), ReLU(), Flatten(), Linear(3)],
        (1, 28, 28),
    )
    found, flops = profile(net, x, rounds=2), {row.name: row for row in net.summary().rows}
    assert [(part.name.split(), part.saved_by) for part in found.parts] == [
        (list(names), saved_by) for names, saved_by in CONV_PARTS
    ]
    for part in found.parts[:-1]:
        rows = [flops[name] for name in part.name.split()]
        assert part.flops == 3 * sum(row.flops + row.backward_flops for row in rows)
        assert part.forward > 0 or part.name == "flatten1"
    assert found.parts[1].ways == ("winograd",) * 3
    text = str(found)
    assert "As it runs" in text
    from badak import _core

    first = "pooled" if _core.active_set() == "x86-64-v3" else "taps"  # 8 filters fill 8 lanes
    assert f"{first}, sparse, dots" in text
    assert profile(net.astype(np.float64), x.astype(np.float64), rounds=1).parts == ()


@pytest.mark.skipif(ops.active() != "native", reason="only native calls are parts")
def test_parts_of_blocks_and_of_turned_maps_cover_every_layer():
    net = ResNet8(filters=(8, 8, 8), image_size=16)
    found = profile(net, np.zeros((2, 3, 16, 16), np.float32), rounds=1)
    covered = [name for part in found.parts[:-1] for name in part.name.split()]
    assert sorted(covered) == sorted(row.name for row in net.summary().rows)
    ways = {part.name.split()[0]: part.ways for part in found.parts}
    assert ways["conv1"] == ("planes",)
    assert len(ways["block2.conv1"]) == 3
    assert ways["norm1"] == ()


def test_the_table_by_hand():
    lines = str(made(peak=2e11)).splitlines()
    cells = {line.split()[0]: " ".join(line.split()) for line in lines if line}
    assert lines[0].startswith("Milliseconds of a training step, batch 100; FMA peak 200 GFLOP/s")
    assert cells["conv1"] == "conv1 Conv2d 2.000 4.000 60.0% 600M 100.0 50.0%"
    assert cells["relu1"] == "relu1 ReLU 1.000 1.000 20.0% 2M 1.0 0.5%"
    assert cells["loss"] == "loss CrossEntropyLoss 0.500 1.500 20.0%"
    assert cells["one"] == "one by one 3.500 6.500 100.0% 602M 60.2 30.1%"
    assert cells["as"] == "as it runs 1.500 3.500 50.0% 602M 120.4 60.2%"


def test_without_a_peak_the_column_is_left_out():
    text = str(made(peak=None))
    assert "eak" not in text
    assert "conv1       Conv2d" in text
    assert text.count("%") == 5  # shares of time


@pytest.mark.parametrize(
    ("images", "rounds", "words"),
    [
        (np.zeros((0, 1, 28, 28)), 1, r"\bx\b.*empty"),
        (np.zeros((2, 1, 8, 8)), 1, r"images.*\(any, 1, 28, 28\).*got"),
        (np.zeros((2, 1, 28, 28)), 0, "rounds.*got 0"),
    ],
)
def test_wrong_arguments(images, rounds, words):
    with pytest.raises(BadakError, match=words):
        profile(LeNet5(), images, rounds=rounds)


def test_the_bars_drawn_are_the_data(tmp_path):
    figure = draw.profile(made(peak=2e11))
    layers, step = figure.axes
    assert [label.get_text() for label in layers.get_yticklabels()] == ["conv1", "relu1", "loss"]
    forward, backward = ([bar.get_width() for bar in bars] for bars in layers.containers)
    assert (forward, backward) == ([2, 1, 0.5], [4, 1, 1.5])
    assert [bar.get_x() for bar in layers.containers[1]] == forward
    assert [text.get_text() for text in layers.texts] == [
        "6.00 ms, 50% of peak", "2.00 ms", "2.00 ms",
    ]  # fmt: skip
    assert [bar.get_width() for bar in step.containers[0]] == [3.5, 1.5]
    bottom, top = layers.get_ylim()
    assert bottom > top  # the first layer on top
    draw.save(figure, tmp_path / "profile.png")
    title, legend = layers._left_title.get_window_extent(), layers.get_legend().get_window_extent()
    assert title.y0 >= legend.y1  # with long names the axes are too narrow for both in one line
    assert np.asarray(Image.open(tmp_path / "profile.png").convert("L")).std() > 10


def test_the_bars_without_a_peak_tell_the_time_alone():
    texts = [text.get_text() for text in draw.profile(made(None)).axes[0].texts]
    assert texts == ["6.00 ms", "2.00 ms", "2.00 ms"]
