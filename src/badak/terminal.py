"""What a person reads: harmless text, tables and progress bars.

Tables and consoles come from rich, which is loaded on first use.
"""

import io
import sys
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from badak.languages import translated

if TYPE_CHECKING:
    from rich.console import Console, Group, RenderableType
    from rich.progress import Progress
    from rich.text import Text

# Columns of a row's name that stay on one line, even on a narrow screen.
NAME = 12
# Unicode categories of characters that act on a terminal or page, or cannot be written: controls,
# marks of direction, half characters, line and paragraph separators.
ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")
# Of these, the two that join letters or keep them apart, which Hindi, Persian and emoji need.
JOINERS = "\u200c\u200d"

# By the first word of a letter's Unicode name; Japanese, which has Chinese signs too, comes first.
LANGUAGES = {"HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh"}


def printable(words: str) -> str:
    r"""Return the words with everything escaped that would act on a terminal or a page.

    Names of classes, layers and files come from other people: a name with an escape code could
    rewrite the line it is printed on. Everything that shows a name passes it through here.

    The result has one line; characters that harm are written as Python writes them.

    Example:
        >>> print(printable("tea\x1b[2Jcup"), printable("고양이"))
        tea\x1b[2Jcup 고양이
    """
    if words.isprintable():
        return words
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in ACTING and character not in JOINERS
        else character
        for character in words
    )


def language(words: str) -> str:
    """Return the language of a page with these words, as HTML names it, by their letters.

    Example:
        >>> language("cat, dog"), language("개, cat"), language("ねこ 犬"), language("猫")
        ('en', 'ko', 'ja', 'zh')
    """
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in set(words)}
    return next((LANGUAGES[script] for script in LANGUAGES if script in scripts), "en")


def write_any_text() -> None:
    """Let standard output and error escape what their encoding lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def table(
    title: str | None,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    footer: Sequence[str] | None = None,
    numbers: Sequence[str] = (),
) -> "Group":
    """Build a rich table of plain text; characters that would act on a terminal are escaped.

    Title, headings and footer are in the language in use; rows stay as they are.

    `footer` is a last row, after a line; `numbers` are the headings of columns that are aligned
    right.
    """
    from rich import box
    from rich.console import Group
    from rich.table import Table

    grid = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        show_footer=footer is not None,
        padding=(0, 1, 0, 0),
    )
    for index, heading in enumerate(columns):
        grid.add_column(
            _cell(translated(heading)),
            footer=_cell(_lines(footer[index])) if footer else "",
            justify="right" if heading in numbers else "left",
            overflow="fold",
            min_width=min(NAME, max(len(row[0]) for row in rows)) if rows and not index else None,
        )
    for row in rows:
        grid.add_row(*map(_cell, row))
    return Group(grid) if title is None else Group(_cell(translated(title)), "", grid)


def _lines(words: str) -> str:
    return "\n".join(map(translated, words.split("\n")))


def stacked(*tables: "Group") -> "Group":
    """Put tables below each other, with an empty line between two."""
    from rich.console import Group

    parts = [part for table in tables for part in ("", table)]
    return Group(*parts[1:])


def _cell(words: str) -> "Text":
    """The words literally, without rich's markup; a cell may have several lines."""
    from rich.text import Text

    return Text("\n".join(map(printable, words.split("\n"))))


def short(number: float) -> str:
    """Return a number, at least 0, as three digits and a unit: k, M or G (thousands of millions).

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
    """Return a rich table or the like as plain text of `width` columns, without trailing blanks."""
    from rich.console import Console

    page = io.StringIO()
    # force_jupyter: in a notebook the console would show the table there, and write no file.
    Console(
        file=page,
        width=width,
        color_system=None,
        legacy_windows=False,
        emoji=False,
        force_jupyter=False,
    ).print(renderable)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def console(stderr: bool = False) -> "Console":
    """Return the console of standard output or error; `.is_terminal` says if a person reads it."""
    from rich.console import Console

    class Plain(Console):
        """Leaves a closed pipe to the caller; rich itself would end the process silently."""

        def on_broken_pipe(self) -> None:
            raise  # called where rich handles it

    return Plain(stderr=stderr, emoji=False)  # the table of their names takes 40 ms to load


def width(words: str) -> int:
    """Return how many columns of a terminal words take; a Korean letter takes two."""
    from rich.cells import cell_len

    return cell_len(words)


def shortened(path: str, room: int) -> str:
    """Return a path cut at the left to fit into `room` columns.

    Example:
        >>> shortened("/home/ann/photos/ants/17.jpg", 16)
        '…/ants/17.jpg'
        >>> shortened("a-name-that-is-too-long-by-itself.png", 16)
        '…g-by-itself.png'
    """
    from pathlib import PurePath  # `badak --help` does not need it

    path = path.encode(errors="backslashreplace").decode()  # a name that is not UTF-8
    if width(path) <= room:
        return path
    *folders, kept = PurePath(path).parts
    while folders and width(f"…/{folders[-1]}/{kept}") <= room:
        kept = f"{folders.pop()}/{kept}"
    if width(f"…/{kept}") <= room:
        return f"…/{kept}"
    while width(f"…{kept}") > room:
        kept = kept[1:]
    return f"…{kept}"


def progress_bar(where: "Console") -> "Progress":
    """A bar with description, share done, the tasks' text `figures`, and the time left."""
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TaskProgressColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Told(ProgressColumn):
        """Words in the language in use; they are translated when they are drawn, not more often."""

        def __init__(self, words: Callable[[Task], str]) -> None:
            super().__init__()
            self._words = words

        def render(self, task: Task) -> Text:
            return Text(translated(self._words(task)))

    return Progress(
        Told(lambda task: task.description),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        Told(lambda task: task.fields["figures"]),
        TimeRemainingColumn(),
        console=where,
    )


class Bar:
    """A progress bar of a number that is known, in a terminal.

    Args:
        where: the terminal.
        total: how much there is to do.
        done: how much was done before.
    """

    def __init__(self, where: "Console", total: int, done: int = 0) -> None:
        self._bar = progress_bar(where)
        self._task = self._bar.add_task("", total=total, completed=done, figures="")
        self._bar.start()

    def move(self, done: int, stage: str, figures: str) -> None:
        """Say how much is done: `stage` before the bar, `figures` after it."""
        self._bar.update(self._task, description=stage, completed=done, figures=figures)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._bar.console.print(translated(line), highlight=False, soft_wrap=True)

    def end(self) -> None:
        """Leave the bar as it is now."""
        self._bar.stop()


class Screen:
    """A place at the end of a terminal that is drawn again and again, until it is left.

    Args:
        where: the terminal.
        draw: returns what to show now; called in a thread of its own.
    """

    def __init__(self, where: "Console", draw: "Callable[[], RenderableType]") -> None:
        from rich.live import Live

        # Other output is not caught: a line that a library prints would push the table down.
        self._live = Live(get_renderable=draw, console=where, refresh_per_second=2, transient=True)

    def __enter__(self) -> "Screen":
        self._live.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._live.stop()


def text(words: str) -> "Group":
    """Words in the language in use, as a part of what `stacked` puts together."""
    from rich.console import Group

    return Group(_cell(translated(words)))
