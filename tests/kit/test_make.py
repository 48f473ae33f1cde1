"""The kit is whole or not there, and says what is missing to make it."""

import importlib.metadata
import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from badak import data
from badak.errors import BadakError
from badak.kit import Clone, make, make_notebooks, pages, wheels
from badak.kit.wheels import NO_NETWORK


def without(monkeypatch, *names):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n: None if n in names else find(n))


def test_the_kit_is_whole(clone, mnist, pip, tmp_path, monkeypatch):
    told = []
    make(clone, tmp_path / "out" / "kit", told.append)
    kit = tmp_path / "out" / "kit"
    assert sorted(path.name for path in kit.iterdir()) == [
        "README.en.txt", "README.ko.txt", "check.py", "data", "notebooks", "pages", "wheels",
    ]  # fmt: skip
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kit"]
    assert len(list((kit / "wheels").iterdir())) == 2
    assert sorted(path.name for path in (kit / "notebooks" / "ko").glob("*.ipynb")) == [
        "01-first.ipynb", "02-second.ipynb",
    ]  # fmt: skip
    assert sorted(path.name for path in (kit / "pages" / "ko").rglob("*.*")) == [
        "01-first.html", "02-second.html", "index.html",
    ]  # fmt: skip
    for language in ("ko", "en"):
        words = (kit / f"README.{language}.txt").read_text("utf-8")
        assert "@" not in words
        assert f"{sys.version_info.major}.{sys.version_info.minor}" in words
        assert 'pip install --no-index --find-links wheels "badak[course]"' in words
    assert "Caution: no compiler" in told[-1]

    whole = data.load("mnist")
    monkeypatch.setenv("BADAK_DATA", str(kit / "data"))
    for all_of, some in zip(whole, data.load("mnist"), strict=True):
        np.testing.assert_array_equal(some.images, all_of.images[:-1])
        np.testing.assert_array_equal(some.labels, all_of.labels[:-1])


def test_pip_is_asked_for_wheels_alone(clone, pip, tmp_path):
    own = wheels.collect(clone.folder, tmp_path / "wheels")
    build, download = pip.calls
    assert build[:3] == download[:3] == [sys.executable, "-m", "pip"]
    assert "--no-deps" in build
    assert build[-1] == str(clone.folder)
    assert download[-1] == f"{own}[web,notebook,course]"
    assert download[download.index("--only-binary") + 1] == ":all:"


@pytest.mark.parametrize("step", ["wheel", "download"])
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f"WARNING: Retrying ... {NO_NETWORK[0]}\nERROR: none", "reached no package index"),
        ("ERROR: a\nERROR: No matching distribution for jax\nnote", "No matching .* for jax$"),
        ("", "exit code 1"),
    ],
)
def test_a_fault_of_pip_leaves_no_kit(step, said, expected, clone, mnist, pip, tmp_path):
    pip.fails_at, pip.fault = step, said
    with pytest.raises(BadakError, match=f"pip could not .*{expected}"):
        make(clone, tmp_path / "out" / "kit", print)
    assert list((tmp_path / "out").iterdir()) == []


def test_ctrl_c_leaves_no_kit(clone, mnist, tmp_path, monkeypatch):
    def interrupt(words):
        raise KeyboardInterrupt

    monkeypatch.setattr(wheels, "run", interrupt)
    (tmp_path / "out" / "kit").mkdir(parents=True)
    with pytest.raises(KeyboardInterrupt):
        make(clone, tmp_path / "out" / "kit", print)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kit"]
    assert list((tmp_path / "out" / "kit").iterdir()) == []


@pytest.mark.parametrize("target_is_there", [False, True])
def test_a_link_leads_to_the_kit_and_stays(target_is_there, clone, tmp_path):
    (tmp_path / "disk").mkdir()
    if target_is_there:
        (tmp_path / "disk" / "kit").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "kit")
    make_notebooks(clone, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "kit" / "ko" / "01-first.ipynb").is_file()
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["kit"]


def test_a_folder_with_content_is_refused(clone, mnist, pip, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").touch()
    for name in ("photos", "photos/a.png"):
        with pytest.raises(BadakError, match=f"{name} exists and is not empty"):
            make(clone, tmp_path / name, print)
    assert (tmp_path / "photos" / "a.png").exists()
    assert pip.calls == []


def test_without_mnist_it_says_how_to_get_it(clone, pip, tmp_path, monkeypatch):
    monkeypatch.delenv("BADAK_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(BadakError, match="`badak data mnist` once with internet"):
        make(clone, tmp_path / "kit", print)
    assert pip.calls == []


def test_too_few_images_are_refused(clone, mnist, pip, tmp_path):
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        content = (mnist / name).read_bytes()
        size = 28 * 28 if "images" in name else 1
        short = content[:4] + (7).to_bytes(4, "big") + content[8:]
        header = 16 if "images" in name else 8
        (mnist / name).write_bytes(short[: header + 7 * size])
    with pytest.raises(BadakError, match="at least 1000 test images; these files have 7"):
        make(clone, tmp_path / "kit", print)
    assert not (tmp_path / "kit").exists()


def test_a_python_without_pip_is_refused(clone, mnist, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.metadata, "distributions", lambda **_: iter([]))
    with pytest.raises(BadakError, match=r"has no pip.*ensurepip"):
        make(clone, tmp_path / "kit", print)


def test_without_a_site_and_sphinx_the_extra_is_named(clone, mnist, tmp_path, monkeypatch):
    (clone.site / "ko" / "index.html").unlink()
    without(monkeypatch, "sphinx")
    with pytest.raises(BadakError, match=r"not built.*'badak\[docs\]'"):
        make(clone, tmp_path / "kit", print)


@pytest.mark.parametrize("page", ["index.html", "course/02-second.html"])
def test_a_site_that_lacks_a_page_is_built(page, clone, tmp_path, monkeypatch):
    (clone.site / "ko" / page).unlink()

    def sphinx(words, **options):
        assert "language=ko" in words
        (clone.site / "ko" / page).write_text("built")
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(pages.subprocess, "run", sphinx)
    pages.copy(clone, tmp_path / "pages")
    assert (tmp_path / "pages" / "ko" / page).read_text() == "built"


def test_a_page_older_than_its_chapter_is_built_again(clone, tmp_path, monkeypatch):
    page = clone.site / "ko" / "course" / "02-second.html"
    os.utime(page, (0, 0))

    def sphinx(*_, **__):
        page.write_text("built")
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(pages.subprocess, "run", sphinx)
    pages.copy(clone, tmp_path / "pages")
    assert (tmp_path / "pages" / "ko" / "course" / "02-second.html").read_text() == "built"


def test_a_site_with_a_fault_is_refused(clone, tmp_path):
    (clone.site / "ko" / "index.html").unlink()  # and this clone has no docs/site
    with pytest.raises(BadakError, match=r"Sphinx could not build the site .*run tools/docs"):
        pages.copy(clone, tmp_path / "pages")


@pytest.mark.parametrize("missing", ["pyproject.toml", "docs/en/course"])
def test_another_folder_is_no_clone(missing, clone):
    (clone.folder / missing).rename(clone.folder / "away")
    with pytest.raises(BadakError, match=r"is not a clone of badak.*in the clone"):
        Clone(clone.folder)


def test_a_clone_without_chapters(clone):
    for path in clone.course("en").glob("0*"):
        path.unlink()
    with pytest.raises(BadakError, match="course holds no chapters"):
        clone.chapters("en")


def test_the_checker_of_the_kit(clone, mnist, pip, tmp_path, monkeypatch):
    kit = tmp_path / "kit"
    make(clone, kit, print)

    def check(**environment):
        words = [sys.executable, kit / "check.py"]
        return subprocess.run(
            words, env=os.environ | environment, capture_output=True, text=True, check=False
        )

    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "jupyterlab.py").write_text("import nothing_of_that_name")
    done = check(PYTHONPATH=str(tmp_path / "broken"))
    assert "nothing_of_that_name is not installed: repeat step 1" in done.stderr
    (tmp_path / "jupyterlab.py").touch()  # the tests do without it
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = check()
    assert "the training went wrong" in done.stderr  # these images are noise
    assert done.returncode == 1
    (kit / "pages" / "en" / "index.html").unlink()
    assert "notebooks/en or pages/en is empty" in check().stderr
    next((kit / "data" / "mnist").glob("t10k-images*")).write_bytes(b"")
    (kit / "pages" / "en" / "index.html").touch()
    assert "data: copy the kit again" in check().stderr
