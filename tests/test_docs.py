"""The instructions of the README work as written."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


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
    assert pictures == {"confusion.png", "why.png", "seven.png"}


def test_the_functions_of_the_table_exist():
    from badak import inspect

    rows = re.findall(r"^\|[^|]*\| (`[^|]*) \|$", README, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert len(names) > 20
    assert [name for name in names if not hasattr(inspect, name)] == []


@pytest.mark.parametrize("command", re.findall(r"^badak (.*?)(?:\s+#.*)?$", README, re.MULTILINE))
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


def test_the_data_sets_named_are_those_there_are():
    from badak.data import DATASETS

    for name in DATASETS:
        assert f"`{name}`" in README
