"""Chapters become notebooks that Jupyter reads, and that run."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from badak.errors import BadakError
from badak.kit import LANGUAGES, Clone, make_notebooks
from badak.kit.notebooks import FIND_DATA, notebook, write_notebooks
from badak.kit.plain import plain

ROOT = Path(__file__).parents[2]


def markdown(content):
    return "\n".join("".join(c["source"]) for c in content["cells"] if c["cell_type"] == "markdown")


def code(content):
    return ["".join(c["source"]) for c in content["cells"] if c["cell_type"] == "code"]


@pytest.fixture
def written(clone, tmp_path):
    write_notebooks(clone, "en", tmp_path / "kit")
    folder = tmp_path / "kit" / "en"
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.ipynb")}


def test_all_chapters_are_valid_notebooks_without_outputs(written):
    assert sorted(written) == ["01-first", "02-second"]
    for content in written.values():
        nbformat.validate(content)
        assert all(not cell.get("outputs") for cell in content["cells"])
        assert content["cells"][0]["source"][0].startswith("# ")  # the title
        assert FIND_DATA in code(content)[0]


def test_code_is_as_it_was_and_hidden_where_it_was(written):
    first, second = written["01-first"], written["02-second"]
    assert code(first)[1:] == ["print(6 * 7)"]
    hidden = [cell["metadata"] for cell in first["cells"] if cell["metadata"]]
    assert hidden == [{"tags": ["hide-input"], "jupyter": {"source_hidden": True}}]
    assert code(second)[1:] == ['%%writefile a.py\nx = "```"']


def test_directives_roles_and_links_become_plain(written, tmp_path):
    words = markdown(written["01-first"])
    assert "> **Note**\n>\n> The [second chapter](02-second.ipynb)" in words
    assert "[how to](../../pages/en/how-to/export.html#c)" in words
    assert "`{term}`,\n> `[a](b.md)`" in words  # code stays
    assert "What stride is: [there](02-second.ipynb). $a_{b}$" in words
    assert "![the page](files/page.png)\n\nA caption." in words
    assert (tmp_path / "kit" / "en" / "files" / "page.png").is_file()
    assert "```python\n:::{kept}\n```" in words
    assert "(first)=" not in words
    second = markdown(written["02-second"])
    assert "<summary>Answer</summary>\n\n> **Tip**\n>\n> [Back](01-first.ipynb)\n\n</d" in second


def test_notebooks_alone_have_no_cell_of_the_kit(clone, tmp_path):
    make_notebooks(clone, tmp_path / "mine")
    content = json.loads((tmp_path / "mine" / "ko" / "01-first.ipynb").read_text("utf-8"))
    assert code(content) == ["print(6 * 7)"]
    assert f"[how to]({clone.site.as_uri()}/ko/how-to/export.html#c)" in markdown(content)
    with pytest.raises(BadakError, match="mine exists and is not empty"):
        make_notebooks(clone, tmp_path / "mine")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":::{admonition} A {math}`x`\nwords\n:::", "> **A $x$**\n>\n> words"),
        ("::::{grid} 2\n:::{card} T\nin\n:::\n::::", "**2**\n\n**T**\n\nin"),
        ("```{toctree}\na\n```\nb", "b"),
        ("```{code-block} python\n:lineno:\n\na\n```", "```python\na\n```"),
        ("```{live}\n```", "[Open the trained network, and draw](../live/digits.md)"),
        ("[a](https://a.org/b_(c))", "[a](https://a.org/b_(c))"),
        ("{doc}`the other <b>`, {doc}`b`", "[the other](b.md), b"),
        (":::{note}\nnever closed", "> **Note**\n>\n> never closed"),
        ("``a `{term}` b``", "``a `{term}` b``"),
    ],
)
def test_plain(text, expected):
    assert plain(text, "en", str) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_true_chapters_have_nothing_that_a_notebook_does_not_show(language):
    for chapter in Clone(ROOT).chapters(language):
        text = chapter.path.read_text("utf-8")
        content = notebook(text, language, str)
        nbformat.validate(content)
        assert len(code(content)) == len(re.findall(r"^`{3,}\{code-cell\}", text, re.M))
        words = re.sub(r"```.*?```|(`+).+?\1", "", markdown(content), flags=re.DOTALL)
        assert not re.search(r"^:::|\{[\w-]+\}`|^\(\S+\)=|^`{3,}\{", words, re.MULTILINE), chapter
