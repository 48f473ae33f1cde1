"""Both wheels build: with the native core, and without it if there is no compiler."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "CMakeLists.txt", "csrc", "src")


def build(folder: Path, **environment: str) -> Path:
    # A copy: the working tree's build folder may hold another compiler's files.
    copy = folder / "badak"
    copy.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("_core*"))
        else:
            shutil.copy(ROOT / name, copy)
    # Where the compiler's results are kept, as in .ci/run, they are found from another folder too.
    environment = os.environ | {"CCACHE_BASEDIR": str(copy)} | environment
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", folder, copy],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def holds_core(wheel: Path) -> bool:
    names = zipfile.ZipFile(wheel).namelist()
    assert "badak/py.typed" in names
    assert "badak/data/digits.npz" in names
    return any(name.startswith("badak/_core") for name in names)


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a busy machine of two cores takes minutes
def test_a_compiler_builds_the_native_core(tmp_path):
    wheel = build(tmp_path)
    assert holds_core(wheel)
    assert "py3-none-any" not in wheel.name


@pytest.mark.slow
def test_without_a_compiler_the_install_is_pure_python(tmp_path):
    wheel = build(tmp_path, CXX="/no/compiler", CC="/no/compiler")
    assert not holds_core(wheel)
    assert wheel.name.endswith("py3-none-any.whl")
