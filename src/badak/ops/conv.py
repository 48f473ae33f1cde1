"""conv2d and its backward: document, check, hand on.

Both raise ArgumentTypeError for arrays that are not floats, or dtypes that differ, and BadakError
for shapes or numbers that do not match.
"""

import math

from badak import checks
from badak.arrays import Array, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition
from badak.ops.im2col import as_maps, check_fits
from badak.ops.window import IntOrPair, Padding, Window


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> Array:
    """Convolve images with filters (cross-correlation, as everywhere in the field).

    ``y[n, f, i, j] = bias[f] + sum over c, u, v of
    weight[f, c, u, v] * x[n, c, i * stride + u * dilation - padding, ...]``

    Args:
        x: images (N, C, H, W), float32 or float64.
        weight: filters (F, C / groups, KH, KW) of the same dtype.
        bias: (F,) of the same dtype, or None.
        stride: step between places.
        padding: zeros around the images: a number, a pair, per side, "same" or "valid".
        dilation: distance between a filter's cells.
        groups: number of groups of channels and filters, each convolved by itself.

    Returns:
        (N, F, OH, OW) of x's dtype; see `badak.ops.window.Window.output_size`.

    Source: LeCun et al. 1998, section II.A; the book's chapter 7.

    Example:
        >>> import numpy as np
        >>> x = np.array([[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]], float)
        >>> weight = np.array([[2, 0, 1], [0, 1, 2], [1, 0, 2]], float)
        >>> conv2d(x[None, None], weight[None, None])  # the book's figure 7-3
        array([[[[15., 16.],
                 [ 6., 15.]]]])
    """
    x, weight, window = _checked(x, weight, stride, padding, dilation, groups)
    if bias is not None:
        bias = as_floats(bias, "bias", dtype=x.dtype)
        check_shape(bias, "bias", (len(weight),))
    columns = x.shape[1] * math.prod(window.kernel)
    check_fits(x.shape, window, x.itemsize, columns + 2 * len(weight))
    y: Array = edition.of(x.dtype).conv2d(x, weight, bias, window, groups)
    return y


def conv2d_backward(
    grad_y: Array,
    x: Array,
    weight: Array,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    need_grad_x: bool = True,
) -> tuple[Array | None, Array, Array]:
    """Gradients of `conv2d` for its input, weight and bias; options as in forward.

    grad_y is (N, F, OH, OW). Without need_grad_x, as in a first layer, grad_x is None.

    Returns:
        grad_x (N, C, H, W) or None, grad_weight like weight, grad_bias (F,).

    Example:
        >>> import numpy as np
        >>> ones = [np.ones((1, 1, size, size)) for size in (2, 3, 2)]
        >>> conv2d_backward(*ones)[1]  # each filter cell met four ones
        array([[[[4., 4.],
                 [4., 4.]]]])
    """
    x, weight, window = _checked(x, weight, stride, padding, dilation, groups)
    checks.flag(need_grad_x, "need_grad_x")
    grad_y = as_floats(grad_y, "grad_y", 4, x.dtype)
    columns = x.shape[1] * math.prod(window.kernel)
    places = check_fits(x.shape, window, x.itemsize, (1 + need_grad_x) * columns)
    check_shape(grad_y, "grad_y", (len(x), len(weight), *places))
    grads: tuple[Array | None, Array, Array] = edition.of(x.dtype).conv2d_backward(
        grad_y, x, weight, window, groups, need_grad_x
    )
    return grads


def maps_and_weight(x: Array, weight: Array, groups: int) -> tuple[Array, Array]:
    """Return both as floats of four axes, checked by themselves; `groups` must be at least 1."""
    x = as_maps(x)
    weight = as_floats(weight, "weight", 4, x.dtype)
    if 0 in weight.shape:
        raise BadakError(f"weight must have no empty axis; got {weight.shape}")
    checks.integer(groups, "groups", minimum=1)
    return x, weight


def _checked(
    x: Array,
    weight: Array,
    stride: IntOrPair,
    padding: Padding,
    dilation: IntOrPair,
    groups: int,
) -> tuple[Array, Array, Window]:
    x, weight = maps_and_weight(x, weight, groups)
    (f, per_group, kh, kw), c = weight.shape, x.shape[1]
    if f % groups or c % groups:
        raise BadakError(f"groups must divide {c} channels and {f} filters; got {groups}")
    if per_group != c // groups:
        raise BadakError(
            f"weight {weight.shape} takes {per_group} channels per group; "
            f"x {x.shape} in {groups} groups has {c // groups}"
        )
    return x, weight, Window.of((kh, kw), stride, padding, dilation)
