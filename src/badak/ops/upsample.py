"""upsample and its backward: document, check, hand on."""

from badak import checks
from badak.arrays import Array, Shape, as_floats, check_shape
from badak.errors import BadakError
from badak.ops import edition
from badak.ops.between import Between
from badak.ops.im2col import as_maps, as_shape
from badak.ops.window import IntOrPair, Pair, pair

MODES = ("nearest", "bilinear")


def upsample(
    x: Array, scale_factor: IntOrPair, mode: str = "nearest", align_corners: bool = False
) -> Array:
    """Enlarge maps by whole factors: each number repeated, or numbers between four neighbours.

    Args:
        x: maps (N, C, H, W), float32 or float64.
        scale_factor: how many times as many rows and columns: a number, or a pair.
        mode: "nearest" or "bilinear".
        align_corners: with "bilinear", whether the outermost numbers stay at the corners; else
            rows lie as if each covered an area.

    Returns:
        (N, C, H * rows, W * columns) of x's dtype, as torch.nn.Upsample computes it.

    Raises:
        ArgumentTypeError: x is not floats, or a factor is not an integer.
        BadakError: a factor below 1, or an unknown mode.

    Example:
        >>> import numpy as np
        >>> upsample(np.array([[[[1.0, 2.0]]]]), (1, 2))
        array([[[[1., 1., 2., 2.]]]])
        >>> upsample(np.array([[[[1.0, 2.0]]]]), (1, 2), "bilinear")
        array([[[[1.  , 1.25, 1.75, 2.  ]]]])
    """
    x = as_maps(x)
    factors = checked_factors(scale_factor, mode, align_corners)
    larger = (*x.shape[:2], x.shape[2] * factors[0], x.shape[3] * factors[1])
    checks.array_memory(larger, 2 * x.itemsize, "the enlarged maps")
    rows, columns = _between(x.shape, factors, mode, align_corners)
    y: Array = edition.of(x.dtype).upsample(x, rows, columns)
    return y


def upsample_backward(
    grad_y: Array,
    input_shape: Shape,
    scale_factor: IntOrPair,
    mode: str = "nearest",
    align_corners: bool = False,
) -> Array:
    """Gradient of `upsample` for its input: each number gets back what it gave, by its shares.

    Args:
        grad_y: gradient of the output.
        input_shape: (N, C, H, W) of the input that upsample saw.
        scale_factor: as given to upsample.
        mode: as given to upsample.
        align_corners: as given to upsample.

    Returns:
        Array of input_shape.

    Raises:
        ArgumentTypeError: grad_y is not floats.
        BadakError: shapes that do not match.

    Example:
        >>> import numpy as np
        >>> upsample_backward(np.ones((1, 1, 2, 4)), (1, 1, 1, 2), 2)
        array([[[[4., 4.]]]])
    """
    grad_y = as_floats(grad_y, "grad_y", 4)
    shape = as_shape(input_shape)
    factors = checked_factors(scale_factor, mode, align_corners)
    larger = (*shape[:2], shape[2] * factors[0], shape[3] * factors[1])
    check_shape(grad_y, "grad_y", larger)
    rows, columns = _between(shape, factors, mode, align_corners)
    grad_x: Array = edition.of(grad_y.dtype).upsample_backward(grad_y, shape, rows, columns)
    return grad_x


def checked_factors(scale_factor: IntOrPair, mode: str, align_corners: bool) -> Pair:
    """Return the factors (rows, columns); raise BadakError if an argument is out of range.

    Example:
        >>> checked_factors(2, "nearest", align_corners=True)
        Traceback (most recent call last):
        badak.errors.BadakError: align_corners needs mode 'bilinear'; got 'nearest'
    """
    factors = pair(scale_factor, "scale_factor", minimum=1)
    checks.choice(mode, "mode", MODES)
    if checks.flag(align_corners, "align_corners") and mode != "bilinear":
        raise BadakError(f"align_corners needs mode 'bilinear'; got {mode!r}")
    return factors


def _between(
    shape: Shape, factors: Pair, mode: str, align_corners: bool
) -> tuple[Between, Between]:
    rows, columns = (
        Between.of(size, factor, mode, align_corners)
        for size, factor in zip(shape[2:], factors, strict=True)
    )
    return rows, columns
