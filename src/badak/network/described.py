"""about: a network in plain facts, as the page shows it."""

from collections.abc import Sequence
from typing import Any

from badak.layers.walk import walk
from badak.network.network import Network


def about(net: Network, classes: Sequence[str], prepare: str, crop: float) -> dict[str, Any]:
    """Describe a network and how images become its input, in what JSON can hold.

    Example:
        >>> from badak.models import SimpleConvNet
        >>> facts = about(SimpleConvNet(), "0123456789", "digit", 1.0)
        >>> facts["input"], facts["layers"][0]["name"], facts["layers"][0]["shape"]
        ([1, 28, 28], 'conv1', [30, 24, 24])
    """
    return {
        "input": list(net.input_shape),
        "classes": list(classes),
        "prepare": prepare,
        "crop": crop,
        "parameters": net.summary().parameters,
        "layers": [
            {
                "name": visit.name,
                "kind": type(visit.layer).__name__,
                "reads": list(visit.reads),
                "source": visit.source,
                "input": list(visit.input),
                "shape": list(visit.output),
                "parameters": {
                    name: list(array.shape) for name, array in visit.layer.parameters.items()
                },
            }
            for visit in walk(net.layers, net.input_shape)
        ],
    }
