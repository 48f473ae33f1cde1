"""A network's description with all windows in full, so that a peer need not know any shape."""

from typing import Any

from badak import Network
from badak.layers.walk import walk
from badak.ops.window import Window


def in_full(net: Network) -> dict[str, Any]:
    """`net.architecture()` with kernel, stride and padding of each layer as numbers per side.

    "same" becomes ((top, bottom), (left, right)), which depends on the size of the layer's input.
    """
    sizes = {visit.name: visit.input[1:] for visit in walk(net.layers, net.input_shape)}
    architecture = net.architecture()
    architecture["layers"] = _layers(architecture["layers"], "", sizes)
    return architecture


def _layers(
    entries: list[dict[str, Any]], prefix: str, sizes: dict[str, tuple[int, ...]]
) -> list[dict[str, Any]]:
    return [
        {**entry, "arguments": _arguments(entry, prefix + entry["name"], sizes)}
        for entry in entries
    ]


def _arguments(
    entry: dict[str, Any], name: str, sizes: dict[str, tuple[int, ...]]
) -> dict[str, Any]:
    arguments = dict(entry["arguments"])
    if entry["type"] == "Residual":
        arguments["layers"] = _layers(arguments["layers"], f"{name}.", sizes)
        arguments["shortcut"] = _layers(arguments["shortcut"], f"{name}.shortcut.", sizes)
    elif "kernel_size" in arguments:
        kernel = arguments["kernel_size"]
        window = Window.of(kernel, arguments["stride"] or kernel, arguments["padding"])
        arguments["kernel_size"], arguments["stride"] = list(window.kernel), list(window.stride)
        arguments["padding"] = [list(side) for side in window.sides(*sizes[name])]
    elif "stride" in arguments:
        arguments["stride"] = list(Window.of(1, arguments["stride"]).stride)
    return arguments
