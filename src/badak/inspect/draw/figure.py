"""Figure: Matplotlib's, with fonts that have the letters of every name in it.

This module imports Matplotlib, which is slow: import it in the functions that draw.
"""

import io
import warnings
from typing import Any

from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.font_manager import findfont
from matplotlib.text import Text

from badak.inspect.draw.text import fonts_for

# Of a notebook's picture: points from left to right, and pixels per point, as phones have them.
MOST, SHARP = 900, 2


class Figure(MatplotlibFigure):
    """A figure that notebooks show; its text falls back on other fonts for missing letters."""

    def draw(self, renderer: Any) -> None:
        """Draw the figure; a Korean name, for example, gets a font that has Hangul."""
        for text in self.findobj(Text):
            words = text.get_text()
            if words.isascii():
                continue
            fonts = fonts_for(words, findfont(text.get_fontproperties()))
            if fonts:
                text.set_fontfamily([*dict.fromkeys([*text.get_fontfamily(), *fonts])])
        with warnings.catch_warnings():
            # fonts_for has warned once; Matplotlib would warn for each glyph.
            warnings.filterwarnings("ignore", "Glyph .* missing from")
            super().draw(renderer)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return the picture, and the size in points at which a notebook shows it."""
        file = io.BytesIO()
        dpi = min(self.dpi, MOST / self.get_figwidth())
        self.savefig(file, format="png", dpi=SHARP * dpi)
        width, height = (round(side * dpi) for side in self.get_size_inches())
        return file.getvalue(), {"width": width, "height": height}
