"""Every `badak` command in docs/ exists, with its options."""

import pytest

import doc_commands as commands
import doc_pages as pages


@pytest.mark.parametrize("path", pages.pages(), ids=lambda path: str(path.relative_to(pages.DOCS)))
def test_every_command_exists(path):
    found = [(words, commands.fault(words)) for words in commands.in_page(path.read_text("utf-8"))]
    assert not [f"badak {' '.join(words)}: {fault}" for words, fault in found if fault]


def test_pages_show_commands():
    shown = {
        words[0]
        for path in pages.pages()
        for words in commands.in_page(path.read_text("utf-8"))
        if words
    }
    assert {"train", "evaluate", "predict", "export", "profile", "check", "serve"} <= shown


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("badak train mnist  # the book's run", [["train", "mnist"]]),
        ("BADAK_DATA=data .venv/bin/badak train && badak runs", [["train"], ["runs"]]),
        ("for seed in 0 1; do badak train --seed $seed & done", [["train", "--seed", "$seed"]]),
        ("pip install badak", []),
        ("python -m badak.book ch07/a.py; cd badak", []),
        ("badak predict runs/a 'my photos/*.jpg'", [["predict", "runs/a", "my photos/*.jpg"]]),
    ],
)
def test_commands_of_a_line(line, expected):
    assert list(commands.in_line(line)) == expected


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["trian"], "trian"),
        (["train", "--epoch", "3"], "--epoch"),
        (["train", "--epochs", "three"], "three"),
        (["export", "runs/a", "--to", "pdf"], "pdf"),
        (["export", "RUN", "--as", "c"], "--as"),
        (["train", "mnist", "cifar10"], "cifar10"),
    ],
)
def test_a_wrong_command_is_refused(words, word):
    assert word in commands.fault(words)
