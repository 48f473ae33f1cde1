"""save: a figure as a PNG file, an animation as a GIF file."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from badak import storage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FRAME_MS, LAST_MS = 250, 2000


@dataclass(frozen=True)
class Animation:
    """Pictures of one size, shown one after the other.

    Attributes:
        pages: Pillow images, at least one.
        captions: what each page shows.
    """

    pages: list[Image.Image]
    captions: list[str]


def save(figure: "Figure | Animation", path: str | Path) -> None:
    """Write a figure as PNG or an animation as GIF, atomically.

    Args:
        figure: what a function of `badak.inspect.draw` returned.
        path: the file; its folder must exist.

    Raises:
        BadakError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> from matplotlib.figure import Figure
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(Figure(), f"{folder}/empty.png")
        ...     Path(folder, "empty.png").read_bytes()[1:4]
        b'PNG'
    """
    file = io.BytesIO()
    if isinstance(figure, Animation):
        first, *more = figure.pages
        times = [FRAME_MS] * len(more) + [LAST_MS]
        first.save(file, "GIF", save_all=True, append_images=more, duration=times, loop=0)
    else:
        figure.savefig(file, format="png", dpi=120)
    storage.write_atomically(path, file.getvalue())
