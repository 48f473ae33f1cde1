"""Frozen layers: which a pattern names, which parameters still learn, and where learning begins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from badak.arrays import Array
from badak.errors import ArgumentTypeError, BadakError, nearest_words, shown
from badak.layers import Block, Layer

Layers = Mapping[str, Layer]


def leaves(layers: Layers) -> Iterator[tuple[str, Layer]]:
    """Yield every layer that computes, also inside blocks, by its full name."""
    for top, layer in layers.items():
        yield from layer.leaves(top)


def set_frozen(layers: Layers, patterns: Sequence[str], frozen: bool) -> None:
    """Freeze or unfreeze the layers that patterns name; every pattern must match, or none is set.

    Raises:
        ArgumentTypeError: a pattern that is not a string.
        BadakError: a pattern that matches no layer.
    """
    chosen = [leaf for pattern in patterns for leaf in _matched(layers, pattern)]
    for leaf in chosen:
        leaf.frozen = frozen


def _matched(layers: Layers, pattern: str) -> list[Layer]:
    """The layers whose own name, or that of a block around them, a pattern matches."""
    if not isinstance(pattern, str):
        raise ArgumentTypeError(
            f"a pattern must be a string of layer names, such as 'block7.*'; got {shown(pattern)}"
        )
    matched = {
        name: leaf
        for top, layer in layers.items()
        for around, each in (layer.everything(top) if isinstance(layer, Block) else [(top, layer)])
        if fnmatchcase(around, pattern)
        for name, leaf in each.leaves(around)
    }
    if not matched:
        names = [name for name, _ in leaves(layers)]
        near = nearest_words(pattern.rstrip(".*"), [*layers, *names])
        raise BadakError(
            f"no layer has a name that matches {shown(pattern)}; "
            f"{'near are' if near else 'the first are'}: {', '.join(near or names[:5])}"
        )
    return list(matched.values())


def trainable(layers: Layers) -> dict[str, Array]:
    """Return the parameters that learn: ``"conv1.weight"`` -> live array."""
    return {
        f"{name}.{key}": array
        for name, leaf in leaves(layers)
        if not leaf.frozen
        for key, array in leaf.parameters.items()
    }


def still(layers: Layers) -> int:
    """Count the first layers that a training step runs as prediction does, and leaves as they are.

    Example:
        >>> from badak import models
        >>> net = models.LeNet5()
        >>> net.freeze("conv1")
        >>> still(net.layers), list(net.layers)[3]
        (3, 'conv2')
    """
    for count, layer in enumerate(layers.values()):
        if any(_changes(leaf) for _, leaf in layer.leaves("")):
            return count
    return len(layers)


def _changes(leaf: Layer) -> bool:
    """Whether a step changes a layer, or the layer computes something else in one."""
    holds = bool(leaf.parameters or leaf.buffers or leaf.generator is not None)
    return holds and not leaf.frozen


def set_names_frozen(layers: Layers, names: Iterable[str]) -> None:
    """Freeze the layers of these very names, and no other."""
    chosen = set(names)
    for name, leaf in leaves(layers):
        if leaf.frozen != (name in chosen):
            leaf.frozen = name in chosen
