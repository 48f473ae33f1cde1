"""--lang: the language of messages and reports, which every command takes; and help in it."""

import sys
import unicodedata
from collections.abc import Iterable, Sequence

import click

from badak.languages import LANGUAGES, of_environment, translated

OPTION = "--lang"
SAMPLE = {"en": "a", "ko": "가"}
# click counts a Korean letter as one column; it takes two. A filler after each is counted as well,
# and never printed.
FILLER = "\ue000"


def language_of(arguments: Sequence[str]) -> str:
    """Return the language that the arguments ask for, else the environment's; known ones only.

    It is decided before the arguments are parsed, so that faults in them are told in it, too. If
    standard output or error cannot write it, English is the language.
    """
    words = list(arguments)
    if "--" in words:
        words = words[: words.index("--")]
    asked = [
        after if word == OPTION else word.partition("=")[2]
        for word, after in zip(words, [*words[1:], ""], strict=False)
        if word.partition("=")[0] == OPTION
    ]
    language = asked[-1] if asked and asked[-1] in LANGUAGES else of_environment()
    return language if _can_be_written(SAMPLE[language]) else "en"


def _can_be_written(letter: str) -> bool:
    for stream in (sys.stdout, sys.stderr):
        try:
            letter.encode(getattr(stream, "encoding", None) or "utf-8")
        except UnicodeEncodeError:
            return False
    return True


class Help(click.HelpFormatter):
    """click's help in the language in use, with columns that fit."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: D102
        super().write_usage(prog, args, prefix or f"{_wide(translated('Usage:'))} ")

    def write_heading(self, heading: str) -> None:  # noqa: D102
        super().write_heading(translated(heading))

    def write_text(self, text: str) -> None:  # noqa: D102
        paragraphs = [translated(" ".join(part.split())) for part in text.split("\n\n")]
        super().write_text(_wide("\n\n".join(paragraphs)))

    def write_dl(  # noqa: D102
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        shown = [(first, _wide(_help(second))) for first, second in rows]
        super().write_dl(shown, col_max, col_spacing)

    def getvalue(self) -> str:  # noqa: D102
        return super().getvalue().replace(FILLER, "")


class Context(click.Context):
    """A command's context, whose help is a `Help`."""

    formatter_class = Help


def in_languages(command: click.Command) -> click.Command:
    """Give a command the option --lang, and help in the language in use."""
    command.context_class = Context
    if all(OPTION not in param.opts for param in command.params):
        command.params.append(
            click.Option(
                [OPTION],
                type=click.Choice(LANGUAGES),
                expose_value=False,
                help="Language of messages and reports.  [default: that of LANG]",
            )
        )
    return command


def _help(words: str) -> str:
    """An option's help, and what stands in brackets after it, each by itself."""
    head, *brackets = words.split("  [")
    parts = [translated(head)]
    for bracket in brackets:
        whole = translated(f"[{bracket}")
        inside = bracket.removesuffix("]").split("; ")
        apart = f"[{'; '.join(map(translated, inside))}]"
        parts.append(whole if whole != f"[{bracket}" else apart)
    return "  ".join(parts)


def _wide(words: str) -> str:
    """Words with a filler after each letter that takes two columns."""
    return "".join(
        letter + FILLER * (unicodedata.east_asian_width(letter) in "WF") for letter in words
    )
