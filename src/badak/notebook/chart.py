"""Lines over steps or epochs as an SVG picture, in the text's colour on no background."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from badak.notebook.table import escaped

WIDTH, HEIGHT = 340, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 76, 24, 22  # room for numbers, the lines' names, title, numbers
COLOURS = ("#3b82c4", "#d9822b")  # readable on white and on black
POINTS = 200  # of a line, at most
APART = 13  # between two names


class Line(NamedTuple):
    """A line: its name, and (x, y) of each point; where y is NaN it is interrupted."""

    name: str
    points: Sequence[tuple[float, float]]


def chart(title: str, lines: Sequence[Line], *, low: float | None = None) -> str:
    """Draw at most two lines with their names; nothing if no point is finite.

    `low` is the least number that the axis has.

    Example:
        >>> ">loss</text>" in chart("loss", [Line("train", [(1, 0.5), (2, 0.25)])])
        True
    """
    lines = [Line(line.name, list(_finite(line.points))) for line in lines]
    lines = [line for line in lines if line.points]
    if not lines:
        return ""
    xs, ys = zip(*(point for line in lines for point in line.points), strict=True)
    ticks = _ticks(min(ys) if low is None else min(low, *ys), max(ys))
    across = _scale(min(xs), max(xs), LEFT, WIDTH - RIGHT)
    up = _scale(ticks[0], ticks[-1], HEIGHT - BOTTOM, TOP)
    words = [f"<text x='0' y='12' font-weight='600'>{escaped(title)}</text>"]
    rules = []
    for tick in ticks:
        y = up(tick)
        words.append(f"<text x='{LEFT - 6}' y='{y + 4:.1f}' text-anchor='end'>{tick:g}</text>")
        rules.append(f"<path d='M{LEFT} {y:.1f}H{WIDTH - RIGHT}'/>")
    for x in dict.fromkeys((min(xs), max(xs))):
        where = f"x='{across(x):.1f}' y='{HEIGHT - 6}' text-anchor='middle'"
        words.append(f"<text {where}>{x:,.0f}</text>")
    style = "width:25em;max-width:100%;height:auto;font:11px system-ui,sans-serif"
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label='{escaped(title)}' "
        f"style='{style}' fill='currentColor'>{''.join(words)}"
        f"<g stroke='currentColor' stroke-opacity='.2'>{''.join(rules)}</g>"
        f"<g fill='none'>{''.join(_drawn(lines, across, up))}</g></svg>"
    )


def _drawn(lines: Sequence[Line], across: "_Scale", up: "_Scale") -> Iterator[str]:
    """Each line, and its name beside its last point."""
    heights = [up(line.points[-1][1]) for line in lines]
    if len(heights) == 2 and abs(heights[0] - heights[1]) < APART:
        middle, upper = sum(heights) / 2, heights[0] <= heights[1]
        heights = [middle - APART / 2, middle + APART / 2][:: 1 if upper else -1]
    for line, colour, height in zip(lines, COLOURS, heights, strict=False):
        step = -(-len(line.points) // POINTS)
        points = [*line.points[:-1:step], line.points[-1]]
        way = "L".join(f"{across(x):.1f} {up(y):.1f}" for x, y in points)
        wide = 1.8
        if len(points) == 1:  # a dot
            way, wide = f"{way}h0", 5
        look = f"stroke='{colour}' stroke-width='{wide}' stroke-linecap='round'"
        yield f"<path d='M{way}' {look}/>"
        x = across(line.points[-1][0]) + 7
        yield f"<text x='{x:.1f}' y='{height + 4:.1f}' fill='{colour}'>{escaped(line.name)}</text>"


def _finite(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    return ((x, y) for x, y in points if math.isfinite(y))


class _Scale(NamedTuple):
    """A straight way from numbers to pixels."""

    start: float
    factor: float
    pixel: float

    def __call__(self, value: float) -> float:
        return self.pixel + (value - self.start) * self.factor


def _scale(start: float, stop: float, first: float, last: float) -> _Scale:
    return _Scale(start, (last - first) / ((stop - start) or 1), first)


def _ticks(low: float, high: float) -> list[float]:
    """Two to five round numbers, the first at most `low` and the last at least `high`."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span))
    step = next(
        size * power / 10 for size in (2, 2.5, 5, 10, 20, 25, 50) if span <= 3 * size * power / 10
    )
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 12) for k in range(first, max(last, first + 1) + 1)]
