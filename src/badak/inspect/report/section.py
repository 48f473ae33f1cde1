"""Section: a title, pictures, and how to read them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Union

from badak.inspect.draw import Animation
from badak.inspect.report.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pictures = Mapping[str, Union["Figure", Animation]]


class Section(NamedTuple):
    """A part of the report.

    Attributes:
        title: a few words.
        sentence: below the pictures: what they show and how to read them.
        draw: returns the pictures, by the names of their files without endings; none if there is
            nothing to show, and then the section is left out.
    """

    title: str
    sentence: str
    draw: Callable[[Trained], Pictures]
