"""The page of the command line: what each command says for `--help`."""

import re
from collections.abc import Iterable

import click

from badak.cli.app import COMMANDS, cli
from badak.cli.language import Help
from badak.languages import speaking

TITLE = {"en": "The command line", "ko": "명령줄"}
BEGIN = {
    "en": "What each command says for ``--help``.",
    "ko": "명령마다 ``--help``\\ 가 보여 주는 글이다.",
}
# `badak train` in a help text, or an option such as --seed.
LITERAL = re.compile(r"`([^`]+)`|((?<![\w-])--?[a-z][a-z0-9-]*)")
MARKUP = re.compile(r"([\\*_|<`])")


class _Rst(click.HelpFormatter):
    """Writes what a command says as reStructuredText: options are a list of definitions."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        self.write(f".. code-block:: text\n\n   {prefix}{prog} {args}\n\n")

    def write_heading(self, heading: str) -> None:
        self.write(f".. rubric:: {heading}\n\n")

    def write_text(self, text: str) -> None:
        self.write(f"{_plain(text)}\n\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        for name, words in rows:
            term = f":ref:`{name} <badak-{name}>`" if name in COMMANDS else f"``{name}``"
            self.write(f"{term}\n   {_plain(words)}\n\n")


class _Page(Help, _Rst):
    """The same in the language in use."""


def commands(language: str) -> str:
    """Return the page in a language: a section for each command with its help."""
    with speaking(language):
        return _page(language)


def _page(language: str) -> str:
    title = TITLE[language]
    badak = cli.context_class(cli, info_name="badak")
    parts = [f"{title}\n{'=' * 2 * len(title)}\n\n{BEGIN[language]}\n\n{_help(badak)}"]
    for name in COMMANDS:
        command = cli.get_command(badak, name)
        if command is not None:
            heading = f"badak {name}"
            context = command.context_class(command, parent=badak, info_name=name)
            label = f".. _badak-{name}:\n\n"
            parts.append(f"{label}{heading}\n{'-' * len(heading)}\n\n{_help(context)}")
    return "".join(parts)


def _help(context: click.Context) -> str:
    page = _Page()
    context.command.format_help(context, page)
    return page.getvalue()


def _plain(words: str) -> str:
    """Return words without markup of their own, with commands and options as code."""
    parts = []
    end = 0
    for found in LITERAL.finditer(words):
        code = found[1] or found[2]
        parts += [MARKUP.sub(r"\\\1", words[end : found.start()]), f"\\ ``{code}``\\ "]
        end = found.end()
    return "".join([*parts, MARKUP.sub(r"\\\1", words[end:])])
