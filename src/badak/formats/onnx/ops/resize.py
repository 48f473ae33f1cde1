"""Resize over any number of axes: along each, every number is a weighted sum of its neighbours."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.errors import BadakError
from badak.formats.onnx.axes import checked_axes
from badak.formats.onnx.node import Node

Numbers = NDArray[Any]
MODES = ("nearest", "linear", "cubic")


def resize(
    node: Node,
    x: Numbers,
    roi: Numbers | None = None,
    scales: Numbers | None = None,
    sizes: Numbers | None = None,
) -> Numbers:
    """X with other lengths: `sizes`, or its own times `scales`."""
    if node.opset < 11:
        roi, scales = None, roi
    mode = checks.choice(node.get("mode", "nearest"), "mode", MODES)
    axes = checked_axes(node.get("axes", range(x.ndim)), x.ndim)
    factors, lengths = _factors(node, [x.shape[axis] for axis in axes], scales, sizes)
    checks.memory(math.prod(lengths) * x.itemsize, "the resized array")
    corners = np.zeros(2 * len(axes)) if roi is None or not roi.size else roi
    y, outside = x, []
    for place, axis in enumerate(axes):
        length, own = lengths[place], x.shape[axis]
        crop = float(corners[place]), float(corners[len(axes) + place])
        at = _places(node, own, length, factors[place], crop)
        if node.get("coordinate_transformation_mode", "") == "tf_crop_and_resize":
            outside.append((axis, (at < 0) | (at > own - 1)))
        if length == own and factors[place] == 1 and not outside:
            continue
        if mode == "nearest":
            y = y.take(np.clip(_nearest(node, at), 0, own - 1), axis)
        else:
            weights = _weights(node, mode, at, own, factors[place])
            y = np.moveaxis(np.tensordot(weights, y, (1, axis)), 0, axis)
    y = np.ascontiguousarray(y).astype(x.dtype)
    for axis, beyond in outside:
        spread = [-1 if place == axis else 1 for place in range(x.ndim)]
        y = np.where(beyond.reshape(spread), node.get("extrapolation_value", 0.0), y)
    return np.asarray(y, x.dtype)


def _factors(
    node: Node, own: list[int], scales: Numbers | None, sizes: Numbers | None
) -> tuple[list[float], list[int]]:
    """The scale and the new length of each axis."""
    given = scales if scales is not None and scales.size else sizes
    if given is None or given.size != len(own) or 0 in own:
        raise BadakError(f"scales or sizes must have {len(own)} numbers, of axes that have any")
    if given is scales:
        factors = [float(scale) for scale in given]
        return factors, [
            checks.integer(math.floor(n * f), "size") for n, f in zip(own, factors, strict=True)
        ]
    lengths = [checks.integer(size, "sizes") for size in given.tolist()]
    factors = [size / n for size, n in zip(lengths, own, strict=True)]
    policy = node.get("keep_aspect_ratio_policy", "stretch")
    if policy != "stretch":
        factor = min(factors) if policy == "not_larger" else max(factors)
        factors = [factor] * len(own)
        lengths = [math.floor(factor * n + 0.5) for n in own]
    return factors, lengths


def _places(node: Node, own: int, length: int, factor: float, crop: tuple[float, float]) -> Numbers:
    """Where each new number lies among the old ones."""
    way = node.get("coordinate_transformation_mode", "half_pixel")
    at = np.arange(length, dtype=np.float64)
    centred = (at + 0.5) / factor - 0.5
    match way:
        case "half_pixel":
            return centred
        case "pytorch_half_pixel":
            return centred if length > 1 else at * 0
        case "half_pixel_symmetric":
            return own / 2 * (1 - length / (factor * own)) + centred
        case "align_corners":
            return at * (own - 1) / (factor * own - 1) if factor * own != 1 else at * 0
        case "asymmetric":
            return at / factor
        case "tf_crop_and_resize":
            start, end = crop
            if length == 1:
                return at + 0.5 * (start + end) * (own - 1)
            return start * (own - 1) + at * (end - start) * (own - 1) / (length - 1)
    raise BadakError(f"coordinate_transformation_mode must be one that ONNX has; got {way[:40]!r}")


def _nearest(node: Node, at: Numbers) -> Numbers:
    rounding = {
        "round_prefer_floor": np.ceil(at - 0.5),
        "round_prefer_ceil": np.floor(at + 0.5),
        "floor": np.floor(at),
        "ceil": np.ceil(at),
    }
    word = node.get("nearest_mode", "round_prefer_floor" if node.opset > 10 else "floor")
    return rounding[checks.choice(word, "nearest_mode", list(rounding))].astype(np.int64)


def _weights(node: Node, mode: str, at: Numbers, own: int, factor: float) -> Numbers:
    """What each old number counts for in each new one (new, old)."""
    narrow = min(factor, 1.0) if node.get("antialias", 0) else 1.0
    reach = math.ceil((1 if mode == "linear" else 2) / narrow)
    taps = np.floor(at).astype(np.int64)[:, None] + np.arange(-reach, reach + 2)
    apart = np.abs(taps - at[:, None]) * narrow
    share = _cubic(apart, node.get("cubic_coeff_a", -0.75)) if mode == "cubic" else 1 - apart
    share = np.where(apart < (1 if mode == "linear" else 2), share, 0.0)
    if node.get("exclude_outside", 0):
        share = np.where((taps >= 0) & (taps < own), share, 0.0)
    share = share / share.sum(axis=1, keepdims=True)
    weights = np.zeros((len(at), own))
    np.add.at(weights, (np.arange(len(at))[:, None], np.clip(taps, 0, own - 1)), share)
    return weights


def _cubic(apart: Numbers, a: float) -> Numbers:
    """Keys 1981, *Cubic convolution interpolation*, equation 15, with a for -1/2."""
    near = ((a + 2) * apart - (a + 3)) * apart**2 + 1
    far = ((apart - 5) * apart + 8) * apart * a - 4 * a
    return np.where(apart <= 1, near, far)
