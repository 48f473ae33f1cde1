"""Layers from a line of text: "conv 30 5, relu, pool 2, flatten, linear 10"."""

import ast
import re
from collections.abc import Collection, Iterable
from dataclasses import MISSING, fields
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
    if len(text) > MAX_LENGTH:
        raise BadakError(f"layers must be at most {MAX_LENGTH:,} characters; got {len(text):,}")
    return [_layer(words.strip(), number) for number, words in enumerate(_cut(text, ","), 1)]


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
