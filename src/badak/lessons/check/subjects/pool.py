"""Pooling (the book's chapter 7.4.4).

Padding is tried with positive images only, where the zeros of the book's im2col never win, and need
not work: the book's own formula leaves it out.
"""

from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.lessons.check.subjects.base import Subject, Trial, numbers
from badak.lessons.check.subjects.columns import SHAPES, not_passed, square_only, square_windows
from badak.lessons.check.subjects.windows import (
    cells,
    crowded,
    early,
    fewer,
    more,
    places,
    scatter,
)


def _size(t: Trial) -> tuple[int, int, int, int]:
    return t.pool_h, t.pool_w, t.stride, t.pad


def _out(t: Trial, **changed: Any) -> Array:
    h, w, stride, pad = (
        changed.get(k, getattr(t, k)) for k in ("pool_h", "pool_w", "stride", "pad")
    )
    return np.asarray(ops.max_pool2d(np.asarray(t.x, float), (h, w), stride, pad)[0])


def _six_dout(t: Trial, share: bool = False) -> Array:
    """(N, C, PH, PW, OH, OW): what each cell of each window gets."""
    six = cells(t.x, *_size(t))
    n, c, ph, pw, oh, ow = six.shape
    flat = six.reshape(n, c, ph * pw, oh, ow)
    chosen = np.full(flat.shape, 1 / (ph * pw))
    if not share:
        chosen = np.arange(ph * pw)[:, None, None] == flat.argmax(axis=2)[:, :, None]
    return np.asarray((chosen * t.dout[:, :, None]).reshape(six.shape))


def _dx(t: Trial, share: bool = False, **quirk: Any) -> Array:
    return scatter(_six_dout(t, share), t.x.shape, t.stride, t.pad, **quirk)


def _last_wins(t: Trial) -> Array:
    """``dx[indices] += dout``: of several windows that one pixel won, the last alone counts."""
    _, indices = ops.max_pool2d(np.asarray(t.x, float), (t.pool_h, t.pool_w), t.stride, t.pad)
    n, c, h, w = t.x.shape
    dx = np.zeros(n * c * h * w)
    dx[indices + np.arange(n * c).reshape(n, c, 1, 1) * (h * w)] += t.dout
    return dx.reshape(t.x.shape)


def _first_cell(t: Trial) -> Array:
    six = np.zeros_like(_six_dout(t))
    six[:, :, 0, 0] = t.dout
    return scatter(six, t.x.shape, t.stride, t.pad)


def _mixed(t: Trial) -> Array:
    n, c, oh, ow = t.dout.shape
    dout = t.dout.reshape(n, oh, ow, c).transpose(0, 3, 1, 2)
    return _dx(Trial(t.made, t.given, dout))


def _trial(shape: tuple[int, ...], ph: int, pw: int, stride: int, pad: int) -> Trial:
    n, c, h, w = shape
    x = numbers(*shape)
    if pad:
        x = x - x.min() + 0.4
    dout = numbers(n, c, places(h, ph, stride, pad), places(w, pw, stride, pad), seed=3)
    made = {"pool_h": ph, "pool_w": pw, "stride": stride, "pad": pad}
    return Trial(made | ({"size": ph} if ph == pw else {}), {"x": x}, dout, optional=pad > 0)


POOLING = Subject(
    "Pooling",
    ("pooling", "pool", "maxpool", "maxpooling", "maxpool2d", "maxpooling2d", "poollayer"),
    "layer",
    (
        *(_trial(shape, *rest) for shape, *rest in SHAPES),
        _trial((2, 2, 4, 4), 2, 2, 2, 0),
        _trial((2, 3, 7, 6), 3, 2, 2, 0),
    ),
    {"out": _out, "dx": _dx},
    {
        "out": {
            "smallest_instead_of_largest": lambda t: cells(t.x, *_size(t)).min(axis=(2, 3)),
            "average_instead_of_max": lambda t: cells(t.x, *_size(t)).mean(axis=(2, 3)),
            "max_from_zero": lambda t: np.maximum(_out(t), 0),
            "stride_ignored": lambda t: _out(t, stride=1),
            "stride_ignored ": lambda t: crowded(t.x, *_size(t)).max(axis=(2, 3)),
            "stride_is_window": lambda t: _out(t, stride=t.pool_h),
            "pad_forgotten": lambda t: _out(t, pad=0),
            "filter_swapped": lambda t: _out(t, pool_h=t.pool_w, pool_w=t.pool_h),
            "order_not_transposed": lambda t: _out(t).transpose(0, 2, 3, 1).reshape(_out(t).shape),
            "channels_mixed": lambda t: np.broadcast_to(
                _out(t).max(axis=1, keepdims=True), _out(t).shape
            ),
            "channels_mixed ": lambda t: _out(t).max(axis=1, keepdims=True),
            "channels_last": lambda t: _out(t).transpose(0, 2, 3, 1),
            "first_image_only": lambda t: _out(t) * (np.arange(len(t.x)) == 0)[:, None, None, None],
            "size_without_one": lambda t: fewer(t.x, *_size(t)).max(axis=(2, 3)),
            "size_rounded_up": lambda t: more(t.x, *_size(t)).max(axis=(2, 3)),
            "integers": lambda t: _out(t).astype(int),
            **early(_out, _size),
            **not_passed(_out),
            "hw_swapped": square_only(_out),
            "window_square_only": square_windows(_out),
        },
        "dx": {
            "assigns": lambda t: _dx(t, add=False),
            "assigns ": _last_wins,
            **not_passed(_dx),
            "assigns  ": lambda t: _dx(t, windows=True),
            "shared_among_all": lambda t: _dx(t, share=True),
            "to_first_cell": _first_cell,
            "stride_ignored": lambda t: _dx(t, step=1),
            "pad_not_removed": lambda t: _dx(t, crop="none"),
            "pad_cut_at_corner": lambda t: _dx(t, crop="corner"),
            "order_not_transposed": _mixed,
            "dout_forgotten": lambda t: _dx(Trial(t.made, t.given, np.ones_like(t.dout))),
            "hw_swapped": square_only(_dx),
            "window_square_only": square_windows(_dx),
        },
    },
)
