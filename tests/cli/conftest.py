"""`badak(...)`: the command line in this process, in a folder of its own."""

import shutil
from typing import NamedTuple

import pytest

from badak.cli.app import main


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def badak(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*words) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Outcome(end.value.code or 0, out, err)

    return run


QUICK = ("--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2")


@pytest.fixture(scope="session")
def _one_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "run"
    with pytest.raises(SystemExit) as end:
        main(["train", *QUICK, "--run-dir", str(folder)])
    assert not end.value.code
    return folder


@pytest.fixture
def trained(_one_run, tmp_path):
    """A run directory of a few steps on digits, the test's own copy."""
    return shutil.copytree(_one_run, tmp_path / "run")
