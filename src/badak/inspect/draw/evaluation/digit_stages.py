"""digit_stages: how your own handwriting becomes a digit in MNIST's form."""

from typing import TYPE_CHECKING

from badak.arrays import Array
from badak.data import DigitStages
from badak.inspect.draw.panels.image import show_image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FRAME = "#d9480f"  # around the part that is cut out


def digit_stages(stages: DigitStages) -> "Figure":
    """Draw how a picture became a digit in MNIST's form: what `badak.data.digit_from_image` gives.

    Example:
        >>> from badak.data import digit_from_image
        >>> import numpy as np
        >>> page = np.ones((40, 40))
        >>> page[10:30, 18:22] = 0
        >>> [axes.get_title().splitlines()[0] for axes in digit_stages(digit_from_image(page)).axes]
        ['1. grey', '2. ink', '3. crop', '4. fit', '5. centre']
    """
    from matplotlib.patches import Rectangle

    from badak.inspect.draw.figure import Figure

    panels = [
        ("1. grey", f"{_by(stages.grey)} pixels", stages.grey),
        ("2. ink", "inverted, paper removed" if stages.inverted else "paper removed", stages.ink),
        ("3. crop", f"{_by(stages.crop)} pixels", stages.crop),
        ("4. fit", f"into 20x20, as {_by(stages.boxed)}", stages.boxed),
        ("5. centre", "of mass, in 28x28", stages.image[0]),
    ]
    figure = Figure(figsize=(10, 3.1), layout="constrained")
    for axes, (name, detail, image) in zip(figure.subplots(1, 5), panels, strict=True):
        show_image(axes, image[None], 0, 1)
        axes.set_title(f"{name}\n{detail}", fontsize=9)
    _, ink, _, _, last = figure.axes
    height, width = stages.crop.shape
    corner = (stages.corner[1] - 0.5, stages.corner[0] - 0.5)
    ink.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=FRAME))
    for line in (last.axhline, last.axvline):
        line(13.5, color=FRAME, linewidth=0.8, alpha=0.7)
    return figure


def _by(image: Array) -> str:
    """The size, such as 20x12."""
    return "x".join(str(side) for side in image.shape)
