"""terminal: names from files are printed, and cannot control the terminal."""

import io

import pytest

from badak import terminal

# A text, and how it is shown.
TEXTS = {
    "plain": "plain",
    "고양이, 猫, ねこ": "고양이, 猫, ねこ",
    "naïve café": "naïve café",
    "a\x1b[31mb": "a\\x1b[31mb",
    "bell\x07": "bell\\x07",
    "\x9b2J": "\\x9b2J",
    "over\rwritten": "over\\rwritten",
    "two\nlines": "two\\nlines",
    "photo\u202egpj.exe": "photo\\u202egpj.exe",
    "zero\u200bwidth": "zero\\u200bwidth",
    "not\udcffUTF-8": "not\\udcffUTF-8",
    "para\u2029graph": "para\\u2029graph",
    "क्\u200dष": "क्\u200dष",
    "no\u00a0break": "no\u00a0break",
    "back\\slash": "back\\slash",
}


@pytest.mark.parametrize("text", TEXTS, ids=map(ascii, TEXTS))
def test_what_acts_is_escaped_and_what_is_read_stays(text):
    assert terminal.printable(text) == TEXTS[text]
    assert terminal.printable(terminal.printable(text)) == TEXTS[text]


def test_cells_are_text():
    names = ["[bold]x[/bold]", "[/]", ":smile:", "\x1b]8;;http://x\x1b\\y", "\udc80"]
    words = terminal.render(terminal.table("[red]\x1b", ["[b]"], [[name] for name in names]))
    for name in ["[red]\\x1b", "[b]", *map(terminal.printable, names)]:
        assert name in words


def test_a_cell_may_have_lines():
    assert len(terminal.render(terminal.table(None, ["a"], [["1\n2\n3"]])).splitlines()) == 5


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_a_stream_cannot_hold_is_escaped(monkeypatch, encoding):
    file = io.BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(f"sys.{name}", io.TextIOWrapper(file, encoding, write_through=True))
    terminal.write_any_text()
    print("개 \udcff")
    terminal.console().print(terminal.table(None, ["이름"], [["개 é"]]))
    assert b"\\udcff" in file.getvalue()
    assert "개".encode(encoding, "backslashreplace") in file.getvalue()
