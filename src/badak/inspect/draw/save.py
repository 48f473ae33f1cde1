"""save: a figure as a PNG file, an animation as a GIF file."""

import base64
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from badak import storage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FRAME_MS, LAST_MS = 250, 2000


@dataclass(frozen=True)
class Animation:
    """Pictures of one size, shown one after the other; ``film[:9]`` are the first nine.

    Attributes:
        pages: Pillow images, at least one.
        captions: what each page shows.
    """

    pages: list[Image.Image] = field(repr=False)
    captions: list[str]

    def __getitem__(self, part: slice) -> "Animation":
        return Animation(self.pages[part], self.captions[part])

    def gif(self) -> bytes:
        """Return it as a GIF file, which plays again and again."""
        file = io.BytesIO()
        first, *more = self.pages
        times = [FRAME_MS] * len(more) + [LAST_MS]
        first.save(file, "GIF", save_all=True, append_images=more, duration=times, loop=0)
        return file.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """A notebook plays it."""
        return {"image/gif": base64.b64encode(self.gif()).decode(), "text/plain": repr(self)}


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
    if isinstance(figure, Animation):
        content = figure.gif()
    else:
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=120)
        content = file.getvalue()
    storage.write_atomically(path, content)
