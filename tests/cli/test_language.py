"""The command line in Korean: help, faults, tables and the report; data stay as they are."""

import re
import subprocess
import sys

import click
import pytest

from badak.cli.app import COMMANDS, cli, main
from badak.cli.language import _help, language_of
from badak.languages import speaking
from badak.terminal import width

KOREAN = re.compile("[가-힣]")


def run(capsys, *words):
    with pytest.raises(SystemExit) as end:
        main(list(map(str, words)))
    return end.value.code or 0, *capsys.readouterr()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_is_korean_before_and_after_its_name(command, capsys):
    _, before, _ = run(capsys, "--lang", "ko", command, "--help")
    code, after, _ = run(capsys, command, "--help", "--lang=ko")
    assert (code, after) == (0, before)
    assert "--lang [en|ko]" in after
    assert all(width(line) <= 80 for line in after.splitlines())


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_nothing_in_a_help_lacks_a_translation(command):
    command = cli if command is None else cli.get_command(None, command)
    texts = [param.help for param in command.params if isinstance(param, click.Option)]
    texts += [" ".join(part.split()) for part in command.help.split("\n\n")]
    texts += COMMANDS.values() if command is cli else []
    with speaking("ko"):
        for text in filter(None, texts):
            own = _help(text)
            assert KOREAN.search(own), text
            assert "[default" not in own, text


def test_an_unknown_language_is_an_error(capsys):
    code, _, err = run(capsys, "runs", "--lang", "fr")
    assert code == 2
    assert re.search(r"Invalid value for '--lang'.*'fr'.*'en', 'ko'", err)


@pytest.mark.parametrize(
    ("words", "told"),
    {
        ("trin",): "'trin'이라는 명령은 없다",
        ("predict",): "인수 'RUN'이 없다",
        ("export", "r"): "옵션 '--to'가 없다. 다음 가운데 고른다",
        ("train", "--modle", "x"): "'--modle'라는 옵션은 없다",
        ("train", "--epochs"): "옵션 '--epochs'에는 값이 필요하다",
        ("train", "--balance=1"): "옵션 '--balance'는 값을 받지 않는다",
        ("train", "--epochs", "x"): "'x'는 올바른 정수가 아니다",
        ("train", "a", "b"): "받지 않는 인수가 있다(b)",
        ("serve", "--port", "70000"): "70000은 범위 0<=x<=65535에 있지 않다",
        ("train", "--optimizer", "x"): "'x'는 'sgd'",
    }.items(),
)
def test_faults_of_the_arguments_are_korean(words, told, capsys):
    code, _, err = (
        run(capsys, *words, "--lang", "ko")
        if words[-1] != "--epochs"
        else run(capsys, "--lang", "ko", *words)
    )
    assert code == 2
    assert told in err
    assert "오류: " in err
    assert KOREAN.search(err.splitlines()[0])


def test_the_language_comes_from_the_arguments_or_the_environment(monkeypatch):
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert language_of([]) == "ko"
    assert language_of(["train", "--lang", "en"]) == "en"
    assert language_of(["--lang=en", "train"]) == "en"
    assert language_of(["predict", "r", "--", "--lang", "en"]) == "ko"
    assert language_of(["--lang"]) == "ko"
    monkeypatch.setenv("LC_ALL", "C")
    assert language_of(["train", "--lang", "ko"]) == "ko"


def test_a_terminal_that_cannot_write_korean_gets_english():
    environment = {"LC_ALL": "ko_KR.UTF-8", "PYTHONIOENCODING": "ascii"}
    for words in ([], ["--lang", "ko"]):
        command = [sys.executable, "-m", "badak", "--help", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert "Commands:" in done.stdout


def test_training_in_korean_leaves_the_same_files(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quick = ("--limit-train", 60, "--limit-test", 40, "--batch-size", 20, "--epochs", 1)
    for language in ("en", "ko"):
        code, out, err = run(capsys, "train", *quick, "--run-dir", language, "--lang", language)
        assert code == 0
        assert bool(KOREAN.search(out + err)) == (language == "ko")
    names = ("config.toml", "history.csv", "model.safetensors")
    for name in names[:2]:
        files = [(tmp_path / language / name).read_text() for language in ("en", "ko")]
        assert len({re.sub(r"[\d.]+\n", "\n", text) for text in files}) == 1  # but for the time
    assert len({(tmp_path / lang / names[2]).read_bytes() for lang in ("en", "ko")}) == 1
    tables = {}
    for language in ("en", "ko"):
        _, tables[language], _ = run(capsys, "runs", ".", "--csv", "t.csv", "--lang", language)
        assert (tmp_path / "t.csv").read_text().startswith("Run,Data,Model")
    heading, line, *rows = tables["ko"].splitlines()
    assert heading.rstrip().endswith("학습률  모델 파일")
    assert len({width(text.rstrip("\n")) for text in (heading, line, *rows)}) == 1


def test_the_report_is_korean(tmp_path, capsys):
    from badak import inspect
    from badak.models import SimpleConvNet

    trained = inspect.Trained(SimpleConvNet(), missing="no such folder")
    for language in ("en", "ko"):
        with speaking(language):
            path = inspect.report(trained, tmp_path / f"{language}.html", tmp_path)[-1]
    page = path.read_text(encoding="utf-8")
    assert '<html lang="ko">' in page
    assert "<h2>학습 후 첫 계층의 필터</h2>" in page
    assert 'href="#first-filters-after-training"' in page  # links stay as they are
    body = re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert not re.search(r"[a-z]{3,} (?:the|of|are|is) ", body)
    assert not KOREAN.search((tmp_path / "en.html").read_text(encoding="utf-8").split("<body>")[1])


def test_english_loads_no_catalogue():
    script = (
        "import sys\n"
        "from badak.cli.app import main\n"
        "try:\n    main(['train', '--help'])\n"
        "except SystemExit:\n    print('badak.languages.catalogue' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("\nFalse\n")
