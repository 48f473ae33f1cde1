"""Affine, the activations, and the two layers of the book's chapter 5.4."""

import numpy as np

from badak.arrays import Array
from badak.lessons.check.subjects.base import Subject, Trial, numbers


def _affine(n: int, d: int, m: int) -> Trial:
    made = {"W": numbers(d, m, seed=1), "b": numbers(m, seed=2)}
    return Trial(made, {"x": numbers(n, d)}, numbers(n, m, seed=3))


def _images() -> Trial:
    made = {"W": numbers(6, 2, seed=1), "b": numbers(2, seed=2)}
    return Trial(made, {"x": numbers(2, 1, 2, 3)}, numbers(2, 2, seed=3), optional=True)


def _flat(t: Trial) -> Array:
    return np.asarray(t.x.reshape(len(t.x), -1))


AFFINE = Subject(
    "Affine",
    ("affine", "linear", "dense", "fullyconnected", "affinelayer", "fc"),
    "layer",
    (
        _affine(1, 1, 1),
        _affine(1, 2, 2),
        _affine(1, 2, 3),
        _affine(2, 2, 3),
        _affine(3, 3, 3),
        _images(),
    ),
    {
        "out": lambda t: _flat(t) @ t.W + t.b,
        "dx": lambda t: (t.dout @ t.W.T).reshape(t.x.shape),
        "dW": lambda t: _flat(t).T @ t.dout,
        "db": lambda t: t.dout.sum(axis=0),
    },
    {
        "out": {
            "bias_forgotten": lambda t: _flat(t) @ t.W,
            "weight_transposed": lambda t: _flat(t) @ t.W.T + t.b,
            "elementwise_product": lambda t: _flat(t) * t.W + t.b,
        },
        "dx": {
            "weight_not_transposed": lambda t: (t.dout @ t.W).reshape(t.x.shape),
            "shape_not_restored": lambda t: t.dout @ t.W.T,
            "elementwise_product": lambda t: t.dout * t.W,
        },
        "dW": {
            "gradient_not_transposed": lambda t: t.dout.T @ _flat(t),
            "weight_instead_of_input": lambda t: t.W.T @ t.dout,
            "mean_instead_of_sum": lambda t: _flat(t).T @ t.dout / len(t.x),
            "input_not_transposed": lambda t: _flat(t) @ t.dout,
        },
        "db": {
            "bias_axis": lambda t: t.dout.sum(axis=1),
            "bias_one_number": lambda t: t.dout.sum(),
            "mean_instead_of_sum": lambda t: t.dout.mean(axis=0),
            "bias_keeps_axes": lambda t: t.dout.sum(axis=0, keepdims=True),
            "bias_not_summed": lambda t: t.dout,
        },
    },
)


def _elements(*shape: int) -> Trial:
    return Trial({}, {"x": numbers(*shape) / 2}, numbers(*shape, seed=3))


ELEMENTS = (_elements(1), _elements(2), _elements(2, 3), _elements(2, 1, 2, 3))


def _on(t: Trial) -> Array:
    return np.asarray(t.x > 0)


RELU = Subject(
    "Relu",
    ("relu", "relulayer"),
    "layer",
    ELEMENTS,
    {"out": lambda t: np.maximum(t.x, 0), "dx": lambda t: np.where(_on(t), t.dout, 0)},
    {
        "out": {
            "absolute": lambda t: np.abs(t.x),
            "mask_inverted": lambda t: np.where(_on(t), 0, t.x),
            "step_instead_of_input": lambda t: _on(t) * 1.0,
        },
        "dx": {
            "lets_all_through": lambda t: t.dout,
            "mask_inverted": lambda t: np.where(_on(t), 0, t.dout),
            "mask_of_dout": lambda t: np.maximum(t.dout, 0),
            "dout_forgotten": lambda t: _on(t) * 1.0,
            "times_input": lambda t: np.where(_on(t), t.dout * t.x, 0),
            "mask_not_zero": lambda t: np.where(_on(t), t.dout, 1),
        },
    },
)


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)).

    Example:
        >>> float(sigmoid(np.zeros(())))
        0.5
    """
    return np.asarray(1 / (1 + np.exp(-x)))


def _y(t: Trial) -> Array:
    return sigmoid(t.x)


SIGMOID = Subject(
    "Sigmoid",
    ("sigmoid", "sigmoidlayer"),
    "layer",
    ELEMENTS,
    {"out": _y, "dx": lambda t: t.dout * _y(t) * (1 - _y(t))},
    {
        "out": {
            "sign_of_exponent": lambda t: sigmoid(-t.x),
            "denominator_without_one": lambda t: np.exp(t.x),
        },
        "dx": {
            "input_instead_of_output": lambda t: t.dout * t.x * (1 - t.x),
            "dout_forgotten": lambda t: _y(t) * (1 - _y(t)),
            "half_the_slope": lambda t: t.dout * _y(t),
            "half_the_slope ": lambda t: t.dout * (1 - _y(t)),
            "sigmoid_twice": lambda t: t.dout * sigmoid(_y(t)) * (1 - sigmoid(_y(t))),
        },
    },
)


def _pair(*shape: int) -> Trial:
    return Trial({}, {"x": numbers(*shape), "y": numbers(*shape, seed=4)}, numbers(*shape, seed=3))


PAIRS = (
    Trial({}, {"x": 100.0, "y": 2.0}, 1.5),
    _pair(2, 3),
)

MUL = Subject(
    "MulLayer",
    ("mullayer", "multiplylayer", "mul"),
    "layer",
    PAIRS,
    {
        "out": lambda t: t.x * t.y,
        "dx": lambda t: t.dout * t.y,
        "dy": lambda t: t.dout * t.x,
    },
    {
        "out": {"sum_instead_of_product": lambda t: t.x + t.y},
        "dx": {
            "not_swapped": lambda t: t.dout * t.x,
            "dout_forgotten": lambda t: t.y,
            "lets_all_through": lambda t: t.dout,
        },
        "dy": {
            "not_swapped": lambda t: t.dout * t.y,
            "dout_forgotten": lambda t: t.x,
            "lets_all_through": lambda t: t.dout,
        },
    },
)

ADD = Subject(
    "AddLayer",
    ("addlayer", "add", "sumlayer"),
    "layer",
    PAIRS,
    {"out": lambda t: t.x + t.y, "dx": lambda t: t.dout, "dy": lambda t: t.dout},
    {
        "out": {"product_instead_of_sum": lambda t: t.x * t.y},
        **{
            name: {
                "dout_forgotten": lambda t: np.ones_like(t.dout),
                "times_input": lambda t: t.dout * t.x,
                "times_input ": lambda t: t.dout * t.y,
                "halved": lambda t: t.dout / 2,
            }
            for name in ("dx", "dy")
        },
    },
)
