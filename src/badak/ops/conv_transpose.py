"""conv_transpose2d and its backward: document, check, hand on."""

import math

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition
from badak.ops.conv import maps_and_weight
from badak.ops.im2col import check_fits
from badak.ops.window import IntOrPair, Padding, Pair, Window, pair, short


def conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    output_padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> Array:
    """Spread each number of the maps over a window: the gradient of a convolution for its input.

    ``y[n, f, i * stride + u * dilation - padding, ...] = bias[f] + sum over c, i and u of
    weight[c, f, u, ...] * x[n, c, i, ...]``

    Args:
        x: maps (N, C, H, W), float32 or float64.
        weight: (C, F / groups, KH, KW) of the same dtype.
        bias: (F,) of the same dtype, or None.
        stride: step between the windows in the output.
        padding: how much of the output's rim is left out: a number, a pair, or per side.
        output_padding: rows and columns more at the bottom and right; below the stride.
        dilation: distance between a window's cells.
        groups: number of groups of channels, each by itself.

    Returns:
        (N, F, OH, OW) of x's dtype; see `badak.ops.window.Window.input_size`.

    Raises:
        ArgumentTypeError: arrays that are not floats, or dtypes that differ.
        BadakError: shapes or numbers that do not match; the message has them.

    Source: Zeiler et al. 2010, *Deconvolutional networks*; arguments as PyTorch has them.

    Example:
        >>> import numpy as np
        >>> conv_transpose2d(np.array([[[[1.0, 2.0]]]]), np.ones((1, 1, 1, 3)), stride=(1, 2))
        array([[[[1., 1., 3., 2., 2.]]]])
    """
    x, weight, window = _checked(x, weight, stride, padding, dilation, groups)
    size = _size(x, window, output_padding)
    filters = weight.shape[1] * groups
    if bias is not None:
        bias = as_floats(bias, "bias", dtype=x.dtype)
        check_shape(bias, "bias", (filters,))
    values = 2 * (x.shape[1] + filters * math.prod(window.kernel))
    check_fits((len(x), filters, *size), window, x.itemsize, values)
    y: Array = edition.of(x.dtype).conv_transpose2d(x, weight, bias, window, groups, size)
    return y


def conv_transpose2d_backward(
    grad_y: Array,
    x: Array,
    weight: Array,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    output_padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    need_grad_x: bool = True,
) -> tuple[Array | None, Array, Array]:
    """Gradients of `conv_transpose2d` for its input, weight and bias.

    Args:
        grad_y: gradient of the output (N, F, OH, OW).
        x: the input that conv_transpose2d saw.
        weight: the weight that conv_transpose2d saw.
        stride: as given to conv_transpose2d.
        padding: as given to conv_transpose2d.
        output_padding: as given to conv_transpose2d.
        dilation: as given to conv_transpose2d.
        groups: as given to conv_transpose2d.
        need_grad_x: False if nobody needs the input's gradient, as in a first layer.

    Returns:
        grad_x (N, C, H, W) or None, grad_weight like weight, grad_bias (F,).

    Raises:
        ArgumentTypeError: dtypes that differ.
        BadakError: shapes that do not fit.

    Example:
        >>> import numpy as np
        >>> ones = [np.ones((1, 1, *size)) for size in ((1, 5), (1, 2), (1, 3))]
        >>> conv_transpose2d_backward(*ones, stride=(1, 2))[0]  # a convolution of the gradient
        array([[[[3., 3.]]]])
    """
    x, weight, window = _checked(x, weight, stride, padding, dilation, groups)
    checks.flag(need_grad_x, "need_grad_x")
    size = _size(x, window, output_padding)
    filters = weight.shape[1] * groups
    grad_y = as_floats(grad_y, "grad_y", 4, x.dtype)
    check_shape(grad_y, "grad_y", (len(x), filters, *size))
    check_fits(grad_y.shape, window, x.itemsize, 2 * filters * math.prod(window.kernel))
    grads: tuple[Array | None, Array, Array] = edition.of(x.dtype).conv_transpose2d_backward(
        grad_y, x, weight, window, groups, need_grad_x
    )
    return grads


def transposed_window(
    kernel_size: IntOrPair, stride: IntOrPair, padding: Padding, dilation: IntOrPair
) -> Window:
    """Return the window of a transposed convolution, whose padding must be numbers.

    Example:
        >>> transposed_window(3, 2, "same", 1)
        Traceback (most recent call last):
        badak.errors.BadakError: padding of a transposed convolution must be numbers; got 'same'
    """
    window = Window.of(kernel_size, stride, padding, dilation)
    if isinstance(window.padding, str):
        raise BadakError(
            f"padding of a transposed convolution must be numbers; got {window.padding!r}"
        )
    return window


def checked_extra(window: Window, output_padding: IntOrPair) -> Pair:
    """Return the output padding (rows, columns), which must be below the stride.

    Example:
        >>> checked_extra(Window.of(3, stride=2), 2)
        Traceback (most recent call last):
        badak.errors.BadakError: output_padding must be below the stride 2; got 2
    """
    extra = pair(output_padding, "output_padding", minimum=0)
    if extra[0] >= window.stride[0] or extra[1] >= window.stride[1]:
        raise BadakError(
            f"output_padding must be below the stride {short(window.stride)}; got {short(extra)}"
        )
    return extra


def _size(x: Array, window: Window, output_padding: IntOrPair) -> Pair:
    return window.input_size(x.shape[2], x.shape[3], checked_extra(window, output_padding))


def _checked(
    x: Array,
    weight: Array,
    stride: IntOrPair,
    padding: Padding,
    dilation: IntOrPair,
    groups: int,
) -> tuple[Array, Array, Window]:
    x, weight = maps_and_weight(x, weight, groups)
    if x.shape[1] % groups:
        raise BadakError(f"groups must divide {x.shape[1]} channels; got {groups}")
    if len(weight) != x.shape[1]:
        raise BadakError(
            f"weight {weight.shape} takes {len(weight)} channels; x {x.shape} has {x.shape[1]}"
        )
    return x, weight, transposed_window(weight.shape[2:], stride, padding, dilation)
