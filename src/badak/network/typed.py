"""Layers from a line of text: "conv 30 5, relu, pool 2, flatten, linear 10"; and as such text."""

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from badak.errors import BadakError, did_you_mean, shown, where
from badak.layers import LAYERS, Block, Layer

# Words that people type, for the layers whose own names are longer.
SHORT = {
    "conv": "Conv2d",
    "pool": "MaxPool2d",
    "maxpool": "MaxPool2d",
    "avgpool": "AvgPool2d",
    "globalpool": "GlobalAvgPool2d",
    "globalavgpool": "GlobalAvgPool2d",
    "norm": "BatchNorm2d",
    "bn": "BatchNorm2d",
    "batchnorm": "BatchNorm2d",
    "lrn": "LocalResponseNorm",
    "pad": "ZeroPad2d",
}
# What is said of other words, if no layer's is similar.
USUAL = (
    ": type a layer of badak.layers, such as conv, pool, avgpool, globalpool, norm, relu, dropout, "
    "flatten or linear"
)
BLOCK = ", since it holds other layers: write this network in Python"
LOSS = ": omit it, since the loss and the predictions apply it to the last layer's output"
MAX_LENGTH = 10_000  # characters


def parse_layers(text: str) -> list[Layer]:
    """Read layers as people type them: a word and its arguments each, separated by commas.

    A word is a layer's class name in any case (``GroupNorm``, ``hardswish``) or one of `SHORT`.
    Arguments are those of the class, in its order or as ``name=value``; blocks, which hold layers,
    are for Python.

    Args:
        text: at least one layer.

    Returns:
        The layers, for `badak.Network`.

    Raises:
        BadakError: an unknown word, or arguments that the layer does not take.

    Example:
        >>> parse_layers("conv 30 5 stride=2, relu, flatten, linear 10")[0].stride
        2
        >>> parse_layers("conv 30 5, rellu")
        Traceback (most recent call last):
        badak.errors.BadakError: layer 2 is 'rellu', which cannot be typed: did you mean 'relu'?
    """
    layers = []
    for piece in read_pieces(text):
        if piece.layer is None:
            raise BadakError(piece.fault)
        layers.append(piece.layer)
    return layers


@dataclass(frozen=True)
class Piece:
    """One layer of a text: where it stands, and what it says.

    Attributes:
        start: the place of its first character.
        end: the place after its last; of an empty piece the same.
        layer: what it says, or None if that is no layer.
        fault: then what is wrong with it, in words.
    """

    start: int
    end: int
    layer: Layer | None
    fault: str = ""


def read_pieces(text: str) -> Iterator[Piece]:
    """Read layers as `parse_layers` does, but yield the faulty ones too, each with its place.

    Raises:
        BadakError: a text that is too long.

    Example:
        >>> for piece in read_pieces("relu, rellu"):
        ...     print(piece.start, piece.end, piece.layer, piece.fault)
        0 4 ReLU()
        6 11 None layer 2 is 'rellu', which cannot be typed: did you mean 'relu'?
    """
    if len(text) > MAX_LENGTH:
        raise BadakError(f"layers must be at most {MAX_LENGTH:,} characters; got {len(text):,}")
    after = 0
    for number, part in enumerate(_cut(text, ","), 1):
        words = part.strip()
        start = after + len(part) - len(part.lstrip()) if words else after
        after += len(part) + 1
        try:
            layer, fault = _layer(words, number), ""
        except BadakError as wrong:
            layer, fault = None, str(wrong)
        yield Piece(start, start + len(words), layer, fault)


def as_text(layers: Sequence[Layer]) -> str:
    """Return the text that `parse_layers` reads as these layers.

    Raises:
        BadakError: blocks, which hold other layers.

    Example:
        >>> from badak.layers import Conv2d, Linear, MaxPool2d
        >>> as_text([Conv2d(30, (5, 3), padding=2), MaxPool2d(2), Linear(10)])
        'conv 30 (5,3) padding=2, pool 2, linear 10'
    """
    return ", ".join(" ".join([_word(layer), *_given(layer, _shown)]) for layer in layers)


def as_python(layer: Layer) -> str:
    """Return the call that makes a layer, without arguments that have their default.

    Example:
        >>> from badak.layers import Conv2d
        >>> as_python(Conv2d(30, 5, 1, padding=2))
        'Conv2d(30, 5, padding=2)'
    """
    return f"{type(layer).__name__}({', '.join(_given(layer, repr))})"


def _word(layer: Layer) -> str:
    """The word that people type for a layer."""
    if isinstance(layer, Block):
        raise BadakError(f"{type(layer).__name__} cannot be typed{BLOCK}")
    name = type(layer).__name__
    return next((short for short, kind in SHORT.items() if kind == name), name.lower())


def _given(layer: Layer, show: Callable[[Any], str]) -> list[str]:
    """The arguments that must be given, and those that differ from their default, as text."""
    texts = []
    for field in fields(layer):
        value = getattr(layer, field.name)
        if not field.init or (field.default is not MISSING and value == field.default):
            continue
        needed = field.default is MISSING and field.default_factory is MISSING
        texts.append(("" if needed else f"{field.name}=") + show(value))
    return texts


def _shown(value: Any) -> str:
    """A value as `_value` reads it."""
    return value if isinstance(value, str) else repr(value).replace(", ", ",")


def _layer(words: str, number: int) -> Layer:
    spaced = re.sub(r"\s+", " ", re.sub(r"\s*=\s*", "=", words))
    word, *arguments = [part for part in _cut(spaced, " ") if part] or [""]
    kinds = {name.lower(): kind for name, kind in LAYERS.items() if not issubclass(kind, Block)}
    kinds |= {short: LAYERS[name] for short, name in SHORT.items()}
    if not word:
        raise BadakError(f"layer {number} is empty: type one between two commas")
    if word.lower() not in kinds:
        hint = _hint(word.lower(), kinds)
        raise BadakError(f"layer {number} is {shown(word)}, which cannot be typed{hint}")
    kind = kinds[word.lower()]
    names = _arguments(kind)
    given: dict[str, Any] = {}
    for place, argument in enumerate(arguments):
        name, equals, value = argument.rpartition("=")
        if not equals:
            if place >= len(names):
                raise BadakError(
                    f"layer {number}, {word!r}, takes {_counted(names)}; got {len(arguments)}"
                )
            name = list(names)[place]
        if name not in names:
            raise BadakError(
                f"layer {number}, {word!r}, has no argument {shown(name)}; it takes "
                f"{', '.join(names) or 'none'}{did_you_mean(name, names)}"
            )
        if name in given:
            raise BadakError(f"layer {number}, {word!r}, got {name} twice")
        given[name] = _value(value)
    missing = [name for name, needed in names.items() if needed and name not in given]
    if missing:
        raise BadakError(f"layer {number}, {shown(words)}, needs {' and '.join(missing)}")
    with where(f"layer {number}, {shown(words)}"):
        return kind(**given)


def _hint(word: str, kinds: Iterable[str]) -> str:
    """What to type instead of a word that names no layer."""
    if word in {name.lower() for name, kind in LAYERS.items() if issubclass(kind, Block)}:
        return BLOCK
    return LOSS if word == "softmax" else did_you_mean(word, kinds) or USUAL


def _counted(names: Collection[str]) -> str:
    """How many arguments, and which."""
    return f"{len(names)} arguments ({', '.join(names)})" if names else "no arguments"


def _arguments(kind: type[Layer]) -> dict[str, bool]:
    """The names of a layer's arguments, and whether each must be given."""
    return {
        field.name: field.default is MISSING and field.default_factory is MISSING
        for field in fields(kind)
        if field.init
    }


def _cut(text: str, separator: str) -> list[str]:
    """Cut at each separator that stands in no brackets, as that in kernel_size=(3, 5) does."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == separator and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _value(text: str) -> Any:
    """A number, a tuple, True, False or None; anything else is a word."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
