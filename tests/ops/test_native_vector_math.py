"""The core's exp, expm1, tanh, sigmoid, erfc, log and powers against float64, over all float32.

Each is tested through an op that computes nothing else.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

_core = pytest.importorskip("badak._core")

from badak.ops import native, reference  # noqa: E402  # the first is not there without the core

SETS = _core.usable_sets()
EDGES = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e-45, -1e-45, 1.17549435e-38, 3.4e38, -3.4e38]


@pytest.fixture(params=SETS, autouse=True)
def instruction_set(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run each test with every instruction set that this processor has."""
    before = _core.active_set()
    assert _core.use_set(request.param)
    yield request.param
    _core.use_set(before)


def floats() -> np.ndarray:
    """Random bit patterns, the range in which most functions vary, and the edges."""
    generator = np.random.default_rng(0)
    any_bits = generator.integers(0, 2**32, 300_000, dtype=np.uint32).view(np.float32)
    near = np.concatenate([np.linspace(-r, r, 100_001, dtype=np.float32) for r in (1, 12, 110)])
    return np.concatenate([any_bits, near, np.array(EDGES, np.float32)])


def within(result: np.ndarray, true: np.ndarray, units: float) -> None:
    """Assert that each result is within so many units in the last place of the true value."""
    with np.errstate(all="ignore"):
        rounded = true.astype(np.float32)
        unit = np.maximum(np.spacing(np.abs(rounded)).astype(np.float64), 2.0**-149)
        error = np.abs(result.astype(np.float64) - true) / unit
    same = (result == rounded) | (np.isnan(result) & np.isnan(rounded))
    worst = int(np.argmax(np.where(same, 0, np.where(np.isnan(error), np.inf, error))))
    assert same[worst] or error[worst] <= units, (result[worst], true[worst])


def erfc(z: np.ndarray) -> np.ndarray:
    return np.frompyfunc(math.erfc, 1, 1)(z.astype(np.float64)).astype(np.float64)


def below_0(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: function(np.minimum(x, 0))


@pytest.mark.parametrize(
    ("op", "true"),
    [
        (native.tanh, np.tanh),
        (native.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
        (lambda x: native.elu(np.minimum(x, 0), 1.0), below_0(np.expm1)),
        (lambda x: native.elu_backward(np.ones_like(x), np.minimum(x, 0), 1.0), below_0(np.exp)),
        (lambda x: native.softplus(x, 1.0, 20.0), lambda x: np.logaddexp(0, x)),
        (native.selu, lambda x: reference.selu(x)),
    ],
    ids=["tanh", "sigmoid", "expm1", "exp", "softplus", "selu"],
)
def test_is_within_three_units_of_the_last_place(op, true):
    x = floats()
    with np.errstate(all="ignore"):
        within(op(x), true(x.astype(np.float64)), units=3)


def test_small_shares_of_the_normal_distribution_keep_their_digits():
    x = floats()
    x = x[np.abs(x) < 12.9]  # where the share is a normal number
    z = -x / np.float32(math.sqrt(2))  # as the reference rounds it
    within(native.gelu(x, "none"), x * erfc(z) / 2, units=6)


def test_logarithms_of_sums_of_exponentials():
    """log_softmax of two values is -log(1 + exp(difference)); of n equal values, -log(n)."""
    x = floats()
    x = -np.abs(x[np.isfinite(x)])
    pairs = np.stack([np.zeros_like(x), x], axis=1)
    true = -np.log1p(np.exp(x.astype(np.float64)))
    np.testing.assert_allclose(native.log_softmax(pairs, 1)[:, 0], true, rtol=0, atol=1e-7)
    for count in (1, 2, 3, 1000, 123_457):
        rows = native.log_softmax(np.zeros((1, count), np.float32), 1)
        np.testing.assert_allclose(rows, -math.log(count), rtol=2e-7)


@pytest.mark.parametrize("beta", [0.75, 0.5, 1.0, -0.75, 0.1, 2.5, 7.0, 0.0, -3.0, 1e20])
def test_powers(beta):
    """One channel divided by a power of its own square, which takes all sizes."""
    x = np.abs(floats()).reshape(1, 1, 1, -1)
    x = x[..., (x > 0).ravel()]
    y, scale = native.local_response_norm(x, size=1, alpha=1.0, beta=beta, k=1.2e-38)
    assert scale.min() < 1.3e-38
    assert scale.max() == np.inf
    with np.errstate(all="ignore"):
        power = (scale.astype(np.float64) ** -beta).astype(np.float32)
        true = x * scale.astype(np.float64) ** -beta
        expected = (x * power).astype(np.float32)
        usual = np.isfinite(expected) & (np.abs(expected) > 1.2e-38) & (np.abs(power) > 1.2e-38)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(expected))
    np.testing.assert_allclose(y[usual], true[usual], rtol=1e-6)
    np.testing.assert_allclose(y[~usual], expected[~usual], rtol=1e-2, atol=2e-38)  # few digits


@pytest.mark.parametrize("beta", [0.75, 0.7, 0.0, -2.0])
def test_powers_of_nan_and_of_what_is_not_positive_are_the_references(beta):
    """A NaN in one channel reaches its neighbour's scale; only the power 0 turns it into 1."""
    x = np.array([1, 1, 1, 2, np.nan, np.inf, -np.inf, 3e38], np.float32).reshape(1, 2, 1, 4)
    scale = np.array([[np.nan, 0.0, -1.0, 1e-45, np.inf, 1, 2, 3]], np.float32).reshape(x.shape)
    with np.errstate(all="ignore"):
        expected = reference.local_response_norm(x, 3, 1.0, beta, 2.0)
        expected_back = reference.local_response_norm_backward(x, x, x, scale, 1, 0.0, beta)
    for ours, theirs in zip(
        native.local_response_norm(x, 3, 1.0, beta, 2.0), expected, strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    result = native.local_response_norm_backward(x, x, x, scale, 1, 0.0, beta)
    np.testing.assert_allclose(result, expected_back, rtol=1e-6)
