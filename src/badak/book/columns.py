"""im2col and col2im with the book's arguments: one row per window (chapter 7.4)."""

from typing import Any

from numpy.typing import ArrayLike

from badak import ops
from badak.arrays import Array
from badak.book.floats import floats


def im2col(
    input_data: ArrayLike, filter_h: int, filter_w: int, stride: int = 1, pad: int = 0
) -> Array:
    """Copy each window of the images into a row (the book's chapter 7.4.2).

    Args:
        input_data: (N, C, H, W).
        filter_h: rows of a window.
        filter_w: columns of a window.
        stride: step between windows.
        pad: zeros on every side.

    Returns:
        (N * OH * OW, C * filter_h * filter_w).

    Example:
        >>> import numpy as np
        >>> im2col(np.random.rand(10, 3, 7, 7), 5, 5).shape  # the book's chapter 7.4.3
        (90, 75)
    """
    (x,) = floats(input_data)
    columns = ops.im2col(x, (filter_h, filter_w), stride, pad)  # (N, C*FH*FW, OH*OW)
    return columns.transpose(0, 2, 1).reshape(-1, columns.shape[1])


def col2im(
    col: ArrayLike,
    input_shape: Any,
    filter_h: int,
    filter_w: int,
    stride: int = 1,
    pad: int = 0,
) -> Array:
    """Add each row back at the position of its window (the book's chapter 7.4).

    The arguments are those of `im2col`, input_shape the (N, C, H, W) of the images. The result has
    that shape; where windows overlap, it is a sum.

    Example:
        >>> import numpy as np
        >>> col2im(np.ones((4, 4)), (1, 1, 3, 3), 2, 2)
        array([[[[1., 2., 1.],
                 [2., 4., 2.],
                 [1., 2., 1.]]]])
    """
    (rows,) = floats(col)
    shape = tuple(input_shape)
    columns = rows.reshape(shape[0], -1, rows.shape[-1]).transpose(0, 2, 1)  # (N, C*FH*FW, OH*OW)
    return ops.col2im(columns, shape, (filter_h, filter_w), stride, pad)
