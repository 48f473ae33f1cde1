"""The pages under docs/, and the code blocks in them."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
LANGUAGES = ("en", "ko")
FENCE = re.compile(
    r"^(?P<fence>`{3,}) ?(?P<kind>\S*)[^\n]*\n(?P<text>.*?)^(?P=fence) *$", re.M | re.S
)


def pages() -> list[Path]:
    """Every page that a person wrote."""
    return sorted(path for path in DOCS.rglob("*.md") if "reference" not in path.parts)


def blocks(text: str, *kinds: str) -> list[str]:
    """The contents of a page's code blocks of some kinds, such as "sh"."""
    return [block["text"] for block in FENCE.finditer(text) if block["kind"] in kinds]


def prose(text: str) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", text)
