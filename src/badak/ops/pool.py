"""Max, average and global average pooling: document, check, hand on.

Images and their gradients are (N, C, H, W), outputs (N, C, OH, OW), float32 or float64. The
arguments kernel_size, stride (None: the kernel's size), padding (at most half the kernel), dilation
and ceil_mode are those of `Window.of`. A backward takes grad_y, the gradient of y, the (N, C, H, W)
of its forward's input, and the options that forward was given; it returns grad_x. All raise
ArgumentTypeError for arrays that are not floats, and BadakError for shapes that do not match, a
window that does not fit, or an argument out of range.
"""

import math

import numpy as np

from badak import checks
from badak.arrays import Array, Indices, Shape, as_array, as_floats, check_shape
from badak.errors import ArgumentTypeError, BadakError
from badak.ops import edition
from badak.ops.im2col import as_maps, as_shape, check_fits
from badak.ops.window import IntOrPair, Padding, Window, short

CELL_BYTES = 256  # what Python needs for one array, however small


def pool_window(
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
    ceil_mode: bool = False,
) -> Window:
    """Return a pooling window: its stride defaults to its kernel, its padding is at most half.

    Example:
        >>> pool_window(2, padding=2)
        Traceback (most recent call last):
        badak.errors.BadakError: padding must be at most half the kernel 2; got 2
    """
    window = Window.of(
        kernel_size, kernel_size if stride is None else stride, padding, dilation, ceil_mode
    )
    if not isinstance(window.padding, str):
        for sides, kernel in zip(window.padding, window.kernel, strict=True):
            if max(sides) > kernel // 2:
                raise BadakError(
                    f"padding must be at most half the kernel {short(window.kernel)}; "
                    f"got {short(window.padding)}"
                )
    return window


def max_pool2d(
    x: Array,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Indices]:
    """The largest value under each window; the first of equals wins, NaN wins over all.

    Padding is minus infinity.

    Returns:
        y (N, C, OH, OW), and each winner's place h * W + w in its map, int64, shaped like y.

    Example:
        >>> y, indices = max_pool2d(np.array([[[[1.0, 2], [4, 3]]]]), kernel_size=2)
        >>> y.item(), indices.item()
        (4.0, 2)
    """
    x = as_maps(x)
    window = pool_window(kernel_size, stride, padding, dilation, ceil_mode)
    windows = x.shape[1] * (math.prod(window.kernel) + 6)  # values, then int64 places
    places = check_fits(x.shape, window, x.itemsize, windows)
    checks.memory(math.prod(window.kernel) * CELL_BYTES, "the views of the window's cells")
    _check_sight(window, x.shape[2:], places)
    result: tuple[Array, Indices] = edition.of(x.dtype).max_pool2d(x, window)
    return result


def _check_sight(window: Window, size: Shape, places: Shape) -> None:
    """Refuse windows that see nothing but padding: dilated cells may step over a small map."""
    for axis, (before, _) in enumerate(window.sides(*size)):
        stride, dilation = window.stride[axis], window.dilation[axis]
        for corner in range(-before, min(0, places[axis] * stride - before), stride):
            if corner % dilation >= size[axis]:  # the first of its cells that is not before the map
                raise BadakError(
                    f"the window at {corner}, whose cells are {dilation} apart, has no cell in the "
                    f"{size[0]}x{size[1]} map: use less padding or dilation"
                )


def max_pool2d_backward(grad_y: Array, indices: Indices, input_shape: Shape) -> Array:
    """Gradient of `max_pool2d` for its input: each place's goes to the value that won it.

    indices are those that max_pool2d returned.

    Example:
        >>> max_pool2d_backward(np.ones((1, 1, 1, 1)), np.array([[[[2]]]]), (1, 1, 2, 2))
        array([[[[0., 0.],
                 [1., 0.]]]])
    """
    grad_y = as_floats(grad_y, "grad_y", 4)
    n, c, h, w = as_shape(input_shape)
    check_shape(grad_y, "grad_y", (n, c, None, None))
    indices = as_array(indices, "indices")
    if indices.dtype != np.int64:
        raise ArgumentTypeError(f"indices must be int64; got {indices.dtype}")
    check_shape(indices, "indices", grad_y.shape)
    if indices.size and not (indices.min() >= 0 and indices.max() < h * w):
        raise BadakError(
            f"indices must lie in 0..{h * w - 1}, places of a {h}x{w} map; "
            f"got {indices.min()} to {indices.max()}"
        )
    indices = np.require(indices, requirements=["C", "A"])
    checks.memory(max(n, 1) * c * h * w * grad_y.itemsize, "the gradient")
    grad_x: Array = edition.of(grad_y.dtype).max_pool2d_backward(grad_y, indices, (n, c, h, w))
    return grad_x


def avg_pool2d(
    x: Array,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """The mean under each window, or with divisor_override the sum divided by that number.

    Padding is zeros; count_include_pad says whether it counts in the mean.

    Example:
        >>> avg_pool2d(np.array([[[[1.0, 2], [4, 3]]]]), kernel_size=2).item()
        2.5
    """
    x = as_maps(x)
    window = pool_window(kernel_size, stride, padding, ceil_mode=ceil_mode)
    _check_divisor(count_include_pad, divisor_override)
    check_fits(x.shape, window, x.itemsize, 3 * x.shape[1])
    y: Array = edition.of(x.dtype).avg_pool2d(x, window, count_include_pad, divisor_override)
    return y


def avg_pool2d_backward(
    grad_y: Array,
    input_shape: Shape,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Gradient of `avg_pool2d` for its input: each place's is shared out over its window.

    Example:
        >>> avg_pool2d_backward(np.ones((1, 1, 1, 1)), (1, 1, 2, 2), kernel_size=2)
        array([[[[0.25, 0.25],
                 [0.25, 0.25]]]])
    """
    grad_y = as_floats(grad_y, "grad_y", 4)
    shape = as_shape(input_shape)
    window = pool_window(kernel_size, stride, padding, ceil_mode=ceil_mode)
    _check_divisor(count_include_pad, divisor_override)
    places = check_fits(shape, window, grad_y.itemsize, 2 * shape[1])
    check_shape(grad_y, "grad_y", (*shape[:2], *places))
    grad_x: Array = edition.of(grad_y.dtype).avg_pool2d_backward(
        grad_y, shape, window, count_include_pad, divisor_override
    )
    return grad_x


def _check_divisor(count_include_pad: bool, divisor_override: int | None) -> None:
    checks.flag(count_include_pad, "count_include_pad")
    if divisor_override is not None:
        checks.integer(divisor_override, "divisor_override", minimum=1)


def global_avg_pool2d(x: Array) -> Array:
    """The mean of each map, (N, C, 1, 1) (Lin et al. 2013, section 3.2).

    Example:
        >>> global_avg_pool2d(np.array([[[[1.0, 2], [4, 3]]]])).item()
        2.5
    """
    x = as_maps(x)
    y: Array = edition.of(x.dtype).global_avg_pool2d(x)
    return y


def global_avg_pool2d_backward(grad_y: Array, input_shape: Shape) -> Array:
    """Gradient of `global_avg_pool2d` for its input: ``grad_y / (H * W)`` at every place.

    Example:
        >>> global_avg_pool2d_backward(np.ones((1, 1, 1, 1)), (1, 1, 1, 4))
        array([[[[0.25, 0.25, 0.25, 0.25]]]])
    """
    grad_y = as_floats(grad_y, "grad_y", 4)
    n, c, h, w = as_shape(input_shape)
    check_shape(grad_y, "grad_y", (n, c, 1, 1))
    checks.memory(max(n, 1) * c * h * w * grad_y.itemsize, "the gradient")
    grad_x: Array = edition.of(grad_y.dtype).global_avg_pool2d_backward(grad_y, (n, c, h, w))
    return grad_x
