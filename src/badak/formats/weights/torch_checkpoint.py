"""Which dictionary of a PyTorch file is the state dict, and its tensors as layers."""

from functools import partial
from pathlib import Path
from typing import Any

from badak.arrays import Array
from badak.errors import FormatError, listed, shown
from badak.formats.weights.groups import Source, Stored
from badak.formats.weights.torch_tensors import Saved, Tensor

# As PyTorch Lightning and timm, PyTorch's tutorials, and the papers' repositories call it.
USUAL = ("state_dict", "model_state_dict", "model")
HOW = "save the weights alone, by torch.save(model.state_dict(), 'weights.pth')"


def weights_of(saved: Saved, path: Path) -> Source:
    """Find the state dict in what torch.save wrote.

    It is the member ``state_dict``, ``model_state_dict`` or ``model``, if one holds tensors; else
    the dictionary itself if it does; else its only member that does.

    Raises:
        FormatError: there is none, or several may be meant, or a name is not text.
    """
    if not isinstance(saved.value, dict):
        raise FormatError(
            f"{path} must hold a dictionary of tensors by name; got a value {_kind(saved.value)}: "
            f"{HOW}"
        )
    chosen, beside = _choose(saved.value, path)
    odd = [name for name in chosen if not isinstance(name, str)]
    if odd:
        raise FormatError(f"{path}: a state dict's names must be text; got {shown(odd[0])}")
    arrays = {
        name: Stored(value.shape, partial(_read, saved, value))
        for name, value in chosen.items()
        if isinstance(value, Tensor)
    }
    others = [f"{name} ({_kind(chosen[name])})" for name in chosen if name not in arrays]
    return Source.of(arrays, in_order=True, others=others, skipped=beside)


def _choose(value: dict[Any, Any], path: Path) -> tuple[dict[Any, Any], list[str]]:
    """The state dict, and the names of what lies beside it."""
    inner = {name: own for name, own in value.items() if isinstance(own, dict) and _holds(own)}
    usual = [name for name in USUAL if name in inner]
    if not usual and _holds(value):
        return value, []
    names = usual or list(inner)
    if not names:
        keys = listed([shown(key, 40) for key in value]) or "none"
        raise FormatError(f"{path} holds no tensors by name; its keys: {keys}: {HOW}")
    if len(names) > 1 and not usual:
        keys = listed([shown(key, 40) for key in names])
        raise FormatError(f"{path} holds several dictionaries of tensors: {keys}: {HOW}")
    return value[names[0]], [str(name) for name in value if name != names[0]]


def _holds(value: dict[Any, Any]) -> bool:
    return any(isinstance(member, Tensor) for member in value.values())


def _kind(value: Any) -> str:
    return f"of type {type(value).__name__}"


def _read(saved: Saved, tensor: Tensor) -> Array:
    return tensor.array(saved.content(tensor), saved.big_endian)
