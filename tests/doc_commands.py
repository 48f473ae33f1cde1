"""The `badak` commands that a page shows, and whether click would take them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

import doc_pages as pages
from badak.cli.app import cli

# What may stand before the name of the program.
BEFORE = re.compile(r"\w+=.*|do|then|time|nice|nohup|env|\$|%%sh|-?\d+|timeout|taskset|-c|-n")
ENDS = re.compile(r"[;&|()<>]+")
SPAN = re.compile(r"(?<!`)`(badak(?: [^`\n]+)?)`(?!`)")
HELP = ("-h", "--help")  # it would be printed
PLACEHOLDER = re.compile(r"[A-Z_]{1,}|\$.+|\.\.\.")


def in_page(text: str) -> Iterator[list[str]]:
    """Yield the words of each command, without its first, `badak`."""
    shell = "\n".join(pages.blocks(text, "sh", "bash", "shell", "console"))
    spans = "\n".join(match[1] for match in SPAN.finditer(pages.prose(text)))
    for line in re.sub(r"\\\n", " ", f"{shell}\n{spans}").splitlines():
        yield from in_line(line)


def in_line(line: str) -> Iterator[list[str]]:
    """Yield the commands of one line of a shell."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    words.commenters = "#"
    segment: list[str] = []
    for word in [*words, ";"]:
        if not ENDS.fullmatch(word):
            segment.append(word)
            continue
        place = next((n for n, own in enumerate(segment) if not BEFORE.fullmatch(own)), None)
        if place is not None and Path(segment[place]).name == "badak":
            yield segment[place + 1 :]
        segment = []


def fault(words: list[str]) -> str:
    """Return what click says against a command; nothing if it would run."""
    if words in ([], ["..."]):
        return ""
    try:
        _parse(words)
    except click.ClickException as refusal:
        return refusal.format_message()
    return ""


def _parse(words: list[str]) -> None:
    top = click.Context(cli, info_name="badak")
    _, rest, _ = cli.make_parser(top).parse_args(list(words))
    if not rest:
        return
    name, command, rest = cli.resolve_command(top, rest)
    assert command is not None
    context = click.Context(command, parent=top, info_name=name)
    command.make_parser(context).parse_args(list(rest))
    if rest and not any(PLACEHOLDER.fullmatch(word) or word in HELP for word in rest):
        command.make_context(name, rest, parent=top)  # which looks at the values as well
