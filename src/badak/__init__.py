"""badak: convolutional networks from the ground up; readable, fast, see-through."""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# name -> module: loaded when first asked for, so that `import badak` stays light.
_NAMES = {
    "BadakError": "badak.errors",
    "FormatError": "badak.errors",
    "Network": "badak.network",
    "load": "badak.network",
    "load_state_dict": "badak.formats.weights",
    "transfer": "badak.pretrained",
    "Trainer": "badak.training",
    "num_threads": "badak.ops.processor",
    "set_num_threads": "badak.ops.processor",
}
_MODULES = (
    "book", "data", "distributed", "inspect", "layers", "lessons", "models", "onnx", "ops", "optim",
    "pretrained", "sklearn",
)  # fmt: skip

if TYPE_CHECKING:
    from badak import (
        book,
        data,
        distributed,
        inspect,
        layers,
        lessons,
        models,
        ops,
        optim,
        pretrained,
    )
    from badak.errors import BadakError, FormatError
    from badak.formats.weights import load_state_dict
    from badak.network import Network, load
    from badak.ops.processor import num_threads, set_num_threads
    from badak.pretrained import transfer
    from badak.training import Trainer

# Without `onnx` and `sklearn`, which need extras: they are there as attributes alone.
__all__ = [
    "BadakError",
    "FormatError",
    "Network",
    "Trainer",
    "__version__",
    "book",
    "data",
    "distributed",
    "inspect",
    "layers",
    "lessons",
    "load",
    "load_state_dict",
    "models",
    "num_threads",
    "ops",
    "optim",
    "pretrained",
    "set_num_threads",
    "transfer",
]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"badak.{name}")
    raise AttributeError(f"module 'badak' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
