"""Functions of one number: activations, batch norm in prediction, scaling."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from badak import layers, ops
from badak.arrays import Array, Shape
from badak.inspect.follow.formula import used
from badak.inspect.follow.grid import Grid
from badak.inspect.follow.kinds.kind import Cell, OneByOne, Recipe
from badak.inspect.follow.step import Step
from badak.layers.batch_norm import STATE

SLOPE = "slope * gradient"
NORM = "(x - mean) / sqrt(var + eps) * weight + bias"
NORM_SLOPE = "weight / sqrt(var + eps) * gradient"
Numbers = Mapping[str, float]
Constants = Callable[[Any, Shape], Numbers]


def _arguments(layer: layers.Layer, index: Shape) -> Numbers:
    """The layer's own arguments that are numbers."""
    return {key: value for key, value in layer.config().items() if type(value) in (int, float)}


@dataclass(frozen=True)
class Function(OneByOne):
    """A formula of x, and that of its gradient.

    Attributes:
        formula: of x and `constants`.
        slope_formula: likewise; it may name y, the output, and slope.
        constants: the layer's numbers at a place of the output.
    """

    formula: str
    slope_formula: str = SLOPE
    constants: Constants = _arguments
    how = "function"

    def formulas(self, layer: Any, x: float) -> tuple[str, str]:
        """Forward and backward, at a number."""
        return self.formula, self.slope_formula

    def forward(self, step: Step, index: Shape) -> Recipe:
        """The formula."""
        formula, _ = self.formulas(step.layer, float(step.inputs[0][index]))
        numbers = used(formula, self._numbers(step, index))
        return Recipe(formula, numbers, Grid.at(index), sources={0: index})

    def back(self, step: Step, end: int, index: Shape) -> Recipe:
        """The slope at the input, as the layer has it, times the gradient."""
        (x,) = step.inputs
        alone = np.zeros_like(step.output)[None]
        alone[0][index] = 1
        _, cache = step.layer.forward(x[None], training=False)
        slope: Array = step.layer.backward(alone, cache)[0][0][index].reshape([1] * x.ndim)
        _, formula = self.formulas(step.layer, float(x[index]))
        numbers = {**self._numbers(step, index), "slope": slope.item()}
        return Recipe(formula, used(formula, numbers), Grid.at(index), slope)

    def _numbers(self, step: Step, index: Shape) -> Numbers:
        numbers = dict(self.constants(step.layer, index))
        return numbers | {"x": float(step.inputs[0][index]), "y": float(step.output[index])}


class Bent(Function):
    """Softplus, which is a line beyond its threshold."""

    def formulas(self, layer: layers.Softplus, x: float) -> tuple[str, str]:
        """Those of the side."""
        return ("x", "gradient") if layer.beta * x > layer.threshold else super().formulas(layer, x)


class Gaussian(Function):
    """GELU, exact or by tanh."""

    def formulas(self, layer: layers.GELU, x: float) -> tuple[str, str]:
        """As the layer approximates."""
        if layer.approximate == "tanh":
            return "x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2", SLOPE
        return super().formulas(layer, x)


class Affine(Function):
    """Scale, whose bias may be missing."""

    def formulas(self, layer: layers.Scale, x: float) -> tuple[str, str]:
        """With what there is."""
        return "x * weight + bias" if layer.bias else "x * weight", self.slope_formula


class BatchNorm(Function):
    """In prediction each map is scaled and shifted by numbers that stay."""

    def cell(self, step: Step, key: str, index: Shape, grad_y: Array) -> Cell | None:
        """Of weight the sum over normalised inputs, of bias over 1."""
        channel = index[0]
        maps, grads = np.atleast_1d(step.inputs[0][channel]), np.atleast_1d(grad_y[channel])
        numbers = _statistics(step.layer, index)
        normed = (maps - numbers["mean"]) / np.sqrt(numbers["var"] + numbers["eps"])
        inputs = normed if key == "weight" else np.ones_like(maps)
        rows = columns = None
        if maps.ndim == 2:
            rows, columns = (np.arange(size) for size in maps.shape)
        return Cell(inputs.astype(maps.dtype), grads, rows, columns, channel, channel)


def _statistics(layer: Any, index: Shape) -> dict[str, float]:
    arrays, names = layer.parameters | layer.buffers, ("weight", "bias", "mean", "var")
    own = {name: float(arrays[key][index[0]]) for name, key in zip(names, STATE, strict=True)}
    return own | {"eps": layer.eps}


def _own(layer: Any, index: Shape) -> Numbers:
    """Parameters and buffers at a place: one for all, one per channel, or one per element."""
    arrays = layer.parameters | layer.buffers
    return {key: float(spread(array, index)) for key, array in arrays.items()}


def spread(array: Array, index: Shape) -> Any:
    """The number that a place meets, of one for all, one for each channel or for each place."""
    return array[
        tuple(0 if size == 1 else at for size, at in zip(array.shape, index, strict=False))
    ]


def _preparation(layer: layers.Normalize, index: Shape) -> Numbers:
    numbers = {"mean": layer.mean, "std": layer.std}
    return {key: float(spread(np.atleast_1d(value), index)) for key, value in numbers.items()}


def _selu(layer: layers.SELU, index: Shape) -> Numbers:
    """Its two constants, as the op has them: the slope on the right, and the limit on the left."""
    scale, limit = ops.selu(np.array([1.0, -np.inf])).tolist()
    return {"scale": scale, "alpha": -limit / scale}


KINDS: dict[type[layers.Layer], OneByOne] = {
    layers.ReLU: Function("max(x, 0)", "(x > 0) * gradient"),
    layers.ReLU6: Function("min(max(x, 0), 6)", "(0 < x < 6) * gradient"),
    layers.Hardtanh: Function(
        "min(max(x, min_val), max_val)", "(min_val < x < max_val) * gradient"
    ),
    layers.LeakyReLU: Function("max(x, 0) + negative_slope * min(x, 0)"),
    layers.PReLU: Function("max(x, 0) + weight * min(x, 0)", constants=_own),
    layers.Sigmoid: Function("1 / (1 + exp(-x))", "y * (1 - y) * gradient"),
    layers.Hardsigmoid: Function("min(max(x + 3, 0), 6) / 6", "(-3 < x < 3) / 6 * gradient"),
    layers.Tanh: Function("tanh(x)", "(1 - y**2) * gradient"),
    layers.ScaledTanh: Function("amplitude * tanh(slope * x)"),
    layers.Softplus: Bent("log(1 + exp(beta * x)) / beta"),
    layers.ELU: Function("max(x, 0) + alpha * (exp(min(x, 0)) - 1)"),
    layers.SELU: Function("scale * (max(x, 0) + alpha * (exp(min(x, 0)) - 1))", constants=_selu),
    layers.GELU: Gaussian("x * (1 + erf(x / sqrt(2))) / 2"),
    layers.SiLU: Function("x / (1 + exp(-x))"),
    layers.Hardswish: Function("x * min(max(x + 3, 0), 6) / 6"),
    layers.Mish: Function("x * tanh(log(1 + exp(x)))"),
    layers.BatchNorm2d: BatchNorm(NORM, NORM_SLOPE, _statistics),
    layers.BatchNorm1d: BatchNorm(NORM, NORM_SLOPE, _statistics),
    layers.FrozenBatchNorm2d: Function(NORM, NORM_SLOPE, _statistics),
    layers.Scale: Affine("x * weight", "weight * gradient", _own),
    layers.Normalize: Function("(x - mean) / std", "gradient / std", _preparation),
}
