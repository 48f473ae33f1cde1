"""The instructions of the README, in English and Korean, work as written."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = {
    name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")
}
README = READMES["README.md"]
COMMANDS = {
    command
    for text in READMES.values()
    for command in re.findall(r"^badak (.*?)(?:\s+#.*)?$", text, re.MULTILINE)
}


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_python_examples_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    first, second = blocks("python")
    exec(compile(first, "README.md", "exec"), names)
    out = capsys.readouterr().out
    assert "433,890" in out
    assert float(out.strip().splitlines()[-1]) > 0.8
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]
    exec(compile(second, "README.md", "exec"), names)
    added, _, value = capsys.readouterr().out.splitlines()[0].partition(" is ")
    assert float(added) == pytest.approx(float(value), rel=1e-4)
    pictures = {path.name for path in tmp_path.glob("*.png")}
    assert pictures == {"why.png"}


def test_the_functions_of_the_table_exist():
    from badak import inspect

    rows = re.findall(r"^\|[^|]*\| (`[^|]*) \|$", README, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert len(names) > 20
    assert [name for name in names if not hasattr(inspect, name)] == []


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_shown_parses(command):
    """Each sub-command and option of the README exists; the commands are not run here."""
    from badak.cli.app import cli

    words = command.split()
    sub_command = cli.get_command(None, words[0])
    assert sub_command is not None, words[0]
    sub_command.make_context(words[0], words[1:], resilient_parsing=True)


@pytest.mark.parametrize("which", ["main job", "test command"])
def test_ci_runs_the_readmes_commands(which):
    assert f"readme_command '{which}'" in (ROOT / ".ci/run").read_text()
    assert README.count(f"<!-- {which} -->\n```sh\n") == 1


@pytest.mark.parametrize("name", READMES)
def test_every_link_leads_to_a_file(name):
    links = re.findall(r"\]\(([^):]+)\)", READMES[name])
    assert len(links) > 8
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


def test_the_korean_readme_has_the_same_code():
    def code(text):
        found = [block for language in ("python", "sh") for block in blocks(language, text)]
        return [re.sub(r"\s+#.*", "", block) for block in found]

    assert code(READMES["README.ko.md"]) == code(README)


def test_the_data_sets_named_are_those_there_are():
    from badak.data import DATASETS

    for name in DATASETS:
        assert f"`{name}`" in README
