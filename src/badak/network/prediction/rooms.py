"""Where values lie: rooms of pixels with a frame of zeros, parts of which may be other values."""

from dataclasses import dataclass, field, replace

from badak.network.prediction.graph import Operation, Value
from badak.ops.window import Window

Frame = tuple[int, int, int, int]  # rows of zeros above and below, columns left and right
NO_FRAME: Frame = (0, 0, 0, 0)
ALIGNED = 16  # numbers: the widest vector


@dataclass(eq=False)
class Room:
    """Room for maps of one image.

    Attributes:
        shape: C, H and W of all that lies in it.
        frame: what surrounds the maps.
        uses: the places in the order of operations that write or read it.
        array: the number of the array that it is, if it is one that Python holds.
        inside: the room that it is a part of, and its first channel there.
        shared: whether other values than the one it was made for lie in it.
        planes: whether the maps are planes (C, H, W).
    """

    shape: tuple[int, int, int]
    frame: Frame = NO_FRAME
    uses: list[int] = field(default_factory=list)
    array: int | None = None
    inside: "tuple[Room, int] | None" = None
    shared: bool = False
    planes: bool = False

    @property
    def strides(self) -> tuple[int, int, int]:
        """Numbers from a pixel, a row and an image to the next."""
        channels, height, width = self.shape
        top, bottom, left, right = self.frame
        row = (width + left + right) * channels
        image = row * (height + top + bottom)
        exact = self.array is not None or self.planes
        return channels, row, image if exact else -(-image // ALIGNED) * ALIGNED

    @property
    def size(self) -> int:
        """Numbers that one image needs in memory."""
        return -(-self.strides[2] // ALIGNED) * ALIGNED

    @property
    def start(self) -> int:
        """Numbers before the first pixel in the frame."""
        step, row, _ = self.strides
        return self.frame[0] * row + self.frame[2] * step


@dataclass
class Rooms:
    """The room of each value, and its first channel there."""

    of: dict[Value, tuple[Room, int]] = field(default_factory=dict)

    def find(self, value: Value) -> tuple[Room, int]:
        """The whole room, and the value's first channel in it."""
        room, first = self.of[value]
        while room.inside is not None:
            room, more = room.inside
            first += more
        return room, first

    def alone(self, value: Value) -> bool:
        """Whether a value is all that lies in its room, which is no array."""
        room, _ = self.of[value]
        return room.inside is None and room.array is None and room.shape == value.shape


def furnished(operations: list[Operation], rooms: Rooms) -> list[Operation]:
    """Give every value its room; return the operations, with copies where they are needed."""
    result: list[Operation] = []
    for operation in operations:
        made = operation.makes
        if operation.kind == "concat":
            result += _joined(operation, rooms)
            continue
        x = operation.reads[0]
        if operation.kind == "slice":
            room, first = rooms.of[x]
            rooms.of[made] = room, first + int(operation.numbers[0])
            rooms.find(x)[0].shared = room.shared = True
            continue
        if _in_place(operation, rooms):
            rooms.of[made] = rooms.of[x]
        elif made not in rooms.of:
            rooms.of[made] = Room(made.shape), 0
        result.append(operation)
    for operation in result:
        if operation.kind == "conv" and operation.window is not None:
            x = operation.reads[0]
            room, _ = rooms.find(x)
            if room.array is None:
                frame = reading_frame(operation.window, *x.shape[1:])
                room.frame = tuple(map(max, room.frame, frame))  # type: ignore[assignment]
    return [part for operation in result for part in _with_row(operation, rooms)]


def _in_place(operation: Operation, rooms: Rooms) -> bool:
    """Whether the result may replace what it is computed from."""
    x = operation.reads[0]
    return (
        operation.kind in ("clamp", "scale", "activation", "gate")
        and len(x.readers) == 1
        and not x.kept
        and operation.makes not in rooms.of
        and rooms.alone(x)
        and not rooms.of[x][0].shared
    )


def _joined(operation: Operation, rooms: Rooms) -> list[Operation]:
    """Let the parts lie in the joined room, or copy them there."""
    made = operation.makes
    if made not in rooms.of:
        rooms.of[made] = Room(made.shape), 0
    whole, first = rooms.of[made]
    whole.shared = True
    copies = []
    for x in operation.reads:
        room, _ = rooms.of[x]
        if rooms.alone(x) and not x.kept and operation.reads.count(x) == 1:
            room.inside = whole, first
        else:
            part = Value(x.shape)
            rooms.of[part] = whole, first
            copies.append(Operation("copy", [x], part))
        first += x.shape[0]
    return copies


def _with_row(operation: Operation, rooms: Rooms) -> list[Operation]:
    """A linear layer reads an image's maps as one row, without frames or other channels.

    And a convolution that needs a frame cannot read a row that is a part of an array.
    """
    x = operation.reads[0]
    room, _ = rooms.find(x)
    frame = _missing_frame(operation, room)
    if frame != NO_FRAME:
        framed = Value(x.shape)
        rooms.of[framed] = Room(x.shape, frame), 0
        return [Operation("copy", [x], framed), replace(operation, reads=[framed])]
    if operation.kind != "linear":
        return [operation]
    if x.shape[1:] == (1, 1) and room.frame == NO_FRAME:
        return [operation]
    if room.frame == NO_FRAME and room.shape == x.shape:
        return [operation]
    row = Value(x.shape)
    rooms.of[row] = Room(x.shape), 0
    copy = Operation("copy", [x], row)
    return [copy, replace(operation, reads=[row])]


def _missing_frame(operation: Operation, room: Room) -> Frame:
    """The frame that a convolution of rows needs and the array that it reads does not have."""
    x, window = operation.reads[0], operation.window
    if room.array is None or operation.kind != "conv" or window is None or x.shape[1:] != (1, 1):
        return NO_FRAME
    return reading_frame(window, 1, 1)


def reading_frame(window: Window, height: int, width: int) -> Frame:
    """The zeros around maps that a window needs."""
    (top, _), (left, _) = window.sides(height, width)
    rows, columns = window.output_size(height, width)
    bottom = (rows - 1) * window.stride[0] + window.covers[0] - top - height
    right = (columns - 1) * window.stride[1] + window.covers[1] - left - width
    return top, max(bottom, 0), left, max(right, 0)
