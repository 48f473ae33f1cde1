"""im2col and col2im (the book's chapter 7.4)."""

from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.lessons.check.subjects.base import Compute, Subject, Trial, numbers
from badak.lessons.check.subjects.windows import (
    cells,
    crowded,
    early,
    fewer,
    more,
    rows,
    scatter,
    unrows,
)

# (N, C, H, W), FH, FW, stride, pad: the smallest first, one new thing at a time, none square last.
SHAPES = (
    ((1, 1, 2, 2), 1, 1, 1, 0),
    ((1, 1, 3, 3), 2, 2, 1, 0),
    ((1, 1, 3, 4), 2, 2, 1, 0),
    ((1, 1, 3, 4), 3, 2, 1, 0),
    ((1, 1, 4, 4), 2, 2, 2, 0),
    ((1, 1, 5, 5), 2, 2, 2, 0),
    ((1, 1, 3, 3), 2, 2, 1, 1),
    ((1, 2, 3, 3), 2, 2, 1, 0),
    ((2, 1, 3, 3), 2, 2, 1, 0),
    ((2, 3, 6, 5), 3, 2, 2, 1),
)


def window(fh: int, fw: int, stride: int, pad: int) -> dict[str, Any]:
    """Return a window's arguments by meaning; a square one has a size too.

    Example:
        >>> window(2, 3, 1, 0)
        {'filter_h': 2, 'filter_w': 3, 'stride': 1, 'pad': 0}
    """
    made = {"filter_h": fh, "filter_w": fw, "stride": stride, "pad": pad}
    return made | ({"size": fh} if fh == fw else {})


def _window(t: Trial) -> tuple[int, int, int, int]:
    return t.filter_h, t.filter_w, t.stride, t.pad


def _as_rows(six: Array) -> Array:
    n, c, fh, fw, oh, ow = six.shape
    return six.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, c * fh * fw)


def _no_transpose(t: Trial) -> Array:
    right = rows(t.x, *_window(t))
    return cells(t.x, *_window(t)).reshape(right.shape)


def _ordered(t: Trial, *axes: int) -> Array:
    return cells(t.x, *_window(t)).transpose(axes).reshape(rows(t.x, *_window(t)).shape)


def _one_image(t: Trial) -> Array:
    six = cells(t.x, *_window(t)).copy()
    six[1:] = 0
    return _as_rows(six)


def _edge(t: Trial) -> Array:
    sides = ((0, 0), (0, 0), (t.pad, t.pad), (t.pad, t.pad))
    return rows(np.pad(t.x, sides, "edge"), t.filter_h, t.filter_w, t.stride, 0)


def square_only(compute: Compute) -> Compute:
    """Return a computation that fails for images that are not square.

    Example:
        >>> square_only(lambda t: 1)(Trial({}, {"x": np.ones((1, 1, 2, 3))}))
        Traceback (most recent call last):
        ValueError: not square
    """

    def wrong(t: Trial) -> Any:
        shape = t.input_shape if "input_shape" in t.made else t.x.shape
        if shape[2] != shape[3]:
            raise ValueError("not square")
        return compute(t)

    return wrong


def square_windows(compute: Compute) -> Compute:
    """Return a computation that fails for windows that are not square.

    Example:
        >>> square_windows(len)(Trial({"filter_h": 2, "filter_w": 3}, {}))
        Traceback (most recent call last):
        ValueError: not square
    """

    def wrong(t: Trial) -> Any:
        if "W" in t.made:
            sides = t.W.shape[2:]
        else:
            sides = [t.made[k] for k in ("filter_h", "filter_w", "pool_h", "pool_w") if k in t.made]
        if sides[0] != sides[1]:
            raise ValueError("not square")
        return compute(t)

    return wrong


def not_passed(compute: Compute) -> dict[str, Compute]:
    """Return faults that fail with another stride or padding: im2col or col2im was not told of it.

    Example:
        >>> not_passed(len)["pad_forgotten not passed"](Trial({"stride": 1, "pad": 2}, {}))
        Traceback (most recent call last):
        ValueError: not passed
    """

    def without(*names: str) -> Compute:
        def wrong(t: Trial) -> Any:
            if any(getattr(t, name) != {"stride": 1, "pad": 0}[name] for name in names):
                raise ValueError("not passed")
            return compute(t)

        return wrong

    return {
        "stride_ignored not passed": without("stride"),
        "pad_forgotten not passed": without("pad"),
        "window_not_passed": without("stride", "pad"),
    }


def _right(t: Trial) -> Array:
    return rows(t.x, *_window(t))


IM2COL = Subject(
    "im2col",
    ("im2col",),
    "function",
    (
        *(Trial(window(*rest), {"x": numbers(*shape)}) for shape, *rest in SHAPES),
        Trial(window(2, 2, 1, 0), {"x": np.arange(9).reshape(1, 1, 3, 3)}),
    ),
    {"out": _right},
    {
        "out": {
            "pad_forgotten": lambda t: rows(t.x, t.filter_h, t.filter_w, t.stride, 0),
            "stride_ignored": lambda t: rows(t.x, t.filter_h, t.filter_w, 1, t.pad),
            "stride_ignored ": lambda t: _as_rows(crowded(t.x, *_window(t))),
            "columns_transposed": lambda t: _right(t).T,
            "order_not_transposed": _no_transpose,
            "channels_last": lambda t: _ordered(t, 0, 4, 5, 2, 3, 1),
            "kernel_transposed": lambda t: _ordered(t, 0, 4, 5, 1, 3, 2),
            "places_swapped": lambda t: _ordered(t, 0, 5, 4, 1, 2, 3),
            "images_last": lambda t: _ordered(t, 4, 5, 0, 1, 2, 3),
            "filter_swapped": lambda t: rows(t.x, t.filter_w, t.filter_h, t.stride, t.pad),
            "size_without_one": lambda t: _as_rows(fewer(t.x, *_window(t))),
            "size_rounded_up": lambda t: _as_rows(more(t.x, *_window(t))),
            "first_image_only": _one_image,
            "pad_not_zero": _edge,
            "integers": lambda t: _right(t).astype(int),
            **early(lambda t: cells(t.x, *_window(t)), _window, _as_rows),
            "hw_swapped": square_only(_right),
            "window_square_only": square_windows(_right),
        }
    },
)


def _col_trial(shape: tuple[int, ...], *rest: int) -> Trial:
    col = rows(np.zeros(shape), *rest)
    made = {"input_shape": shape, **window(*rest)}
    return Trial(made, {"col": numbers(*col.shape)})


def _six(t: Trial) -> Array:
    return unrows(t.col, t.input_shape, *_window(t))


def _scattered(t: Trial, **quirk: Any) -> Array:
    return scatter(_six(t), t.input_shape, t.stride, t.pad, **quirk)


def _averaged(t: Trial) -> Array:
    ones = scatter(np.ones_like(_six(t)), t.input_shape, t.stride, t.pad)
    return _right_image(t) / np.maximum(ones, 1)


def _no_transpose_back(t: Trial) -> Array:
    return scatter(t.col.reshape(_six(t).shape), t.input_shape, t.stride, t.pad)


def _right_image(t: Trial) -> Array:
    n, c, h, w = t.input_shape
    columns = t.col.reshape(n, -1, c * t.filter_h * t.filter_w).transpose(0, 2, 1)
    return ops.col2im(columns, (n, c, h, w), (t.filter_h, t.filter_w), t.stride, t.pad)


COL2IM = Subject(
    "col2im",
    ("col2im",),
    "function",
    tuple(_col_trial(shape, *rest) for shape, *rest in SHAPES),
    {"out": _right_image},
    {
        "out": {
            "assigns": lambda t: _scattered(t, add=False),
            "assigns ": lambda t: _scattered(t, windows=True),
            "stride_ignored": lambda t: _scattered(t, step=1),
            "pad_not_removed": lambda t: _scattered(t, crop="none"),
            "pad_not_removed ": lambda t: _scattered(t, crop="nothing"),
            "pad_cut_at_corner": lambda t: _scattered(t, crop="corner"),
            "averaged": _averaged,
            "order_not_transposed": _no_transpose_back,
            "kernel_transposed": lambda t: scatter(
                _six(t).swapaxes(2, 3), t.input_shape, t.stride, t.pad
            ),
            "integers": lambda t: _right_image(t).astype(int),
            "hw_swapped": square_only(_right_image),
            "window_square_only": square_windows(_right_image),
        }
    },
)
