"""Windows as the core takes them: a tuple of integers."""

from badak.arrays import Shape
from badak.ops.window import Window


def pool_numbers(window: Window, height: int, width: int) -> tuple[int, ...]:
    """Kernel, stride, padding above and on the left, and dilation: eight numbers."""
    (top, _), (left, _) = window.sides(height, width)
    return (*window.kernel, *window.stride, top, left, *window.dilation)


def conv_numbers(shape: Shape, window: Window) -> tuple[int, ...]:
    """The same for images (N, C, H, W), and the output's rows and columns: ten numbers."""
    return (*pool_numbers(window, *shape[2:]), *window.output_size(*shape[2:]))
