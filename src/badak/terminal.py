"""The one lower-level place that knows rich, loaded on first use: tables as text, progress bars."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, Group, RenderableType
    from rich.progress import Progress

# So much of a row's name is never broken, on a narrow screen either.
NAME = 12


def table(
    title: str | None,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    footer: Sequence[str] | None = None,
    numbers: Sequence[str] = (),
) -> "Group":
    """Build a rich table of plain text.

    Args:
        title: a line above it.
        columns: the headings.
        rows: a cell for each heading.
        footer: a last row, set off.
        numbers: the headings whose column is aligned right.

    Returns:
        What rich prints; `render` makes it text.
    """
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    made = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        show_footer=footer is not None,
        padding=(0, 1, 0, 0),
    )
    for index, heading in enumerate(columns):
        made.add_column(
            Text(heading),
            footer=Text(footer[index]) if footer else "",
            justify="right" if heading in numbers else "left",
            overflow="fold",
            min_width=min(NAME, max(len(row[0]) for row in rows)) if rows and not index else None,
        )
    for row in rows:
        made.add_row(*[Text(cell) for cell in row])
    return Group(made) if title is None else Group(Text(title), "", made)


def short(number: float) -> str:
    """Return three digits and a unit.

    Args:
        number: at least 0.

    Returns:
        The number in units, thousands (k), millions (M) or thousands of millions (G).

    Example:
        >>> short(881_280)
        '881k'
    """
    for unit in ("", "k", "M"):
        if number < 999.5:
            return f"{number:.3g}{unit}"
        number /= 1000
    return f"{number:,.3g}G" if number < 999.5 else f"{number:,.0f}G"


def render(renderable: "RenderableType", width: int = 160) -> str:
    """Return what rich would draw, as plain text without colour.

    Args:
        renderable: a rich table or the like.
        width: columns to draw in.

    Returns:
        Lines without trailing blanks.
    """
    from io import StringIO

    from rich.console import Console

    page = StringIO()
    Console(file=page, width=width, color_system=None, legacy_windows=False, emoji=False).print(
        renderable
    )
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def console() -> "Console":
    """The console of standard output; `.is_terminal` tells whether a person reads it."""
    from rich.console import Console

    class Plain(Console):
        """Leaves a closed pipe to the caller; rich's own would end the process without a word."""

        def on_broken_pipe(self) -> None:
            raise  # called where rich handles it

    return Plain(emoji=False)  # the table of their names takes 40 ms to load


def progress_bar(where: "Console") -> "Progress":
    """A bar with description, share done, the fields `figures`, and the time left.

    Args:
        where: the console it is drawn on.

    Returns:
        A rich Progress; its tasks must be given a `figures` text.
    """
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        console=where,
    )
