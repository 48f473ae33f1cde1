"""The messages that the troubleshooting page quotes are badak's own."""

import doc_messages
import doc_pages
from badak.languages import speaking, translated

# What other programs print: the page says so.
OTHERS = ("error: externally-managed",)


def quoted(language):
    """The lines in the page's blocks of text."""
    page = (doc_pages.DOCS / language / "troubleshooting.md").read_text(encoding="utf-8")
    lines = [line for block in doc_pages.blocks(page, "text") for line in block.splitlines()]
    return [line for line in lines if line.strip() and not line.startswith(OTHERS)]


def test_every_message_exists():
    assert [line for line in quoted("en") if not doc_messages.is_real(line)] == []


def test_another_word_would_be_noticed():
    """Each message, with one of its words changed, is none of badak's."""
    for line in quoted("en"):
        words = line.split(" ")
        place = max(range(1, len(words)), key=lambda n: len(words[n]) * words[n].isalpha())
        words[place] = "words that nobody would ever say"
        assert not doc_messages.is_real(" ".join(words)), line


def test_the_korean_page_has_each_message_and_its_translation():
    english = quoted("en")
    with speaking("ko"):
        korean = {translated(line) for line in english}
    shown = quoted("ko")
    assert [line for line in english if line not in shown] == []
    assert [line for line in shown if line not in english and line not in korean] == []
    assert len(shown) > 1.8 * len(english)
    assert len(english) > 100
