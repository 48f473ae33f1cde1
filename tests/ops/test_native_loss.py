"""The loss of a training step and its gradient in one call, in both editions."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

_core = pytest.importorskip("badak._core")

from badak import ops  # noqa: E402
from badak.ops import native, reference  # noqa: E402

OUTSIDE = [-1, -100, 7, 2**62, -(2**63)]


@pytest.fixture(params=[*_core.usable_sets(), "reference"])
def op(request: pytest.FixtureRequest) -> Iterator:
    """cross_entropy_labels of the reference, and of every instruction set of this processor."""
    before = _core.active_set()
    if request.param == "reference":
        yield reference.cross_entropy_labels
        return
    assert _core.use_set(request.param)
    yield native.cross_entropy_labels
    _core.use_set(before)


def draw(n: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(n * k)
    logits = 5 * generator.standard_normal((n, k)).astype(np.float32)
    return logits, generator.integers(0, k, n)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize(("n", "k"), [(1, 1), (3, 2), (100, 10), (33, 17), (5, 1000), (9000, 7)])
def test_loss_gradient_and_count_are_those_of_the_parts(op, n, k, smoothing):
    logits, labels = draw(n, k)
    loss, right, grad = op(logits, labels, smoothing, None)
    wide = logits.astype(np.float64)
    expected, saved = ops.cross_entropy(wide, labels, smoothing)
    assert math.isclose(loss, expected, rel_tol=1e-5)
    assert right == (logits.argmax(axis=1) == labels).sum()
    np.testing.assert_allclose(
        grad, ops.cross_entropy_backward(saved, labels, smoothing), rtol=1e-5, atol=1e-6 / n
    )


@pytest.mark.parametrize("outside", OUTSIDE)
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_with_labels_outside_count_nothing(op, outside, weighted):
    logits, labels = draw(40, 7)
    weight = np.random.default_rng(1).random(40).astype(np.float32)
    labels[::3] = outside
    logits[0] = np.nan  # not even if they are NaN
    inside = (labels >= 0) & (labels < 7)
    loss, right, grad = op(logits, labels, 0.1, weight if weighted else None)
    shares = weight[inside] if weighted else np.full(inside.sum(), 1 / inside.sum(), np.float32)
    expected = op(logits[inside], labels[inside], 0.1, shares)
    assert math.isclose(loss, expected[0], rel_tol=1e-6)
    assert right == expected[1]
    np.testing.assert_array_equal(grad[~inside], 0)
    np.testing.assert_array_equal(grad[inside], expected[2])


def test_no_rows_and_no_labels_inside_give_zeros(op):
    for n in (0, 4):
        logits = np.ones((n, 3), np.float32)
        loss, right, grad = op(logits, np.full(n, -1), 0.0, None)
        assert (loss, right) == (0.0, 0)
        np.testing.assert_array_equal(grad, np.zeros_like(logits))


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ([1, 3, 3], 1),  # the first of equal values
        ([-math.inf, -math.inf], 0),
        ([1, math.nan, 9, math.nan], 1),  # NaN counts as the largest, as in NumPy
        ([math.inf, 0, math.inf], 0),
        ([0.0, -0.0], 0),
    ],
)
def test_the_first_largest_is_the_answer_as_in_argmax(op, row, label):
    logits = np.array([row], np.float32)
    assert logits[0].argmax() == label
    for choice in range(len(row)):
        with np.errstate(invalid="ignore", over="ignore"):
            assert op(logits, np.array([choice]), 0.0, None)[1] == (choice == label)


def test_a_row_that_is_not_finite_shows_in_the_loss(op):
    with np.errstate(invalid="ignore"):
        assert math.isnan(op(np.array([[np.nan, 0]], np.float32), np.array([1]), 0.0, None)[0])
    unlikely = np.array([[-np.inf, 0]], np.float32)
    assert op(unlikely, np.array([0]), 0.0, None)[0] == math.inf
    assert op(unlikely, np.array([1]), 0.0, None)[0] == 0.0
    assert op(unlikely, np.array([1]), 0.5, None)[0] == math.inf


def test_a_recorded_call_computes_again():
    logits, labels = draw(6, 4)
    loss, right, grad = np.empty(1), np.empty(1, np.int64), np.empty_like(logits)
    program = _core.Program()
    program.record()
    _core.cross_entropy_labels(logits, labels, 0.0, None, loss, right, grad)
    program.stop()
    logits[...], labels[...] = draw(6, 4)[0][::-1], 3
    program.run()
    expected = native.cross_entropy_labels(logits, labels, 0.0, None)
    assert (loss[0], right[0]) == expected[:2]
    np.testing.assert_array_equal(grad, expected[2])
