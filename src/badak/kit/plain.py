"""MyST's Markdown as the plain Markdown that every notebook shows.

A notebook's own Markdown has no directives, roles or targets. Admonitions become quotations, a
dropdown becomes <details>, a picture's directive a picture, the live network a link to its page;
any other directive leaves its content.
"""

import re
from collections.abc import Callable, Iterator

FENCE = re.compile(r"^(\s*)(:{3,}|`{3,}|~{3,})\s*(?:\{([\w:-]+)\})?\s*(.*)$")
OPTION = re.compile(r"^\s*:([\w-]+):\s*(.*)$")
TARGET = re.compile(r"^\(([^()\s]+)\)=\s*$")
# In a line: a role, code (left as it is), or the address of a link, whichever comes first.
INLINE = re.compile(
    r"\{(?P<role>[\w:-]+)\}`(?P<text>[^`]+)`"
    r"|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|\]\((?P<address><[^<>]*>|[^()\s]*)\)"
)
NAMED = re.compile(r"^(.*?)\s*<([^<>]+)>$", re.DOTALL)
SHOWN_AS_CODE = {"code", "code-block", "sourcecode"}
PICTURES = {"image", "figure"}
WITHOUT_CONTENT = {"toctree", "tableofcontents", "contents"}
LIVE = {"en": "Open the trained network, and draw", "ko": "학습한 신경망을 열어 그려 보기"}
ADMONITIONS = {
    "en": {
        "note": "Note", "tip": "Tip", "hint": "Hint", "important": "Important",
        "warning": "Warning", "caution": "Caution", "attention": "Attention",
        "danger": "Danger", "seealso": "See also",
    },
    "ko": {
        "note": "참고", "tip": "도움말", "hint": "힌트", "important": "중요",
        "warning": "주의", "caution": "주의", "attention": "주의",
        "danger": "위험", "seealso": "함께 보기",
    },
}  # fmt: skip
Resolve = Callable[[str], str]


def plain(text: str, language: str, resolve: Resolve) -> str:
    r"""Return MyST's Markdown without what a notebook does not show.

    Args:
        text: the Markdown.
        language: of the titles of admonitions, in `ADMONITIONS`.
        resolve: takes a link's address and returns the one that holds in the kit.

    Example:
        >>> print(plain(":::{note}\nSee {term}`stride` and [that](#top).\n:::", "en", str.upper))
        > **Note**
        >
        > See stride and [that](#TOP).
    """
    return "\n".join(_blocks(text.split("\n"), language, resolve)).strip("\n")


def _blocks(lines: list[str], language: str, resolve: Resolve) -> Iterator[str]:
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        opening = FENCE.match(line)
        if opening is None:
            if not TARGET.match(line) and not line.startswith("+++"):
                yield _inline(line, resolve)
            continue
        indent, fence, name, rest = opening.groups()
        end = _closing(lines, place, fence)
        body = lines[place:end]
        place = end + 1
        if name is None:  # a block of code, as it is
            yield from (line, *body, *lines[end : end + 1])
        else:
            for inner in _directive(name, rest, body, language, resolve):
                yield f"{indent}{inner}" if inner else ""


def _closing(lines: list[str], place: int, fence: str) -> int:
    """Return the place of the line that ends a fence, or that after the last."""
    for end in range(place, len(lines)):
        words = lines[end].strip()
        if len(words) >= len(fence) and words == words[:1] * len(words) and words[0] == fence[0]:
            return end
    return len(lines)


def _directive(
    name: str, title: str, body: list[str], language: str, resolve: Resolve
) -> Iterator[str]:
    options, content = split_options(body)
    if name in WITHOUT_CONTENT:
        return
    if name == "live":
        yield f"[{LIVE[language]}]({resolve('../live/digits.md')})"
        return
    if name in SHOWN_AS_CODE:
        yield from (f"```{title}", *content, "```")
        return
    if name == "math":
        yield from ("$$", *content, "$$")
        return
    inner = "\n".join(_blocks(content, language, resolve)).strip("\n").split("\n")
    title = _inline(title, resolve)
    if name in PICTURES:
        yield f"![{options.get('alt', '')}]({resolve(title)})"
        if any(inner):
            yield from ("", *inner)
    elif name == "dropdown":
        yield from ("<details>", f"<summary>{title}</summary>", "", *inner, "", "</details>")
    elif name in ADMONITIONS[language] or name == "admonition":
        known = ADMONITIONS[language].get(name)
        if known and title:  # MyST takes the line of the fence for the first of the text
            inner = [title, *inner]
        yield f"> **{known or title}**"
        yield from (f"> {words}".rstrip() for words in ("", *inner))
    else:
        yield from ([f"**{title}**", ""] if title else [])
        yield from inner


def split_options(body: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return a directive's options, ``:key: value`` or between two ``---``, and its content.

    Example:
        >>> split_options([":tags: [hide-input]", "", "print(1)"])
        ({'tags': '[hide-input]'}, ['print(1)'])
    """
    options = {}
    place = 0
    if body[:1] == ["---"] and "---" in body[1:]:
        place = body.index("---", 1)
        for line in body[1:place]:
            key, _, value = line.partition(":")
            options[key.strip()] = value.strip()
        place += 1
    else:
        while place < len(body) and (option := OPTION.match(body[place])):
            options[option[1]] = option[2].strip()
            place += 1
    if options and place < len(body) and not body[place].strip():
        place += 1
    return options, body[place:]


def _inline(line: str, resolve: Resolve) -> str:
    """Rewrite the roles and links of a line, but not its code."""

    def plainly(match: re.Match[str]) -> str:
        role, text, ticks, address = match.group("role", "text", "ticks", "address")
        if ticks:
            return match[0]
        if address is not None:
            return f"]({resolve(address.strip('<>'))})"
        if role == "math":
            return f"${text}$"
        named = NAMED.match(text)
        if named and role in ("ref", "doc", "numref"):
            return f"[{named[1]}]({resolve(_address(role, named[2]))})"
        return named[1] if named else text

    return INLINE.sub(plainly, line)


def _address(role: str, target: str) -> str:
    return f"{target}.md" if role == "doc" else f"#{target}"
