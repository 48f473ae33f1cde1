"""What a training's bits depend on besides its settings: libraries and the processor."""

import platform

import numpy as np

import badak
from badak import ops
from badak.network import Network
from badak.ops import processor


def arithmetic(net: Network) -> dict[str, str]:
    """Name everything but the settings that a result's bits depend on.

    The number of threads is left out: the native kernels reduce in a fixed order. NumPy is included
    for both editions: it draws the random numbers.

    A checkpoint keeps the result, and a resume compares. float64 always runs on the reference
    edition.

    Example:
        >>> from badak.layers import Flatten, Linear
        >>> net = Network([Flatten(), Linear(3)], (1, 2, 2), dtype="float64")
        >>> arithmetic(net)["edition"]
        'reference'
    """
    edition = ops.active() if net.dtype == np.float32 else "reference"
    return {
        "badak": badak.__version__,
        "NumPy": np.__version__,
        "processor": platform.machine(),
        "edition": edition,
        **(_native(net) if edition == "native" else _reference()),
    }


def _native(net: Network) -> dict[str, str]:
    core = processor.core()
    return {
        "instruction set": core.active_set(),
        "compiler": core.compiler(),
        "fusion": "on" if net.fuse else "off",
    }


def _reference() -> dict[str, str]:
    """Name NumPy's matrix product and the instruction sets of its loops."""
    built = np.show_config(mode="dicts") or {}
    blas = built.get("Build Dependencies", {}).get("blas", {})
    extensions = built.get("SIMD Extensions", {}).get("found", [])
    return {
        "BLAS": f"{blas.get('name')} {blas.get('version')}",
        "NumPy's instruction sets": ", ".join(extensions),
    }
