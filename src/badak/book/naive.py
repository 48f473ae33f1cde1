"""MulLayer and AddLayer: one multiplication, one addition, and back (chapter 5.4)."""

from typing import Any


class MulLayer:
    """x * y; backward passes each factor the other one times dout (chapter 5.4.1).

    Numbers, or arrays of any shape.

    Example:
        >>> layer = MulLayer()
        >>> layer.forward(100, 2)  # two apples at 100
        200
        >>> layer.backward(1.5)  # gradients of the price and of the number
        (3.0, 150.0)
    """

    def __init__(self) -> None:
        self.x: Any = None
        self.y: Any = None

    def forward(self, x: Any, y: Any) -> Any:
        """Return x * y, and keep both."""
        self.x, self.y = x, y
        return x * y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """Return the gradients of x and of y."""
        return dout * self.y, dout * self.x


class AddLayer:
    """x + y; backward passes dout to both (chapter 5.4.2).

    Numbers, or arrays of one shape.

    Example:
        >>> layer = AddLayer()
        >>> layer.forward(200, 450), layer.backward(1.5)
        (650, (1.5, 1.5))
    """

    def forward(self, x: Any, y: Any) -> Any:
        """Return x + y."""
        return x + y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """Return the gradients of x and of y; two arrays, so changing one keeps the other."""
        return dout * 1, dout * 1
