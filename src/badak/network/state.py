"""State: the arrays and generators of layers, by full name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from badak.arrays import Array, not_finite
from badak.errors import BadakError
from badak.layers import Layer
from badak.network.architecture import misfits

Layers = Mapping[str, Layer]


def parameters(layers: Layers) -> dict[str, Array]:
    """Return ``"conv1.weight"`` -> the live array that training changes."""
    return {
        f"{name}.{key}": array
        for name, layer in layers.items()
        for key, array in layer.parameters.items()
    }


def buffers(layers: Layers) -> dict[str, Array]:
    """Return ``"norm1.running_mean"`` -> live array, saved but not trained."""
    return {
        f"{name}.{key}": array
        for name, layer in layers.items()
        for key, array in layer.buffers.items()
    }


def generators(layers: Layers) -> dict[str, np.random.Generator]:
    """Return layer name -> the generator it draws from in training."""
    return {
        name: leaf.generator
        for top, layer in layers.items()
        for name, leaf in layer.leaves(top)
        if leaf.generator is not None
    }


def check_fits(own: Mapping[str, Array], state: Mapping[str, NDArray[Any]]) -> None:
    """Refuse arrays that cannot be copied into a network's `own`; the message lists all reasons."""
    faults = misfits({name: array.shape for name, array in own.items()}, state)
    comparable = {}
    for name in [name for name in own if name in state]:
        if state[name].dtype == own[name].dtype:
            comparable[name] = state[name]
        else:
            faults.append(f"{name} is {state[name].dtype}, expected {own[name].dtype}")
    faults += [f"{name} holds NaN or infinity" for name in not_finite(comparable)]
    if faults:
        raise BadakError("the arrays do not fit this network: " + "; ".join(faults))


def fill(layers: Layers, state: Mapping[str, NDArray[Any]]) -> None:
    """Copy arrays into those of the layers, whose names and shapes they must have."""
    _make_writable(layers)
    own = parameters(layers) | buffers(layers)
    for name, array in state.items():
        own[name][...] = array


@contextmanager
def undone_by_a_fault(layers: Layers) -> Iterator[None]:
    """Restore buffers and generators if the block raises anything.

    A forward pass in training changes these: batch norm's running statistics, and the states of
    dropout's generators.
    """
    _make_writable(layers)
    before = {name: array.copy() for name, array in buffers(layers).items()}
    states = {name: draws.bit_generator.state for name, draws in generators(layers).items()}
    try:
        yield
    except BaseException:
        for name, array in buffers(layers).items():
            array[...] = before[name]
        for name, draws in generators(layers).items():
            draws.bit_generator.state = states[name]
        raise


def _make_writable(layers: Layers) -> None:
    """Copy arrays that cannot be written, such as those that joblib maps from a file."""
    for top, layer in layers.items():
        for _, leaf in layer.leaves(top):
            for arrays in (leaf.parameters, leaf.buffers):
                for key, array in arrays.items():
                    if not array.flags.writeable:
                        arrays[key] = np.array(array)
