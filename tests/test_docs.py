"""What the README tells a reader to do works as it stands there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    (example,) = blocks("python")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert "433,890" in out
    assert float(out.strip().splitlines()[-1]) > 0.8
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]


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
