"""Working memory: near what no arrangement can do without, and never two values in one place."""

import re
from math import prod

import numpy as np
import pytest

from badak import models
from badak.formats.c.calls import Parts
from badak.formats.c.source import c_source
from badak.formats.steps import run_int8
from badak.formats.steps.arena import arranged
from badak.formats.steps.blocks import Block, Use
from badak.formats.steps.fold import folded
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.kinds.kind import Kind
from badak.formats.steps.lower import lowered
from badak.formats.steps.program import Operation, Program
from badak.layers import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d
from badak.network import Network
from formats.c.compiled import Program as Compiled
from formats.networks import images

# Joins that the planner knows by what their records say: side by side, or a factor for each map.
CONCAT = Kind("side_by_side", run=lambda step, *x: np.concatenate(x, 1), side_by_side=True)
GATE = Kind("gate", run=lambda step, x, gate: x * gate, in_place=True)


@pytest.fixture(autouse=True)
def _joins(monkeypatch):
    for kind in (CONCAT, GATE):
        monkeypatch.setitem(KINDS, kind.op, kind)


class Drawn:
    """A program that is written down by the shapes of its values."""

    def __init__(self, *shape):
        self.program = Program([shape])

    def add(self, op, shape, *inputs, **numbers):
        name = f"{op}{len(self.program.steps)}"
        self.program.output = self.program.add(Operation(op, numbers), name, inputs, shape)
        return self.program.output

    def conv(self, x, channels, stride=1):
        _, h, w = self.program.shapes[x]
        y = self.add("conv", (channels, -(-h // stride), -(-w // stride)), x)
        return self.add("relu", self.program.shapes[y], y)

    def join(self, op, *inputs):
        channels = sum(self.program.shapes[x][0] for x in inputs)
        first = self.program.shapes[inputs[0]]
        return self.add(op, (channels, *first[1:]) if op == CONCAT.op else first, *inputs)

    def pool(self, x, stride=2, padding=0):
        c, h, w = self.program.shapes[x]
        numbers = {"top": padding, "left": padding, "sh": stride, "sw": stride}
        return self.add("max_pool", (c, -(-h // stride), -(-w // stride)), x, **numbers)

    def end(self, x):
        self.add("linear", (10,), x)
        return self.program


def resnet20():
    return folded(lowered(models.ResNet20(), "C export"))


def densenet():
    """Each layer reads all before it, side by side: a nest of joins."""
    net = Drawn(3, 32, 32)
    x = net.conv(0, 24)
    for block in range(3):
        for _ in range(6):
            x = net.join(CONCAT.op, x, net.conv(net.conv(x, 48), 12))
        if block < 2:
            x = net.pool(net.conv(x, net.program.shapes[x][0] // 2))
    return net.end(x)


def mobilenet():
    """Narrow, wide, narrow, with a sum where the shapes are alike."""
    net = Drawn(3, 96, 96)
    x = net.conv(0, 16, stride=2)
    for channels, stride in ((16, 1), (24, 2), (24, 1), (32, 2), (32, 1), (64, 2), (64, 1)):
        inside = net.conv(net.conv(x, 6 * net.program.shapes[x][0]), 6 * channels, stride)
        y = net.add("conv", (channels, *net.program.shapes[inside][1:]), inside)
        same = net.program.shapes[x] == net.program.shapes[y]
        x = net.join("add", y, x) if same else y
    return net.end(x)


def googlenet():
    """Four paths, side by side."""
    net = Drawn(3, 64, 64)
    x = net.conv(0, 64, stride=2)
    sizes = ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (192, 96, 208, 16, 48, 64))
    for one, before3, three, before5, five, pooled in sizes:
        paths = [net.conv(x, one), net.conv(net.conv(x, before3), three)]
        paths.append(net.conv(net.conv(x, before5), five))
        paths.append(net.conv(net.pool(x, 1, 1), pooled))
        x = net.pool(net.join(CONCAT.op, *paths))
    return net.end(x)


def squeezed():
    """Each block's maps times factors that are computed from their means, then the sum."""
    net = Drawn(3, 48, 48)
    x = net.conv(0, 16)
    for channels, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1)):
        y = net.conv(net.conv(x, 4 * channels), channels, stride)
        mean = net.add("avg_pool", (channels, 1, 1), y, top=0, left=0, sh=48, sw=48)
        gate = net.conv(net.conv(mean, channels // 4), channels)
        y = net.join(GATE.op, y, gate)
        x = net.join("add", y, x) if net.program.shapes[x] == net.program.shapes[y] else y
    return net.end(x)


PROGRAMS = {f.__name__: f for f in (resnet20, densenet, mobilenet, googlenet, squeezed)}


def least(program):
    """What no arrangement can do without: at some step all of this is needed.

    Its inputs, what later steps read of what is there, and its output; but an output that may
    overwrite its input needs no room besides, and side by side no number is there twice.
    """
    sizes = [prod(shape) for shape in program.shapes]
    last = {value: n for n, step in enumerate(program.steps) for value in step.inputs}
    there, most = set(), 0
    for n, step in enumerate(program.steps):
        output = 0 if step.output == program.output else sizes[step.output]
        kind = KINDS[step.op]
        free = [value for value in step.inputs if value in there and last[value] == n]
        if kind.side_by_side:
            output -= sum(sizes[value] for value in step.inputs if value in there)
        elif kind.overwrites(step) and free:
            output -= max(sizes[value] for value in free)
        most = max(most, sum(sizes[value] for value in there) + max(output, 0))
        there -= set(free)
        if step.output != program.output:
            there.add(step.output)
    return most


@pytest.mark.parametrize("name", PROGRAMS)
def test_memory_is_within_5_percent_of_what_is_needed(name):
    program = PROGRAMS[name]()
    arena = arranged(program, {0, program.output})
    bound = least(program)
    print(f"{name}: {arena.size:,} elements, at least {bound:,}: {arena.size / bound:.3f}")
    assert bound <= arena.size <= 1.05 * bound
    assert arena.bound <= arena.size


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_value_is_overwritten_before_it_is_read(name):
    """Every element carries the number of its value; joins side by side carry their inputs'."""
    program = PROGRAMS[name]()
    arena = arranged(program, {0, program.output})
    memory = np.zeros(arena.size, np.int64)
    values = {}
    for step in program.steps:
        for value in step.inputs:
            if value in arena.offsets:
                start = arena.offsets[value]
                np.testing.assert_array_equal(memory[start:][: len(values[value])], values[value])
        if step.output not in arena.offsets:
            continue
        size, start = prod(program.shapes[step.output]), arena.offsets[step.output]
        marks = np.full(size, step.output)
        if KINDS[step.op].side_by_side:
            marks = np.concatenate([values[value] for value in step.inputs])
        memory[start : start + size] = values[step.output] = marks


def test_side_by_side_is_computed_in_place():
    program = densenet()
    arena = arranged(program, {0, program.output})
    joins = [step for step in program.steps if step.op == CONCAT.op]
    for step in joins:
        assert arena.offsets[step.inputs[0]] == arena.offsets[step.output]
        end = arena.offsets[step.output] + prod(program.shapes[step.inputs[0]])
        assert arena.offsets[step.inputs[1]] == end


def test_a_value_twice_side_by_side_is_copied():
    net = Drawn(1, 4, 4)
    x = net.conv(0, 2)
    program = net.end(net.conv(net.join(CONCAT.op, x, x), 2))
    arena = arranged(program, {0, program.output})
    assert arena.size == 32 + 64  # both read the whole; the last convolution overwrites x


def test_what_is_side_by_side_already_needs_no_call():
    net = Drawn(2, 3, 3)
    paths = [net.add("relu", (2, 3, 3), 0) for _ in range(2)]
    net.add("relu", (4, 3, 3), net.join(CONCAT.op, *paths))
    calls = Parts("net", net.program, integers=False, apart=False).calls
    assert [call.split("(")[0].strip() for call in calls] == ["net_relu"] * 3


def test_working_memory_of_a_step_overlaps_nothing_it_needs():
    program = resnet20()
    scratch = dict.fromkeys(range(0, len(program.steps), 3), 301)
    arena = arranged(program, {0, program.output}, scratch, multiple=2)
    assert not any(place % 2 for place in (*arena.scratch.values(), *arena.offsets.values()))
    for n, place in arena.scratch.items():
        step = program.steps[n]
        for value in {*step.inputs, step.output} & arena.offsets.keys():
            start = arena.offsets[value]
            assert place + 301 <= start or start + prod(program.shapes[value]) <= place


def test_blocks_meet_only_where_and_when_both_are_needed():
    use = Use(10, 5, 2, 4)
    assert use.meets(Use(14, 1, 4, 9))
    assert not use.meets(Use(15, 1, 4, 9))
    assert not use.meets(Use(14, 1, 5, 9))
    assert use.meets(Use(0, 1, 0, 2), shift=10)
    block = Block([use, Use(12, 8, 3, 3)])
    assert [block.live(step) for step in (1, 2, 3)] == [0, 5, 10]
    assert block.free_after(4, 0, 20)
    assert not block.free_after(3, 0, 20)


def test_pooling_overwrites_its_input_only_if_windows_begin_late_enough():
    for padding, stride, in_place in ((0, 1, True), (1, 2, True), (1, 1, False), (2, 2, False)):
        net = Drawn(1, 8, 8)
        x = net.conv(0, 2)
        y = net.pool(x, stride, padding)
        program = net.end(net.conv(y, 2))
        arena = arranged(program, {0, program.output})
        assert (arena.offsets[x] == arena.offsets[y]) == in_place


def test_the_export_of_resnet20_needs_little_more_than_its_values():
    code = c_source(models.ResNet20(), "net")
    assert code.ram <= 1.05 * 4 * least(resnet20())


def test_pooling_in_place_gives_the_same_numbers(tmp_path):
    pools = [MaxPool2d(3, stride=1), AvgPool2d((2, 3), stride=1)]
    pools.append(MaxPool2d(3, stride=2, padding=1, ceil_mode=True))
    net = Network([Conv2d(3, 3), *pools, Flatten(), Linear(3)], (1, 12, 11), seed=2)
    x = images(net, 20)
    for calibration in (None, x):
        code = c_source(net, "net", calibration=calibration)
        place = re.search(r"net_max_pool\((\S+ \+ \d+), \1,", code.source)
        assert place, "no pool overwrites its input"
        expected = net(x) if calibration is None else run_int8.logits(code.program, x)
        y = Compiled(tmp_path, {"net": code}).run("net", x)
        np.testing.assert_allclose(y, expected, atol=0 if calibration is not None else 1e-5)
