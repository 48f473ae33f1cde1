"""A picture that is a notebook cell's last value is shown there."""

import base64
import io

from IPython.core.formatters import DisplayFormatter
from PIL import Image

from badak.inspect.draw.figure import Figure
from badak.inspect.draw.save import Animation, save


def shown(value, mime):
    """The picture that a notebook gets for a value in the format of that name, and its size."""
    contents, about = DisplayFormatter().format(value)
    content = contents[mime]
    if isinstance(content, str):
        content = base64.b64decode(content)
    return Image.open(io.BytesIO(content)), about.get(mime)


def test_a_figure_is_shown_sharp_and_in_at_most_900_points():
    for inches, points in ((12, 900), (6, 600)):
        picture, size = shown(Figure(figsize=(inches, 4), dpi=100), "image/png")
        assert (picture.format, picture.width) == ("PNG", 2 * points)
        assert size == {"width": points, "height": 4 * points // inches}


def test_an_animation_plays(tmp_path):
    pages = [Image.new("RGB", (4, 3), colour) for colour in ("red", "green", "blue")]
    film = Animation(pages, ["a", "b", "c"])
    picture, _ = shown(film, "image/gif")
    assert (picture.format, picture.n_frames, picture.info["loop"]) == ("GIF", 3, 0)
    save(film, tmp_path / "a.gif")
    assert (tmp_path / "a.gif").read_bytes() == film.gif()


def test_a_part_of_an_animation_is_one():
    film = Animation([Image.new("L", (2, 2), k) for k in range(4)], list("abcd"))
    part = film[1:3]
    assert (part.captions, [page.getpixel((0, 0)) for page in part.pages]) == (["b", "c"], [1, 2])
