"""A table as HTML, with the arguments of `badak.terminal.table`."""

import html
from collections.abc import Sequence

from badak.terminal import printable

MOST, LAST = 60, 15  # rows shown of a long table, and how many of these at its end
LONGEST = 120  # characters of a cell


class Html(str):
    """A cell that is HTML already."""

    __slots__ = ()


def table(
    title: str | None,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    footer: Sequence[str] | None = None,
    numbers: Sequence[str] = (),
) -> str:
    """Build an HTML table of plain text; of a long one, the first rows and the last.

    `footer` is a last row, after a line; `numbers` are the headings of columns that are aligned
    right.

    Example:
        >>> "&lt;i&gt;</td>" in table(None, ["name"], [["<i>"]])
        True
    """
    sides = ["right" if heading in numbers else "left" for heading in columns]
    shown = [_row("td", row, sides) for row in rows]
    if len(rows) > MOST:
        hidden = f"{len(rows) - MOST:,} more rows"
        gap = f"<tr><td colspan='{len(columns)}' style='text-align:left'>… {hidden} …</td></tr>"
        shown[MOST - LAST : -LAST] = [gap]
    head = _row("th", columns, sides)
    caption = ""
    if title is not None:
        style = "text-align:left;padding:.4em .6em;white-space:nowrap;color:inherit"
        caption = f"<caption style='{style}'>{escaped(title)}</caption>"
    foot = "" if footer is None else f"<tfoot>{_row('th', footer, sides)}</tfoot>"
    style = "border-collapse:collapse;margin:0;font-variant-numeric:tabular-nums"
    return (
        f"<table style='{style}'>{caption}<thead>{head}</thead>"
        f"<tbody>{''.join(shown)}</tbody>{foot}</table>"
    )


def escaped(words: str) -> str:
    """Return words as HTML's text, without characters that act, and cut if they are long.

    Example:
        >>> escaped("<b>cat & dog</b>")
        '&lt;b&gt;cat &amp; dog&lt;/b&gt;'
    """
    if len(words) > LONGEST:
        words = words[: LONGEST - 1] + "…"
    return "<br>".join(html.escape(printable(line)) for line in words.split("\n"))


def _row(tag: str, cells: Sequence[str], sides: Sequence[str]) -> str:
    texts = [cell if isinstance(cell, Html) else escaped(cell) for cell in cells]
    parts = [
        f"<{tag} style='text-align:{side};padding:.15em .6em'>{text}</{tag}>"
        for text, side in zip(texts, sides, strict=True)
    ]
    return f"<tr>{''.join(parts)}</tr>"
