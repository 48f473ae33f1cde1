"""im2col and col2im."""

import math
from collections.abc import Sequence

from badak import checks
from badak.arrays import Array, Shape, as_floats, check_shape
from badak.errors import ArgumentTypeError, BadakError
from badak.ops import edition
from badak.ops.window import IntOrPair, Padding, Window


def im2col(
    x: Array,
    kernel_size: IntOrPair,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
) -> Array:
    """Lay the windows of images out as columns, so that convolution is a matrix product.

    Args:
        x: images (N, C, H, W), float32 or float64.
        kernel_size: rows and columns of a window.
        stride: step between windows.
        padding: zeros around the images: a number, a pair, per side, "same" or "valid".
        dilation: distance between a window's cells.

    Returns:
        Columns (N, C * KH * KW, OH * OW) of x's dtype, as torch.nn.functional.unfold lays them.

    Raises:
        BadakError: an argument out of range, or a window that does not fit.

    Source: Chellapilla et al. 2006; the book's chapter 7.4, which lays them in rows.

    Example:
        >>> import numpy as np
        >>> im2col(np.arange(9.0).reshape(1, 1, 3, 3), kernel_size=2)
        array([[[0., 1., 3., 4.],
                [1., 2., 4., 5.],
                [3., 4., 6., 7.],
                [4., 5., 7., 8.]]])
    """
    x = as_maps(x)
    window = Window.of(kernel_size, stride, padding, dilation)
    check_fits(x.shape, window, x.itemsize, x.shape[1] * math.prod(window.kernel))
    columns: Array = edition.of(x.dtype).im2col(x, window)
    return columns


def col2im(
    columns: Array,
    input_shape: Shape,
    kernel_size: IntOrPair,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
) -> Array:
    """Add columns back to where their windows stood: the transpose of `im2col`, not its inverse.

    columns and options are those of im2col; input_shape is (N, C, H, W) of the images that it saw.

    Returns:
        Images (N, C, H, W); a pixel that k windows share holds the sum of its k copies.

    Raises:
        BadakError: an argument out of range, or columns of another shape.

    Example:
        >>> import numpy as np
        >>> col2im(np.ones((1, 4, 4)), (1, 1, 3, 3), kernel_size=2)  # how many windows share each
        array([[[[1., 2., 1.],
                 [2., 4., 2.],
                 [1., 2., 1.]]]])
    """
    columns = as_floats(columns, "columns", 3)
    shape = as_shape(input_shape)
    window = Window.of(kernel_size, stride, padding, dilation)
    rows = shape[1] * math.prod(window.kernel)
    oh, ow = check_fits(shape, window, columns.itemsize, rows)
    check_shape(columns, "columns", (shape[0], rows, oh * ow))
    x: Array = edition.of(columns.dtype).col2im(columns, shape, window)
    return x


def as_maps(x: Array, name: str = "x") -> Array:
    """Return images (N, C, H, W) as floats; raise BadakError if an axis other than N is empty."""
    x = as_floats(x, name, 4)
    if 0 in x.shape[1:]:
        raise BadakError(f"{name} must have no empty axis but the first; got {x.shape}")
    return x


def as_shape(shape: Sequence[int], name: str = "input_shape") -> tuple[int, int, int, int]:
    """Return (N, C, H, W) as Python ints; raise BadakError if one is out of range."""
    if not isinstance(shape, Sequence) or len(shape) != 4:
        raise ArgumentTypeError(f"{name} must be (N, C, H, W); got {shape!r}")
    n = checks.integer(shape[0], name)
    c, h, w = (checks.integer(size, name, minimum=1) for size in shape[1:])
    return n, c, h, w


def check_fits(shape: Sequence[int], window: Window, itemsize: int, values: int) -> tuple[int, int]:
    """Return (OH, OW); refuse a padded input and `values` per place that memory cannot hold."""
    n, c, h, w = shape
    oh, ow = window.output_size(h, w)
    (top, bottom), (left, right) = window.reach(h, w)
    padded = c * (top + h + bottom) * (left + w + right)
    image = (padded + values * oh * ow) * itemsize  # NumPy counts these bytes even for no image
    checks.memory(max(n, 1) * image, "the padded input and its windows")
    return oh, ow
