"""The page's modules: joined into one script they are one script."""

import re
import shutil
import subprocess

import pytest

from badak.page.bundle import STATIC, bundle, modules

ENTRIES = ("main.js", "exported.js", "notebook.js", "widget.js")
MODULES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js"))


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_bundle_is_one_script(entry, tmp_path):
    script = bundle(entry)
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    if shutil.which("node") is None:
        pytest.skip("there is no Node.js: apt-get install -y nodejs")
    path = tmp_path / "bundle.mjs"  # a module: strict, and no name twice
    path.write_text(script, encoding="utf-8")
    checked = subprocess.run(["node", "--check", path], capture_output=True, text=True)
    assert checked.stderr == ""


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_module_comes_once_and_after_what_it_needs(entry):
    listed = modules(entry)
    assert len(listed) == len(set(listed))
    for place, path in enumerate(listed):
        assert set(modules(path)) <= set(listed[: place + 1])


def test_no_module_is_without_use():
    used = {path for entry in ENTRIES for path in modules(entry)}
    types = {"engine.js"}  # types alone, for the checker
    assert set(MODULES) - used <= types


def test_no_module_names_another_host():
    other = re.compile(r"\b(?:https?|wss?)://(?!www\.w3\.org/|\$\{location\.host\})")
    for path in STATIC.rglob("*.*"):
        assert not other.search(path.read_text(encoding="utf-8")), path
