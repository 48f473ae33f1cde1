"""Figure: Matplotlib's, which looks for fonts that have the letters of the names in it.

Imports Matplotlib: to be imported where a picture is drawn.
"""

import warnings
from typing import Any

from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.font_manager import findfont
from matplotlib.text import Text

from badak.inspect.draw.text import fonts_for


class Figure(MatplotlibFigure):
    """A figure whose texts fall back on other installed fonts for letters that theirs lacks."""

    def draw(self, renderer: Any) -> None:
        """Draw; names in Korean, say, take a font that has Hangul."""
        for text in self.findobj(Text):
            words = text.get_text()
            if words.isascii():
                continue
            fonts = fonts_for(words, findfont(text.get_fontproperties()))
            if fonts:
                text.set_fontfamily([*dict.fromkeys([*text.get_fontfamily(), *fonts])])
        with warnings.catch_warnings():
            # Told once, in words, by fonts_for; Matplotlib tells it glyph by glyph.
            warnings.filterwarnings("ignore", "Glyph .* missing from")
            super().draw(renderer)
