"""Figures, animations and tables at the end of a notebook's cell, or printed in one."""

import base64
import io

import numpy as np
from PIL import Image

from badak.inspect import draw
from badak.models import SimpleConvNet


def test_a_figure_shows_itself_with_two_pixels_per_point():
    figure = draw.filters(np.ones((30, 1, 5, 5)))
    data, size = figure._repr_png_()
    wide, high = (side * figure.dpi for side in figure.get_size_inches())
    assert size == {"width": round(wide), "height": round(high)}
    with Image.open(io.BytesIO(data)) as picture:
        np.testing.assert_allclose(picture.size, (2 * wide, 2 * high), atol=1)


def test_an_animation_shows_itself_as_a_gif():
    pages = [Image.new("RGB", (8, 4), colour) for colour in ("red", "blue")]
    shown = draw.Animation(pages, ["red", "blue"])._repr_mimebundle_()
    with Image.open(io.BytesIO(base64.b64decode(shown["image/gif"]))) as film:
        assert (film.size, film.n_frames) == ((8, 4), 2)


def test_a_printed_table_is_text_in_a_notebook_too(monkeypatch, capsys):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    print(SimpleConvNet().summary())
    assert "conv1" in capsys.readouterr().out
