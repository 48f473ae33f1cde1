"""Convolution, as a function and as a layer (the book's chapter 7.4.3)."""

from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array
from badak.lessons.check.subjects.base import Compute, Subject, Trial, numbers
from badak.lessons.check.subjects.columns import SHAPES, not_passed, square_only, square_windows
from badak.lessons.check.subjects.windows import (
    crowded,
    early,
    fewer,
    more,
    places,
    rows,
    scatter,
)


def _out(t: Trial, **changed: Any) -> Array:
    values = {"x": t.x, "W": t.W, "b": t.b, "stride": t.stride, "pad": t.pad} | changed
    x, W, b = (np.asarray(values[name], float) for name in ("x", "W", "b"))
    return np.asarray(ops.conv2d(x, W, b, values["stride"], values["pad"]))


def _product(t: Trial, six: Array) -> Array:
    out = np.einsum("ncijpq,fcij->nfpq", six, t.W)
    return np.asarray(out + t.b[:, None, None])


def _window(t: Trial) -> tuple[int, int, int, int]:
    return (*t.W.shape[2:], t.stride, t.pad)


def _reshaped_weight(t: Trial) -> Array:
    n, f = len(t.x), len(t.W)
    oh, ow = _out(t).shape[2:]
    out = rows(t.x, *_window(t)) @ t.W.reshape(-1, f) + t.b
    return np.asarray(out.reshape(n, oh, ow, f).transpose(0, 3, 1, 2))


def _reshaped_only(t: Trial) -> Array:
    """W.reshape(FN, -1) without .T: a product that hardly ever fits."""
    n, f = len(t.x), len(t.W)
    oh, ow = _out(t).shape[2:]
    out = rows(t.x, *_window(t)) @ t.W.reshape(f, -1) + t.b
    return np.asarray(out.reshape(n, oh, ow, -1).transpose(0, 3, 1, 2))


def _no_transpose(t: Trial) -> Array:
    right = _out(t)
    return right.transpose(0, 2, 3, 1).reshape(right.shape)


def _one_image(t: Trial) -> Array:
    out = _out(t)
    out[1:] = 0
    return out


def _backward(t: Trial) -> tuple[Array, Array, Array]:
    dx, dW, db = ops.conv2d_backward(t.dout, np.asarray(t.x, float), t.W, t.stride, t.pad)
    return np.asarray(dx), dW, db


def _dx(t: Trial, W: Array | None = None, dout: Array | None = None, **quirk: Any) -> Array:
    """The input's gradient by col2im, with something wrong."""
    weight = t.W if W is None else W
    six = np.einsum("nfpq,fcij->ncijpq", t.dout if dout is None else dout, weight)
    return scatter(six, t.x.shape, t.stride, t.pad, **quirk)


def _turned(W: Array) -> Array:
    """Kernels with rows and columns swapped, on the way to a matrix."""
    return np.asarray(W.swapaxes(2, 3).reshape(W.shape))


def _mixed(t: Trial) -> Array:
    """dout.reshape(-1, FN) without its transpose."""
    n, f, oh, ow = t.dout.shape
    return np.asarray(t.dout.reshape(n, oh, ow, f).transpose(0, 3, 1, 2))


def _dW(t: Trial, dout: Array) -> Array:
    return np.asarray(ops.conv2d_backward(dout, np.asarray(t.x, float), t.W, t.stride, t.pad)[1])


def _size(t: Trial, axis: int) -> int:
    return int(_out(t).shape[axis])


def _of_places(t: Trial, places: Any) -> Array:
    kept = np.zeros_like(t.dout)
    kept[places] = t.dout[places]
    return _dW(t, kept)


def _unturned(t: Trial) -> Array:
    """np.dot(dout, col_W) without .T: a product that hardly ever fits."""
    dout = t.dout.transpose(0, 2, 3, 1).reshape(-1, len(t.W))
    return np.asarray(dout @ t.W.reshape(len(t.W), -1).T)


def _of_image(t: Trial, i: int) -> Array:
    kept = np.zeros_like(t.dout)
    kept[i] = t.dout[i]
    return _dW(t, kept)


def _trial(
    shape: tuple[int, ...], fh: int, fw: int, stride: int, pad: int, *, filters: int = 1
) -> Trial:
    n, c, h, w = shape
    W = numbers(filters, c, fh, fw, seed=1)
    dout = numbers(n, filters, places(h, fh, stride, pad), places(w, fw, stride, pad), seed=3)
    made = {"W": W, "b": numbers(filters, seed=2), "stride": stride, "pad": pad}
    return Trial(made, {"x": numbers(*shape)}, dout)


TRIALS = (
    *(_trial(shape, *rest) for shape, *rest in SHAPES[:-1]),
    _trial((1, 1, 3, 3), 2, 2, 1, 0, filters=2),
    _trial((2, 2, 3, 3), 2, 2, 1, 0, filters=2),
    _trial(*SHAPES[-1], filters=3),
)


def _plus_bias(wrong: Compute) -> Compute:
    """The bias stands where no loop came."""
    return lambda t: wrong(t) + t.b[:, None, None]


OUT: dict[str, Compute] = {
    "pad_forgotten": lambda t: _out(t, pad=0),
    "stride_ignored": lambda t: _out(t, stride=1),
    "stride_ignored cut": lambda t: _out(t, stride=1)[:, :, : _size(t, 2), : _size(t, 3)],
    "stride_ignored ": lambda t: _product(t, crowded(t.x, *_window(t))),
    **not_passed(_out),
    "kernel_flipped": lambda t: _out(t, W=t.W[:, :, ::-1, ::-1]),
    "kernel_transposed": lambda t: _out(t, W=t.W.swapaxes(2, 3)),
    "bias_forgotten": lambda t: _out(t, b=0 * t.b),
    "weight_reshaped": _reshaped_weight,
    "weight_reshaped ": _reshaped_only,
    "order_not_transposed": _no_transpose,
    "channels_last": lambda t: _out(t).transpose(0, 2, 3, 1),
    "places_swapped": lambda t: _out(t).swapaxes(2, 3),
    "first_channel_only": lambda t: _out(t, x=t.x[:, :1], W=t.W[:, :1]),
    "channels_averaged": lambda t: _out(t, W=t.W / t.W.shape[1]),
    "channel_order": lambda t: _out(t, x=t.x[:, ::-1]),
    "first_image_only": _one_image,
    "size_without_one": lambda t: _product(t, fewer(t.x, *_window(t))),
    "size_rounded_up": lambda t: _product(t, more(t.x, *_window(t))),
    "integers": lambda t: _out(t).astype(int),
    **early(lambda t: _out(t), _window),
    **{
        f"{fault} bias": _plus_bias(wrong)
        for fault, wrong in early(lambda t: _out(t, b=0 * t.b), _window).items()
    },
    "hw_swapped": square_only(_out),
    "window_square_only": square_windows(_out),
}

CONVOLUTION = Subject(
    "Convolution",
    ("convolution", "conv", "conv2d", "convlayer", "convolutionlayer", "convolution2d"),
    "layer",
    TRIALS,
    {
        "out": _out,
        "dx": lambda t: _backward(t)[0],
        "dW": lambda t: _backward(t)[1],
        "db": lambda t: _backward(t)[2],
    },
    {
        "out": OUT,
        "dx": {
            "assigns": lambda t: _dx(t, add=False),
            **not_passed(lambda t: _backward(t)[0]),
            "stride_ignored": lambda t: _dx(t, step=1),
            "kernel_flipped": lambda t: _dx(t, W=t.W[:, :, ::-1, ::-1]),
            "kernel_transposed": lambda t: _dx(t, W=_turned(t.W)),
            "pad_not_removed": lambda t: _dx(t, crop="none"),
            "pad_cut_at_corner": lambda t: _dx(t, crop="corner"),
            "order_not_transposed": lambda t: _dx(t, dout=_mixed(t)),
            "first_channel_only": lambda t: _backward(t)[0] * _first(t),
            "hw_swapped": square_only(lambda t: _backward(t)[0]),
            "window_square_only": square_windows(lambda t: _backward(t)[0]),
            "weight_not_transposed": _unturned,
        },
        "dW": {
            "order_not_transposed": lambda t: _dW(t, _mixed(t)),
            "gradient_not_transposed": lambda t: (
                _dW(t, t.dout).reshape(len(t.W), -1).T.reshape(t.W.shape)
            ),
            "gradient_not_reshaped": lambda t: _dW(t, t.dout).reshape(len(t.W), -1),
            "last_image_only": lambda t: _of_image(t, -1),
            "last_place_only": lambda t: _of_places(t, (-1, slice(None), -1, -1)),
            "last_place_only of each image": lambda t: _of_places(t, (..., -1, -1)),
            "first_image_only": lambda t: _of_image(t, 0),
            "mean_instead_of_sum": lambda t: _dW(t, t.dout) / len(t.x),
            "kernel_flipped": lambda t: _dW(t, t.dout)[:, :, ::-1, ::-1],
            "kernel_transposed": lambda t: _dW(t, t.dout).swapaxes(2, 3),
            "stride_ignored": lambda t: ops.conv2d_backward(
                t.dout, t.x[:, :, : _end(t, 2), : _end(t, 3)], t.W, 1, 0
            )[1],
        },
        "db": {
            "bias_axis": lambda t: t.dout.transpose(0, 2, 3, 1).reshape(-1, len(t.W)).sum(axis=1),
            "bias_one_number": lambda t: t.dout.sum(),
            "bias_axis ": lambda t: t.dout.sum(axis=0),
            "mean_instead_of_sum": lambda t: t.dout.mean(axis=(0, 2, 3)),
            "mean_instead_of_sum ": lambda t: t.dout.sum(axis=(0, 2, 3)) / len(t.x),
            "bias_keeps_axes": lambda t: t.dout.sum(axis=(0, 2, 3))[None],
            "order_not_transposed": lambda t: _mixed(t).sum(axis=(0, 2, 3)),
            "last_image_only": lambda t: t.dout[-1].sum(axis=(1, 2)),
            "last_place_only": lambda t: t.dout[-1, :, -1, -1],
            "last_place_only of each image": lambda t: t.dout[..., -1, -1].sum(axis=0),
            "first_image_only": lambda t: t.dout[0].sum(axis=(1, 2)),
        },
    },
)

CONV_FUNCTION = Subject(
    "conv",
    ("conv", "convolution", "conv2d", "convforward", "convolve", "convolution2d", "convolve2d"),
    "function",
    tuple(Trial(t.made, t.given) for t in TRIALS),
    {"out": _out},
    {"out": OUT},
)


def _first(t: Trial) -> Array:
    kept = np.zeros((t.x.shape[1], 1, 1))
    kept[0] = 1
    return kept


def _end(t: Trial, axis: int) -> int:
    return int(t.dout.shape[axis] + t.W.shape[axis] - 1)
