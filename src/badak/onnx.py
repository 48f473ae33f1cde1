"""ONNX, both ways (extra ``[onnx]``): `export` writes a network, `load` reads a classifier."""

try:
    import onnx  # noqa: F401
except ImportError as fault:
    raise ImportError("ONNX files need the onnx package: pip install 'badak[onnx]'") from fault

from badak.formats.onnx_export import export
from badak.formats.onnx_load import load

__all__ = ["export", "load"]
