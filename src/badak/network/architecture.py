"""A network's layers as JSON, and back: an allow-list of layer names with checked arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Shape
from badak.errors import LONGEST_VALUE, ArgumentTypeError, BadakError, FormatError, listed, shown
from badak.layers import LAYERS, Block, CrossEntropyLoss, Layer
from badak.layers.block import DEEPEST, node_state_shapes
from badak.layers.naming import named
from badak.layers.nodes import chain
from badak.network.freezing import leaves

DTYPES = ("float32", "float64")
# With the layers inside blocks; a file that claims more is meant to exhaust the memory.
MAX_LAYERS = 10_000


def checked_dtype(dtype: Any) -> "np.dtype[Any]":
    """Return float32 or float64 as NumPy's dtype, of anything that names one of them.

    Raises:
        ArgumentTypeError: it names no dtype.
        BadakError: it names another dtype.

    Example:
        >>> checked_dtype("int8")
        Traceback (most recent call last):
        badak.errors.BadakError: dtype must be float32 or float64; got int8
    """
    try:
        checked: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        raise ArgumentTypeError(f"dtype must be float32 or float64; got {shown(dtype)}") from None
    if checked not in (np.float32, np.float64):
        raise BadakError(f"dtype must be float32 or float64; got {checked}")
    return checked


def checked_input_shape(shape: Any) -> tuple[int, ...]:
    """Return (C, H, W) as Python ints, each at least 1.

    Example:
        >>> checked_input_shape([1, 28, 0])
        Traceback (most recent call last):
        badak.errors.BadakError: input_shape must be at least 1; got 0
    """
    if not isinstance(shape, Sequence) or isinstance(shape, str) or len(shape) != 3:
        raise ArgumentTypeError(f"input_shape must be (C, H, W); got {shown(shape)}")
    return tuple(checks.integer(size, "input_shape", minimum=1) for size in shape)


def check_count(layers: Mapping[str, Layer]) -> None:
    """Refuse more layers than a network may have."""
    count = sum(1 for name, layer in layers.items() for _ in layer.leaves(name))
    if count > MAX_LAYERS:
        raise BadakError(f"a network may have at most {MAX_LAYERS:,} layers; got {count:,}")


def state_shapes(layers: Mapping[str, Layer], input_shape: Sequence[int]) -> dict[str, Shape]:
    """Return name -> shape of all parameters and buffers, without allocating any.

    Raises:
        BadakError: a layer does not fit the output of the one before it.

    Example:
        >>> from badak.layers import Flatten, Linear
        >>> state_shapes({"flat": Flatten(), "out": Linear(2)}, (1, 1, 3))
        {'out.weight': (2, 3), 'out.bias': (2,)}
    """
    return node_state_shapes(chain(layers)[0], checked_input_shape(input_shape))


def misfits(shapes: Mapping[str, Shape], state: Mapping[str, NDArray[Any]]) -> list[str]:
    """Return in words which arrays are missing, unknown or of another shape than in `shapes`.

    Example:
        >>> misfits({"out.bias": (2,)}, {"bias": np.ones(2)})
        ['out.bias is missing', 'bias is unknown']
    """
    faults = [f"{name} is missing" for name in shapes if name not in state]
    faults += [f"{name[:LONGEST_VALUE]} is unknown" for name in state if name not in shapes]
    return faults + [
        f"{name} is {state[name].shape}, expected {shape}"
        for name, shape in shapes.items()
        if name in state and state[name].shape != shape
    ]


def check_state(
    layers: Sequence[Layer] | Mapping[str, Layer],
    input_shape: Sequence[int],
    state: Mapping[str, NDArray[Any]],
) -> None:
    """Compare a file's arrays with what its layers need, before anything is allocated."""
    faults = misfits(state_shapes(named(layers), input_shape), state)
    if faults:
        raise BadakError(f"the arrays do not fit it: {'; '.join(faults)}")


def describe(
    layers: Mapping[str, Layer], input_shape: Sequence[int], dtype: Any, loss: CrossEntropyLoss
) -> dict[str, Any]:
    """Return what `parse` reads: names, words, numbers and lists alone."""
    frozen = [name for name, leaf in leaves(layers) if leaf.frozen]
    return {
        "input_shape": list(input_shape),
        "dtype": np.dtype(dtype).name,
        "loss": asdict(loss),
        "layers": _entries(layers),
        **({"frozen": frozen} if frozen else {}),
    }


def _entries(layers: Mapping[str, Layer]) -> list[dict[str, Any]]:
    """Name, type and arguments of each layer; a block's arguments hold such lists themselves."""
    return [
        {
            "name": name,
            "type": type(layer).__name__,
            "arguments": _arguments(layer),
        }
        for name, layer in layers.items()
    ]


def _arguments(layer: Layer) -> dict[str, Any]:
    if not isinstance(layer, Block):
        return layer.config()
    arguments = layer.config()
    for key, form in layer.holds.items():
        inside = arguments[key]
        arguments[key] = _entries(inside) if form == "layers" else [_entries(one) for one in inside]
    return arguments


def parse(description: Any) -> dict[str, Any]:
    """Turn a description from a file into Network's arguments, trusting nothing."""
    frozen = {"frozen"} & set(description if isinstance(description, dict) else ())
    keys = ("input_shape", "dtype", "loss", "layers", *frozen)
    _keys(description, "the architecture", keys)
    dtype = description["dtype"]
    if dtype not in DTYPES:
        raise FormatError(f"the architecture's dtype must be one of {DTYPES}; got {shown(dtype)}")
    layers = _layers(description["layers"], "the architecture's layers", _Room())
    loss = _make(CrossEntropyLoss, description["loss"], "the loss")
    shape = description["input_shape"]
    arguments = {"layers": layers, "input_shape": shape, "dtype": dtype, "loss": loss}
    return arguments | ({"frozen": _frozen(description["frozen"], layers)} if frozen else {})


def _frozen(names: Any, layers: Mapping[str, Layer]) -> list[str]:
    """The names of frozen layers, each of which must exist."""
    known = {name for name, _ in leaves(layers)}
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise FormatError(f"the architecture's frozen layers must be names; got {shown(names)}")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise FormatError(f"the architecture freezes layers that it lacks: {listed(unknown)}")
    return names


@dataclass
class _Room:
    """How many more layers a file may hold, and how much deeper they may be nested."""

    layers: int = MAX_LAYERS
    levels: int = DEEPEST


def _layers(entries: Any, what: str, room: _Room) -> dict[str, Layer]:
    """Make the layers of a list; those of a block before the block itself."""
    if not isinstance(entries, list):
        raise FormatError(f"{what} must be a list; got {shown(entries)}")
    room.layers -= len(entries)
    if room.layers < 0:
        raise FormatError(f"the architecture has more than {MAX_LAYERS:,} layers")
    layers: dict[str, Layer] = {}
    for entry in entries:
        _keys(entry, "a layer", ("name", "type", "arguments"))
        name, kind, arguments = entry["name"], entry["type"], entry["arguments"]
        if not isinstance(name, str) or name in layers:
            raise FormatError(f"layer names must be strings, each used once; got {shown(name)}")
        if not isinstance(kind, str) or kind not in LAYERS:
            raise FormatError(
                f"layer {shown(name)} has the type {shown(kind)}; supported: {', '.join(LAYERS)}"
            )
        made = LAYERS[kind]
        if issubclass(made, Block):
            arguments = _block(made, arguments, f"{kind} {shown(name)}", room)
        layers[name] = _make(made, arguments, f"{kind} {shown(name)}")
    return layers


def _block(kind: type[Block], arguments: Any, what: str, room: _Room) -> dict[str, Any]:
    """A block's arguments, with layers for the entries of all paths."""
    _keys(arguments, what, [f.name for f in fields(kind) if f.init])
    if not room.levels:
        raise FormatError(f"the architecture nests blocks more than {DEEPEST} deep")
    room.levels -= 1
    made = dict(arguments)
    for key, form in kind.holds.items():
        read = _layers if form == "layers" else _branches
        made[key] = read(arguments[key], f"{what}: {key}", room)
    room.levels += 1
    return made


def _branches(entries: Any, what: str, room: _Room) -> tuple[dict[str, Layer], ...]:
    """The layers of each branch; an empty one counts too, or a file could hold millions."""
    if not isinstance(entries, list):
        raise FormatError(f"{what} must be a list; got {shown(entries)}")
    room.layers -= len(entries)
    return tuple(_layers(entry, what, room) for entry in entries[: MAX_LAYERS + 1])


def _make(kind: Any, arguments: Any, what: str) -> Any:
    """Call a constructor with a file's arguments, which must be exactly its fields."""
    _keys(arguments, what, [f.name for f in fields(kind) if f.init])
    try:
        return kind(**{name: _tuples(value) for name, value in arguments.items()})
    except BadakError as fault:
        raise FormatError(f"{what}: {fault}") from None


def _keys(value: Any, what: str, expected: Sequence[str]) -> None:
    if not isinstance(value, dict) or set(value) != set(expected):
        got = sorted(value) if isinstance(value, dict) else value
        raise FormatError(f"{what} must have exactly {list(expected)}; got {shown(got)}")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(member) for member in value) if isinstance(value, list) else value
