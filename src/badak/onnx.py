"""ONNX (extra ``[onnx]``): `export` writes a network, `load` reads one, `Backend` runs any graph.

`load` makes a network of layers, to train on and look into; `Backend` runs a graph node by node.
"""

from badak.errors import needs

with needs("ONNX files need the onnx package", extra="onnx"):
    import onnx  # noqa: F401

from badak.formats.onnx.backend import Backend
from badak.formats.onnx.export import export
from badak.formats.onnx.load import load

__all__ = ["Backend", "export", "load"]
