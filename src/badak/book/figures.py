"""Pictures of a script on a machine without a display: saved as PNG files instead of shown.

This module is a backend of matplotlib (`FigureCanvas` and `show` are the names it looks for), and
Pillow's `Image.show` is led here too. The files lie in the working directory and are named by the
script: ``train_neuralnet-1.png``.
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image, ImageShow

FigureCanvas = FigureCanvasAgg
_saved: list[Path] = []


def save_if_no_display() -> None:
    """Save what the script shows, if matplotlib finds no display or no toolkit for windows."""
    if plt.get_backend().lower() == "agg":
        plt.switch_backend(f"module://{__name__}")
        ImageShow.register(_Saver(), order=0)  # before all viewers


def show(*_: Any, block: bool | None = None) -> None:
    """Save each open figure and close it, as if its window had been looked at and closed."""
    if block is False:  # the script goes on drawing
        return
    for number in plt.get_fignums():
        _save(plt.figure(number).savefig)
    plt.close("all")


class _Saver(ImageShow.Viewer):
    """A viewer of Pillow's that saves."""

    def show(self, image: Image.Image, **_: Any) -> int:
        _save(image.save)
        return 1


def _save(write: Any) -> None:
    script = Path(sys.argv[0]).stem
    path = Path(f"{script}-{len(_saved) + 1}.png")
    try:
        write(path)
    except OSError as fault:  # hours of training are not thrown away for a picture
        print(f"badak.book: {path} was not saved: {fault.strerror or fault}", file=sys.stderr)
        return
    _saved.append(path)
    print(f"badak.book: no display; the picture is saved as {path}", file=sys.stderr)
