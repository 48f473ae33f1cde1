"""ReduceSum, ReduceMean, ReduceMax and their like: one number from all along some axes."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.formats.onnx.axes import checked_axes
from badak.formats.onnx.node import Node

Numbers = NDArray[Any]


def _reducer(function: Callable[..., Any]) -> Callable[..., Numbers]:
    def operator(node: Node, x: Numbers, axes: Numbers | None = None) -> Numbers:
        # Until operator set 12, or 17, an attribute said which axes.
        named = node.get("axes", ()) if axes is None else axes
        keep = bool(node.get("keepdims", 1))
        if node.get("noop_with_empty_axes", 0) and not len(named):
            return np.asarray(function(x[None], axis=0, keepdims=False), x.dtype)
        places = tuple(checked_axes(named, x.ndim)) if len(named) else tuple(range(x.ndim))
        return np.asarray(function(x, axis=places, keepdims=keep), x.dtype)

    return operator


def _lowest(x: Numbers) -> Any:
    """What no number of this type is below: the maximum of none."""
    if x.dtype.kind == "f":
        return -np.inf
    return False if x.dtype == bool else np.iinfo(x.dtype).min


def _highest(x: Numbers) -> Any:
    if x.dtype.kind == "f":
        return np.inf
    return True if x.dtype == bool else np.iinfo(x.dtype).max


def _maximum(x: Numbers, **along: Any) -> Any:
    return np.max(x, initial=_lowest(x), **along)


def _minimum(x: Numbers, **along: Any) -> Any:
    return np.min(x, initial=_highest(x), **along)


def _sum_of_squares(x: Numbers, **along: Any) -> Any:
    return np.sum(x * x, **along)


reduce_sum, reduce_mean, reduce_product = (_reducer(f) for f in (np.sum, np.mean, np.prod))
reduce_max, reduce_min = _reducer(_maximum), _reducer(_minimum)
reduce_sum_of_squares = _reducer(_sum_of_squares)
