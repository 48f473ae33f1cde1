"""Call the reader's functions by what their arguments mean, whatever they are called."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

# What an argument means -> the names that readers give it, in lower case without underscores.
NAMES = {
    "x": ("x", "inputdata", "input", "inputs", "img", "image", "images", "im", "data", "a", "z"),
    "y": ("y",),
    "t": ("t", "label", "labels", "target", "targets"),
    "col": ("col", "cols", "columns"),
    "input_shape": ("inputshape", "shape", "xshape", "imgshape"),
    "filter_h": ("filterh", "fh", "kh", "kernelh", "hh"),
    "filter_w": ("filterw", "fw", "kw", "kernelw", "ww"),
    "pool_h": ("poolh", "ph", "kh", "height"),
    "pool_w": ("poolw", "pw", "kw", "width"),
    "size": ("filtersize", "kernelsize", "ksize", "k", "size", "poolsize"),
    "W": ("w", "weight", "weights", "filters", "filter", "kernel", "kernels"),
    "b": ("b", "bias", "biases"),
    "stride": ("stride", "strides", "s", "step"),
    "pad": ("pad", "padding", "p", "pads"),
    "gamma": ("gamma", "g", "scale"),
    "beta": ("beta", "shift"),
    "dropout_ratio": ("dropoutratio", "ratio", "p", "rate", "droprate"),
    "training": ("trainflg", "training", "train", "istrain", "trainflag", "istraining"),
}


class Unfit(Exception):
    """The reader's function does not take these arguments; not a fault."""


def fitted(call: Callable[..., Any], roles: Mapping[str, Any]) -> list[Any]:
    """Return the positional arguments for `call`, found by name, else by position.

    `roles` says what each argument means, in the book's order. A role with no place is left out if
    its value is the usual one (stride 1, pad 0).

    Raises:
        Unfit: a needed role has no place, or an argument no role.

    Example:
        >>> fitted(lambda img, kh, kw, stride=1: 0, dict(x=1, filter_h=2, filter_w=3, stride=4))
        [1, 2, 3, 4]
    """
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        raise Unfit from None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return [value for role, value in roles.items() if role not in ("training", "size")]
    left, arguments = dict(roles), []
    named = {p.name: _role(p.name, roles) for p in parameters}
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.KEYWORD_ONLY):
            continue
        role = named[parameter.name]
        if role == "size" and "size" not in left:
            role = ""
        if not role:  # by position: the next that no other name asks for
            role = next((r for r in left if r not in named.values() and r != "size"), "")
        if role in left:
            arguments.append(left.pop(role))
        elif parameter.default is not parameter.empty:
            arguments.append(parameter.default)
        else:
            raise Unfit
        if role == "size":
            left = {key: value for key, value in left.items() if key[-2:] not in ("_h", "_w")}
    usual = {"stride": 1, "pad": 0, "size": left.get("size"), "training": True}
    if any(key not in usual or value != usual[key] for key, value in left.items()):
        raise Unfit
    return arguments


def _role(name: str, roles: Mapping[str, Any]) -> str:
    plain = name.lower().replace("_", "")
    return next((role for role in roles if plain in NAMES.get(role, (role,))), "")
