"""`badak check`: answers, hints, progress, the class's table, exit codes."""

import json
import shutil
from pathlib import Path

import pytest

from badak.cli import app

SOLUTIONS = Path(__file__).parents[1] / "lessons" / "solutions"


def run(capsys, *arguments) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        app.main(["check", *map(str, arguments)])
    captured = capsys.readouterr()
    return stop.value.code, captured.out, captured.err


def test_a_wrong_file_is_told_in_korean_with_hints_and_noted(tmp_path, capsys):
    path = Path(shutil.copy(SOLUTIONS / "wrong_mul_not_swapped.py", tmp_path / "mine.py"))
    code, out, _ = run(capsys, path, "--lang", "ko", "--hint", 3)
    assert code == 1
    assert "MulLayer, 11행: dy의 값이 3이다. 올바른 값은 150이다" in out
    assert "힌트 2: 역전파에서 x와 y를 서로 바꾸지 않았다" in out
    assert "return (dy, dx)" in out
    progress = json.loads((tmp_path / "badak-progress.json").read_text())
    assert progress["mine.py"]["MulLayer"]["fault"] == "not_swapped"


def test_a_class_is_a_table_and_leaves_no_progress(tmp_path, capsys):
    for name in ("ann", "bob"):
        (tmp_path / name).mkdir()
    shutil.copy(SOLUTIONS / "wrong_relu_mask.py", tmp_path / "ann" / "a.py")
    (tmp_path / "bob" / "a.py").write_text("x = 1\n")
    code, out, err = run(capsys, "--class", tmp_path, "--lang", "en")
    assert code == 1
    assert "ann/a.py" in out
    assert "bob/a.py" in out
    assert "2/2: bob" in err
    assert not list(tmp_path.rglob("badak-progress.json"))


def test_wrong_arguments_are_told(tmp_path, capsys):
    code, _, err = run(capsys)
    assert code == 2
    assert "expected either FILE or --class FOLDER" in err
    code, _, err = run(capsys, "--class", tmp_path)
    assert code == 2
    assert "holds no Python files" in err
    code, _, err = run(capsys, "--class", tmp_path / "none")
    assert "--class must name a folder" in err
    code, _, err = run(capsys, tmp_path / "none.py")
    assert code == 2
    assert "none.py cannot be read" in err


def test_the_language_is_that_of_the_environment(tmp_path, capsys, monkeypatch):
    path = Path(shutil.copy(SOLUTIONS / "wrong_mul_not_swapped.py", tmp_path / "mine.py"))
    _, korean, _ = run(capsys, path, "--lang", "ko")
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert run(capsys, path)[1] == korean
    assert run(capsys, path, "--lang", "en")[1] != korean


def test_a_file_that_cannot_be_read_leaves_the_others_of_a_class(tmp_path, capsys):
    (tmp_path / "김 철수").mkdir()
    (tmp_path / "김 철수" / "relu.py").write_bytes("# 한글\n".encode("cp949"))
    shutil.copy(SOLUTIONS / "wrong_mul_not_swapped.py", tmp_path / "b.py")
    code, out, _ = run(capsys, "--class", tmp_path, "--lang", "en")
    assert code == 1
    assert "2 files in" in out
    assert "UTF-8" in out
    assert "MulLayer" in out
