"""Window: a kernel's size, stride, padding and dilation, and the only output-size formula.

Each of the four is one number or a pair (height, width); padding may also differ per side,
((top, bottom), (left, right)), or be "same" (output size = ceil(input size / stride), the odd
row at the end, as ONNX's SAME_UPPER) or "valid" (none).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from badak import checks
from badak.errors import ArgumentTypeError, BadakError, shown

Pair = tuple[int, int]
Sides = tuple[Pair, Pair]
IntOrPair = int | Sequence[int]
Padding = int | Sequence[int] | Sequence[Sequence[int]] | str


@dataclass(frozen=True)
class Window:
    """A window that slides over (H, W): build it with `Window.of`, which checks.

    Attributes:
        kernel: (kh, kw) cells.
        stride: step between places, (vertical, horizontal).
        padding: ((top, bottom), (left, right)), or "same".
        dilation: distance between cells, (vertical, horizontal).
        ceil_mode: round the output size up, as PyTorch's pooling does on request.
    """

    kernel: Pair
    stride: Pair = (1, 1)
    padding: Sides | str = ((0, 0), (0, 0))
    dilation: Pair = (1, 1)
    ceil_mode: bool = False

    @classmethod
    def of(
        cls,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        padding: Padding = 0,
        dilation: IntOrPair = 1,
        ceil_mode: bool = False,
    ) -> "Window":
        """Check the arguments and return the window.

        Raises:
            ArgumentTypeError: a value that is not an integer, a pair or a known word.
            BadakError: a kernel, stride or dilation below 1, a padding below 0.

        Example:
            >>> Window.of(3, padding=1).output_size(5, 7)
            (5, 7)
            >>> Window.of(3, stride=0)
            Traceback (most recent call last):
            badak.errors.BadakError: stride must be at least 1; got 0
        """
        return cls(
            pair(kernel_size, "kernel_size", minimum=1),
            pair(stride, "stride", minimum=1),
            _sides(padding),
            pair(dilation, "dilation", minimum=1),
            checks.flag(ceil_mode, "ceil_mode"),
        )

    @property
    def covers(self) -> Pair:
        """Rows and columns from a window's first cell to its last, both included."""
        (kh, kw), (dh, dw) = self.kernel, self.dilation
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    def sides(self, height: int, width: int) -> Sides:
        """Padding ((top, bottom), (left, right)) for an input of this size, "same" resolved."""
        if not isinstance(self.padding, str):
            return self.padding
        return (
            self._same_sides(0, height),
            self._same_sides(1, width),
        )

    def reach(self, height: int, width: int) -> Sides:
        """`sides`, and at the bottom and right what ceil_mode's last window needs beyond them."""
        sides, places = self.sides(height, width), self.output_size(height, width)
        reach = []
        for axis, size in enumerate((height, width)):
            before, after = sides[axis]
            needed = (places[axis] - 1) * self.stride[axis] + self.covers[axis]
            reach.append((before, max(after, needed - before - size)))
        return reach[0], reach[1]

    def explicit(self, height: int, width: int) -> "Window":
        """The same window with its padding as numbers, for an input of this size."""
        return replace(self, padding=self.sides(height, width))

    def output_size(self, height: int, width: int) -> Pair:
        """Places the window takes over an input of this size: (rows, columns).

        ``(size + before + after - dilation * (kernel - 1) - 1) // stride + 1`` for each axis, as
        PyTorch and ONNX floor it. With ceil_mode the division rounds up, but no window may start
        beyond the input and its leading padding.

        Example:
            >>> Window.of(5).output_size(28, 28)
            (24, 24)
            >>> Window.of(5, dilation=2).output_size(8, 8)
            Traceback (most recent call last):
            badak.errors.BadakError: a 5x5 kernel with dilation 2 covers 9x9 and does not fit ...
        """
        if height < 1 or width < 1:
            raise BadakError(
                f"the input must have at least one row and column; got {height}x{width}"
            )
        sides = self.sides(height, width)
        for axis, size in enumerate((height, width)):
            if self._places(axis, size, sides[axis]) < 1:
                raise BadakError(self._misfit(axis, height, width, sides))
        return self._places(0, height, sides[0]), self._places(1, width, sides[1])

    def input_size(self, rows: int, columns: int, extra: Pair = (0, 0)) -> Pair:
        """The smallest size on which the window takes so many places, and `extra` more.

        ``(places - 1) * stride + dilation * (kernel - 1) + 1 - before - after + extra`` for each
        axis: the opposite of `output_size`, for padding in numbers.

        Raises:
            BadakError: nothing is left; the message has the numbers.

        Example:
            >>> Window.of(3, stride=2, padding=1).input_size(4, 5, (1, 1))
            (8, 10)
        """
        sides = self.sides(1, 1)
        sizes = [
            (places - 1) * self.stride[axis] + self.covers[axis] - sum(sides[axis]) + extra[axis]
            for axis, places in enumerate((rows, columns))
        ]
        if min(sizes) < 1:
            raise BadakError(
                f"a {self.kernel[0]}x{self.kernel[1]} kernel on {rows}x{columns} with padding "
                f"{short(sides)} makes {sizes[0]}x{sizes[1]}: use less padding"
            )
        return sizes[0], sizes[1]

    def formula(self, axis: int, size: int) -> str:
        """The size formula of one axis with its numbers filled in, for tables.

        Example:
            >>> Window.of(5).formula(0, 28)
            '(28 + 0 - 4 - 1) // 1 + 1 = 24'
        """
        sides = self.sides(size, size)[axis]
        text = f"({size} + {sum(sides)} - {self.covers[axis] - 1} - 1)"
        places = self._places(axis, size, sides)
        if self.ceil_mode:
            return f"ceil({text} / {self.stride[axis]}) + 1 = {places}"
        return f"{text} // {self.stride[axis]} + 1 = {places}"

    def _places(self, axis: int, size: int, sides: Pair) -> int:
        stride = self.stride[axis]
        room = size + sum(sides) - self.covers[axis]
        if not self.ceil_mode:
            return room // stride + 1
        places = -(-room // stride) + 1
        return places - 1 if (places - 1) * stride >= size + sides[0] else places

    def _same_sides(self, axis: int, size: int) -> Pair:
        places = -(-size // self.stride[axis])
        total = max((places - 1) * self.stride[axis] + self.covers[axis] - size, 0)
        return total // 2, total - total // 2

    def _misfit(self, axis: int, height: int, width: int, sides: Sides) -> str:
        padded = (height, width)[axis] + sum(sides[axis])
        fits = (padded - 1) // self.dilation[axis] + 1
        dilated = "" if self.dilation == (1, 1) else f" with dilation {short(self.dilation)}"
        return (
            f"a {self.kernel[0]}x{self.kernel[1]} kernel{dilated} covers "
            f"{self.covers[0]}x{self.covers[1]} and does not fit its {height}x{width} input with "
            f"padding {short(sides)}: {self.formula(axis, (height, width)[axis])}; "
            f"use a kernel of at most {fits} there, or more padding"
        )


def pair(value: Any, name: str, minimum: int) -> Pair:
    """Return one integer or a pair of them as (height, width).

    Example:
        >>> pair(3, "kernel_size", minimum=1)
        (3, 3)
    """
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        if len(value) != 2:
            raise ArgumentTypeError(
                f"{name} must be one integer or two (height, width); got {shown(value)}"
            )
        first, second = value
    else:
        first = second = value
    return checks.integer(first, name, minimum=minimum), checks.integer(
        second, name, minimum=minimum
    )


def short(value: Any) -> str:
    """Write equal members once: ((1, 1), (1, 1)) as 1, (2, 3) as (2, 3).

    Example:
        >>> short(((1, 1), (1, 1))), short((2, 3))
        ('1', '(2, 3)')
    """
    while isinstance(value, tuple) and all(member == value[0] for member in value):
        value = value[0]
    return str(value)


def _sides(padding: Any) -> Sides | str:
    if isinstance(padding, str):
        word = checks.choice(padding, "padding", ("same", "valid"))
        return word if word == "same" else ((0, 0), (0, 0))
    if isinstance(padding, Sequence) and any(isinstance(axis, Sequence) for axis in padding):
        if len(padding) != 2 or not all(isinstance(axis, Sequence) for axis in padding):
            raise ArgumentTypeError(
                "padding must be one integer, two (height, width), or ((top, bottom), "
                f"(left, right)); got {shown(padding)}"
            )
        return pair(padding[0], "padding", minimum=0), pair(padding[1], "padding", minimum=0)
    vertical, horizontal = pair(padding, "padding", minimum=0)
    return (vertical, vertical), (horizontal, horizontal)
