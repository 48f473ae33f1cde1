"""Maps between the steps of a chain, and the memory that they and their gradients share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from badak.arrays import Array, Shape
from badak.ops import edition

if TYPE_CHECKING:
    from badak.ops.native.pixels import Frame, Pixels


class Buffer:
    """Memory for maps; who uses it says when he is done, and the last one gives it back."""

    def __init__(self, pixels: "Pixels", give_back: Callable[[], None]) -> None:
        self.pixels, self._give_back, self._users = pixels, give_back, 1

    @property
    def alone(self) -> bool:
        """Whether it has one user, who may write it."""
        return self._users == 1

    def share(self) -> "Buffer":
        """Count one user more."""
        self._users += 1
        return self

    def done(self) -> None:
        """Count one user less."""
        self._users -= 1
        if self._users == 0:
            self._give_back()

    def part(self, first: int, count: int) -> "Buffer":
        """Some of the channels; another part may be written at the same time."""
        return Buffer(self.share().pixels.channels(first, count), self.done)


class Maps:
    """What one step makes and others read: (N, H, W, C) inside a frame of zeros.

    Attributes:
        shape: (C, H, W) of one image.
        lasting: whether they have an array of their own, whose other numbers stay zero.
        whole: the maps of which these are some channels, and the first one's number; or None.
        passes_back: whether anything needs their gradient.
        data: a Buffer, from the step that makes them to the last one that reads them.
        grad: a Buffer with as much of their gradient as has come back.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.whole: Any = None
        self.passes_back, self.lasting = True, False
        self.data: Any = None
        self.grad: Any = None
        self._frames: dict[str, Frame] = {}

    def join(self, whole: "Maps", first: int) -> None:
        """From now on, be some channels of others."""
        for kind in ("data", "grad"):
            whole.need(self.frame(kind), kind)
        self.whole = whole, first

    def frame(self, kind: str) -> "Frame":
        """The frame of "data" or "grad"."""
        if self.whole is not None:
            whole: Maps = self.whole[0]
            return whole.frame(kind)
        frame: Frame = self._frames.get(kind) or edition.pixels().Frame()
        return frame

    def need(self, frame: "Frame", kind: str) -> None:
        """Have at least such a frame."""
        if self.whole is not None:
            self.whole[0].need(frame, kind)
        else:
            self._frames[kind] = self.frame(kind).joined(frame)

    def need_none(self, kind: str) -> None:
        """Have no frame, whatever was needed so far."""
        self._frames.pop(kind, None)


class Memory:
    """Arrays for maps of one batch size; one that nobody uses any more serves again.

    With a frame only arrays of equal size and frame stand in for one another, so that frames stay
    zero; without one, any that is large enough.

    Attributes:
        count: images of a batch.
        made: bytes of all arrays.
    """

    def __init__(self, count: int) -> None:
        self.count, self.made = count, 0
        self._framed: dict[tuple[Shape, Frame], list[Pixels]] = {}
        self._plain: list[Array] = []

    def take(self, shape: Shape, frame: "Frame") -> Buffer:
        """Lend an array; its numbers are anything."""
        if frame == edition.pixels().NO_FRAME:
            return self._take_plain(shape)
        free = self._framed.setdefault((shape, frame), [])
        pixels = free.pop() if free else self.make(shape, frame).pixels
        return Buffer(pixels, lambda: free.append(pixels))

    def _take_plain(self, shape: Shape) -> Buffer:
        c, h, w = shape
        size = self.count * h * w * c
        large = [number for number, room in enumerate(self._plain) if room.size >= size]
        if large:
            room = self._plain.pop(min(large, key=lambda number: self._plain[number].size))
        else:
            room = edition.pixels().room(size)
            self.made += room.nbytes
        pixels = edition.pixels().Pixels(
            room[:size].reshape(self.count, h, w, c), (0, 0, 0, h, w, c)
        )
        return Buffer(pixels, lambda: self._plain.append(room))

    def make(self, shape: Shape, frame: "Frame") -> Buffer:
        """Make an array of zeros that never serves for anything else."""
        c, h, w = shape
        pixels = edition.pixels().new(self.count, h, w, c, frame)
        self.made += pixels.array.nbytes
        return Buffer(pixels, lambda: None)

    def place(self, maps: Maps) -> "Pixels":
        """Where a step shall write the maps that it makes."""
        if maps.data is None and maps.whole is None:
            maps.data = (self.make if maps.lasting else self.take)(maps.shape, maps.frame("data"))
        elif maps.data is None:
            whole, first = maps.whole
            self.place(whole)
            maps.data = whole.data.part(first, maps.shape[0])
        pixels: Pixels = maps.data.pixels
        return pixels

    def for_grad(self, maps: Maps) -> Buffer:
        """Lend an array for a gradient of these maps."""
        return self.take(maps.shape, maps.frame("grad"))

    def give(self, maps: Maps, grad: Buffer) -> None:
        """Add a gradient to what has come back to some maps; the caller is done with it."""
        if not maps.passes_back:
            grad.done()
            return
        kernels = edition.pixels_maps()
        if maps.grad is None and self.fits(grad, maps):
            maps.grad = grad
            return
        before = maps.grad
        if before is None:
            maps.grad = self.for_grad(maps)
            kernels.pixels_copy(grad.pixels, maps.grad.pixels)
        elif before.alone:
            kernels.pixels_add(before.pixels, grad.pixels, before.pixels)
        else:
            maps.grad = self.for_grad(maps)
            kernels.pixels_add(before.pixels, grad.pixels, maps.grad.pixels)
            before.done()
        grad.done()

    def replace(self, maps: Maps, grad: Buffer) -> None:
        """Give a gradient that includes what has come back before."""
        if maps.grad is not None:
            maps.grad.done()
            maps.grad = None
        self.give(maps, grad)

    def fits(self, grad: Buffer, maps: Maps) -> bool:
        """Whether an array has the frame that a gradient of these maps needs."""
        frame = grad.pixels.frame
        return bool(frame.joined(maps.frame("grad")) == frame)
