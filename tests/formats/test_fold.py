"""Steps that are folded into the one before: fewer, with the same result."""

import numpy as np
import pytest

from badak.formats.steps import run, run_int8
from badak.formats.steps.fold import folded
from badak.formats.steps.lower import lowered
from badak.formats.steps.quantise import quantised
from badak.layers import (
    BatchNorm1d,
    BatchNorm2d,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    FrozenBatchNorm2d,
    GlobalAvgPool2d,
    Hardtanh,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
    ReLU6,
    Residual,
    Scale,
)
from badak.network import Network
from formats.networks import images

END = (GlobalAvgPool2d(), Flatten())


def network(layers, shape=(4, 5, 6)):
    """A network of which no number is what it is at the start."""
    net, generator = Network(layers, shape, seed=2), np.random.default_rng(3)
    for key, array in net.state().items():
        low = 0.3 if key.endswith("var") else -1.5
        array[...] = generator.uniform(low, 1.5, array.shape)
    return net


def ops(program):
    return [step.op for step in program.steps]


FOLDED = {
    "batch norm": [Conv2d(6, 3, groups=2), BatchNorm2d(), *END],
    "frozen batch norm": [Conv2d(6, 3), FrozenBatchNorm2d(), *END],
    "scale of channels, twice": [Conv2d(6, (3, 2)), Scale(), Scale(bias=False), *END],
    "scale by a number": [Conv2d(6, 3, bias=False), Scale("number"), *END],
    "transposed": [ConvTranspose2d(6, (2, 3), 2, groups=2), BatchNorm2d(), *END],
    "transposed, scaled": [ConvTranspose2d(3, 2), Scale(), *END],
    "rows": [Flatten(), Linear(5, bias=False), BatchNorm1d()],
    "rows, scaled": [Flatten(), Linear(5), Scale("element"), Scale("number")],
    "a row of maps": [Conv2d(5, (5, 6)), Flatten(), BatchNorm1d(), Linear(3)],
    "factors of factors": [FrozenBatchNorm2d(), Scale(), *END],
}


@pytest.mark.parametrize("name", FOLDED)
def test_filters_take_in_the_factors_after_them(name):
    net = network(FOLDED[name])
    program = lowered(net, "C export")
    short = folded(program)
    assert len(short.steps) == 2 - name.startswith("rows")
    x = images(net, 20) - np.float32(0.5)
    y = run.values(short, x)[short.output].reshape(20, -1)
    np.testing.assert_allclose(y, net(x), rtol=1e-4, atol=1e-4)


NOT_FOLDED = {
    "each element has a factor": [Conv2d(6, 3), Scale("element"), *END],
    "two read what is before": [*(Conv2d(4, 3), Residual([BatchNorm2d(), Conv2d(4, 1)], []), *END)],
    "no filters are before": [MaxPool2d(2), BatchNorm2d(), *END],
    "another stride": [Conv2d(4, 3), Conv2d(4, 1, stride=2, groups=4), *END],
    "two filters for each map": [Conv2d(4, 3), Conv2d(8, 1, groups=4), *END],
    "the sum of all maps": [Conv2d(4, 3), Conv2d(1, 1), *END],
}


@pytest.mark.parametrize("name", NOT_FOLDED)
def test_other_steps_stay(name):
    program = lowered(network(NOT_FOLDED[name]), "C export")
    assert ops(folded(program)) == ops(program)


def test_integers_need_no_step_for_limits_that_they_have_themselves():
    limits = [Conv2d(4, 1), ReLU(), Conv2d(4, 1), BatchNorm2d(), ReLU6(), Conv2d(4, 1)]
    net = network([*limits, Residual([Conv2d(4, 1)]), ReLU(), *END])
    program = quantised(lowered(net, "C export"), images(net, 50))
    assert ops(program) == ["quantise", *["conv"] * 4, "add", "avg_pool", "dequantise"]


@pytest.mark.parametrize(
    "layers",
    [
        # Side by side with numbers below 0, integers have smaller values than 0.
        [Concat([[Conv2d(4, 1), ReLU()], [Conv2d(4, 1)]]), *END],
        [Concat([[Conv2d(4, 1), ReLU6()], [Conv2d(4, 1)]]), *END],
        [Conv2d(4, 1), MaxPool2d(2), ReLU(), *END],
        [Conv2d(4, 1), Hardtanh(0.2, 0.5), *END],
        [Conv2d(4, 1), LeakyReLU(), *END],
        [Flatten(), Linear(3), ReLU()],
    ],
)
def test_limits_that_integers_do_not_have_stay(layers):
    net = network(layers)
    x = images(net, 200) - np.float32(0.5)
    program = quantised(lowered(net, "C export"), x)
    assert "table" in ops(program)
    y, expected = run_int8.logits(program, x), net(x)
    assert np.abs(y - expected).max() < 0.05 * np.abs(expected).max()
