"""save: a figure as a PNG file."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from badak import storage

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save(figure: "Figure", path: str | Path) -> None:
    """Write a figure as PNG, atomically.

    Args:
        figure: what one of the functions above returned.
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
    page = io.BytesIO()
    figure.savefig(page, format="png", dpi=120)
    storage.write_atomically(path, page.getvalue())
