"""Cross-entropy from logits against PyTorch, and at its edges."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import oracles
from badak import ops
from harness import agree
from strategies import DTYPES, numbers

pytestmark = pytest.mark.usefixtures("each_edition")


def loss_and_rows(logits, **options):
    """cross_entropy with its loss as an array, for the harness."""
    loss, log_probabilities = ops.cross_entropy(logits, **options)
    assert type(loss) is float
    return np.array(loss, logits.dtype.newbyteorder("=")), log_probabilities


@given(st.data())
def test_cross_entropy_equals_pytorchs(data):
    n, k = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 6))
    logits = numbers(data.draw, (n, k), data.draw(DTYPES))
    logits = logits * logits.dtype.type(data.draw(st.sampled_from([1, 20])))
    generator = np.random.default_rng(data.draw(st.integers(0, 99)))
    options = {"label_smoothing": data.draw(st.sampled_from([0.0, 0.1, 1.0]))}
    kind = data.draw(st.sampled_from(["indices", "one-hot", "rows"]))
    options["labels"] = generator.integers(0, k, n)
    if kind == "one-hot":
        options["labels"] = np.eye(k, dtype=int)[options["labels"]]
    elif kind == "rows":
        options["labels"] = generator.dirichlet(np.ones(k), n)
    elif data.draw(st.booleans()):
        options["ignore_index"] = data.draw(st.sampled_from([0, -1, 255]))
        options["labels"][generator.random(n) < 0.3] = options["ignore_index"]
        assume((options["labels"] != options["ignore_index"]).any())
    if data.draw(st.booleans()):
        options["sample_weight"] = generator.random(n) + 0.1
    expected = oracles.forward(oracles.cross_entropy, logits, **options)
    rows = oracles.forward(lambda x: x.log_softmax(dim=1), logits)
    agree(loss_and_rows, {"logits": logits}, options, expected, rows, scale=float(-rows.min()))
    (grad,) = oracles.backward(oracles.cross_entropy, 1.0, logits, **options)
    saved = {"log_probabilities": ops.cross_entropy(logits, **options)[1]}
    agree(ops.cross_entropy_backward, saved, options, grad, scale=1)


def test_loss_by_hand():
    logits = np.log([[0.25, 0.75], [0.5, 0.5]])
    assert math.isclose(
        ops.cross_entropy(logits, [0, 1])[0], (math.log(4) + math.log(2)) / 2, rel_tol=1e-15
    )
    assert math.isclose(
        ops.cross_entropy(logits, [0, 1], sample_weight=[3, 1])[0],
        (3 * math.log(4) + math.log(2)) / 4,
    )


@pytest.mark.parametrize("rows_of", [float, int, bool])
@pytest.mark.parametrize("smoothing", [0.0, 0.25])
def test_one_hot_rows_are_class_indices(rows_of, smoothing):
    logits = np.random.default_rng(0).standard_normal((3, 5))
    labels, rows = [4, 0, 2], np.eye(5, dtype=rows_of)[[4, 0, 2]]
    loss, saved = ops.cross_entropy(logits, labels, smoothing)
    assert ops.cross_entropy(logits, rows, smoothing)[0] == loss
    grad = ops.cross_entropy_backward(saved, labels, smoothing)
    np.testing.assert_array_equal(ops.cross_entropy_backward(saved, rows, smoothing), grad)


@pytest.mark.parametrize(
    ("logits", "options"),
    [
        (np.zeros((0, 3)), {"labels": []}),
        (np.zeros((0, 3), np.float32), {"labels": np.zeros((0, 3))}),
        (np.zeros((2, 3)), {"labels": [-100, -100], "ignore_index": -100}),
        (np.zeros((2, 3)), {"labels": [0, 1], "sample_weight": [0, 0]}),
    ],
)
def test_where_nothing_counts_loss_and_gradient_are_zero_never_nan(logits, options):
    loss, rows = ops.cross_entropy(logits, **options)
    assert loss == 0.0
    grad = ops.cross_entropy_backward(rows, **options)
    assert grad.dtype == logits.dtype
    np.testing.assert_array_equal(grad, np.zeros_like(logits))


def test_an_ignored_row_counts_nothing_even_if_it_is_nan():
    logits = np.array([[1.0, 2, 3], [np.nan, 0, 0], [-np.inf, np.inf, 0]])
    options = {"labels": [2, 9, 9], "ignore_index": 9}
    loss, rows = ops.cross_entropy(logits, **options)
    assert loss == ops.cross_entropy(logits[:1], [2])[0]
    grad = ops.cross_entropy_backward(rows, **options)
    np.testing.assert_array_equal(grad[1:], np.zeros((2, 3)))
    np.testing.assert_allclose(grad[0], ops.softmax(logits[:1])[0] - [0, 0, 1])


def test_a_row_that_counts_and_is_nan_makes_the_loss_nan():
    assert math.isnan(ops.cross_entropy(np.array([[np.nan, 0.0]]), [1])[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_logits_and_minus_infinity_are_stable(dtype):
    logits = np.array([[1e30, 0, -1e30], [-np.inf, 0, 0]], dtype)
    assert ops.cross_entropy(logits, [0, 1])[0] == pytest.approx(math.log(2) / 2, rel=1e-6)
    assert ops.cross_entropy(logits[1:], [0])[0] == math.inf
    grad = ops.cross_entropy_backward(ops.cross_entropy(logits, [0, 1])[1], [0, 1])
    np.testing.assert_allclose(grad, [[0, 0, 0], [0, -0.25, 0.25]], atol=1e-7)
