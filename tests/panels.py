"""What a mosaic shows in one of its panels."""

from badak.inspect.draw.panels.mosaic import Grid


def panel(axes, shape, columns, place):
    """The numbers, or colours, of the panel at `place`; `shape` is that of all, (P, H, W)."""
    grid = Grid.of(shape, columns)
    top, left = list(grid.corners())[place]
    rows, across = slice(top, top + grid.height), slice(left, left + grid.width)
    return axes.images[0].get_array()[rows, across][:: grid.repeat, :: grid.repeat]


def numbers(axes):
    """The numbers above the panels, each with the row and column of the panel below it."""
    places = [(text.get_position(), text.get_text()) for text in axes.texts]
    heights = sorted({y for (_, y), _ in places})
    sides = sorted({x for (x, _), _ in places})
    return {(heights.index(y), sides.index(x)): words for (x, y), words in places}
