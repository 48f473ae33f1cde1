"""`badak course` in a clone and elsewhere; tests/kit has the kit's own tests."""

from pathlib import Path

from badak import kit

ROOT = Path(__file__).parents[2]


def test_elsewhere_it_says_where_it_works(badak):
    done = badak("course")
    assert done.code == 2
    assert "clone badak, and do this in the clone" in done.err


def test_it_lists_the_chapters_of_both_languages(badak, monkeypatch):
    monkeypatch.chdir(ROOT)
    done = badak("course")
    assert done.code == 0
    for language in kit.LANGUAGES:
        assert str(Path("docs", language, "course")) in done.out
        for chapter in kit.Clone(ROOT).chapters(language):
            assert chapter.title in done.out


def test_it_writes_notebooks(badak, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    done = badak("course", "--notebooks", tmp_path / "my own")
    assert done.code == 0
    assert f"jupyter lab '{tmp_path}/my own'\n" in done.out
    for language in kit.LANGUAGES:
        names = {chapter.path.stem for chapter in kit.Clone(ROOT).chapters(language)}
        assert {path.stem for path in (tmp_path / "my own" / language).glob("*.ipynb")} == names


def test_it_makes_a_kit(badak, monkeypatch, tmp_path):
    def make(clone, folder, tell):
        folder.mkdir()
        (folder / "a").write_bytes(b"x" * 2_000_000)

    monkeypatch.setattr(kit, "make", make)
    monkeypatch.chdir(ROOT)
    done = badak("course", "--offline", tmp_path / "stick")
    assert done.code == 0
    assert "stick: the whole kit, 2 MB; README.ko.txt and README.en.txt say more" in done.out
