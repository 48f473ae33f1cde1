"""Windows of images, right and wrong: what im2col, col2im, convolution and pooling share.

N images, C channels, H x W input, windows of FH x FW, OH x OW places.
"""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from badak import ops
from badak.arrays import Array


def cells(x: Array, fh: int, fw: int, stride: int = 1, pad: int = 0) -> Array:
    """Return (N, C, FH, FW, OH, OW): cell (i, j) of the window at each place.

    Example:
        >>> cells(np.arange(9.0).reshape(1, 1, 3, 3), 2, 2)[0, 0, :, :, 0, 0]
        array([[0., 1.],
               [3., 4.]])
    """
    n, c, h, w = x.shape
    columns = ops.im2col(np.asarray(x, float), (fh, fw), stride, pad)
    oh, ow = places(h, fh, stride, pad), places(w, fw, stride, pad)
    return np.asarray(columns.reshape(n, c, fh, fw, oh, ow))


def places(size: int, window: int, stride: int, pad: int) -> int:
    """Return the number of places along one side.

    Example:
        >>> places(7, 5, 2, 0)
        2
    """
    return (size + 2 * pad - window) // stride + 1


def rows(x: Array, fh: int, fw: int, stride: int = 1, pad: int = 0) -> Array:
    """Return the book's im2col, (N*OH*OW, C*FH*FW).

    Example:
        >>> rows(np.ones((1, 3, 7, 7)), 5, 5).shape
        (9, 75)
    """
    return (
        cells(x, fh, fw, stride, pad).transpose(0, 4, 5, 1, 2, 3).reshape(-1, x.shape[1] * fh * fw)
    )


def unrows(col: Array, shape: Any, fh: int, fw: int, stride: int, pad: int) -> Array:
    """Return (N, C, FH, FW, OH, OW) of im2col's rows.

    Example:
        >>> unrows(np.ones((9, 75)), (1, 3, 7, 7), 5, 5, 1, 0).shape
        (1, 3, 5, 5, 3, 3)
    """
    n, c, h, w = shape
    oh, ow = places(h, fh, stride, pad), places(w, fw, stride, pad)
    return col.reshape(n, oh, ow, c, fh, fw).transpose(0, 3, 4, 5, 1, 2)


def scatter(
    six: Array,
    shape: Any,
    stride: int,
    pad: int,
    *,
    add: bool = True,
    step: int = 0,
    crop: str = "right",
    windows: bool = False,
) -> Array:
    """Return col2im of (N, C, FH, FW, OH, OW), or a wrong one.

    `add` False assigns instead of adding, cell by cell or, with `windows`, window by window; `step`
    is a wrong stride; crop "none" leaves the padding, "nothing" also the book's spare stride - 1,
    and "corner" cuts the padding at the lower right only.

    Example:
        >>> scatter(np.ones((1, 1, 1, 2, 1, 2)), (1, 1, 1, 3), 1, 0)
        array([[[[1., 2., 1.]]]])
    """
    n, c, h, w = shape
    fh, fw, oh, ow = six.shape[2:]
    step = step or stride
    image = np.zeros((n, c, h + 2 * pad + stride - 1, w + 2 * pad + stride - 1))
    for p, q in itertools.product(range(oh), range(ow)) if windows else ():
        image[:, :, p * step : p * step + fh, q * step : q * step + fw] = six[..., p, q]
    for i, j in () if windows else itertools.product(range(fh), range(fw)):
        place = image[:, :, i : i + step * (oh - 1) + 1 : step, j : j + step * (ow - 1) + 1 : step]
        place[...] = place + six[:, :, i, j] if add else six[:, :, i, j]
    if crop == "nothing":
        return image
    if crop == "none":
        return image[:, :, : h + 2 * pad, : w + 2 * pad]
    first = 0 if crop == "corner" else pad
    return image[:, :, first : first + h, first : first + w]


def fewer(x: Array, fh: int, fw: int, stride: int, pad: int) -> Array:
    """Return `cells` without the last row and column of places: the formula without its + 1.

    Example:
        >>> fewer(np.ones((1, 1, 4, 4)), 2, 2, 1, 0).shape
        (1, 1, 2, 2, 2, 2)
    """
    return cells(x, fh, fw, stride, pad)[..., :-1, :-1]


def more(x: Array, fh: int, fw: int, stride: int, pad: int) -> Array:
    """Return `cells` with a place for what is left over: the formula rounded up.

    Example:
        >>> more(np.ones((1, 1, 5, 5)), 2, 2, 2, 0).shape
        (1, 1, 2, 2, 3, 3)
    """
    h, w = x.shape[2:]
    oh = math.ceil((h + 2 * pad - fh) / stride) + 1
    ow = math.ceil((w + 2 * pad - fw) / stride) + 1
    extra = ((oh - 1) * stride + fh - h - 2 * pad, (ow - 1) * stride + fw - w - 2 * pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad + extra[0]), (pad, pad + extra[1])))
    return cells(padded, fh, fw, stride, 0)


def crowded(x: Array, fh: int, fw: int, stride: int, pad: int) -> Array:
    """Return as many `cells` as the stride allows, but one pixel apart: ``i`` for ``i * stride``.

    Example:
        >>> crowded(np.arange(4.0).reshape(1, 1, 1, 4), 1, 1, 2, 0).ravel()
        array([0., 1.])
    """
    h, w = x.shape[2:]
    return cells(x, fh, fw, 1, pad)[..., : places(h, fh, stride, pad), : places(w, fw, stride, pad)]


def ends_early(array: Array, x: Array, fh: int, fw: int, stride: int, pad: int) -> list[Array]:
    """Return wrong (..., OH, OW): loops that end, or begin, one place too early or late.

    Places that no loop reaches are 0. Of rows, of columns, of both; always, or only where the last
    window ends at the border, as in ``range(0, H - FH, stride)``.

    Example:
        >>> ends_early(np.ones((2, 2)), np.ones((1, 1, 3, 3)), 2, 2, 1, 0)[0]
        array([[1., 0.],
               [0., 0.]])
    """
    h, w = x.shape[2:]
    exact = [(n + 2 * pad - k) % stride == 0 for n, k in ((h, fh), (w, fw))]
    wrong = []
    for place, rows_too, columns_too in itertools.product((-1, 0), (True, False), (True, False)):
        for ends in ((True, True), exact) if place else ((True, True),):
            cut = array.copy()
            if rows_too and ends[0]:
                cut[..., place, :] = 0
            if columns_too and ends[1]:
                cut[..., place] = 0
            wrong += [cut] if rows_too or columns_too else []
    return wrong


ENDS = 9  # results of `ends_early`


def early(
    compute: Callable[[Any], Array],
    size: Callable[[Any], Any],
    after: Callable[[Array], Any] = np.asarray,
) -> dict[str, Callable[[Any], Any]]:
    """Return the faults of `ends_early` for the results of `compute`, by name.

    Example:
        >>> len(early(len, len)) == ENDS
        True
    """

    def fault(number: int) -> Callable[[Any], Any]:
        return lambda t: after(ends_early(compute(t), t.x, *size(t))[number])

    return {f"place_left_out {number}": fault(number) for number in range(ENDS)}
