"""The words of the command line: options instead of Python arguments, cautions, suggestions."""

import ast
import functools
import os
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import badak as library
from badak import __main__, data
from badak.cli import app, words
from badak.cli.near import near_run

SOURCE = Path(library.__file__).parent
COMMANDS = {name: app.cli.get_command(None, name) for name in app.COMMANDS}
OPTIONS = {
    name: {option for param in command.params for option in param.opts}
    for name, command in COMMANDS.items()
}
PARAMETERS = {
    param.name
    for command in COMMANDS.values()
    for param in command.params
    if param.param_type_name == "option"
}


@functools.cache
def texts(path):
    """Every string in a file that users may see; {} stands for the values in f-strings."""
    return list(_texts(path))


def _texts(path):
    tree = ast.parse(path.read_text())
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            parts = [p.value if isinstance(p, ast.Constant) else "{}" for p in node.values]
            yield "".join(parts)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(id(node.value))  # a docstring
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from [node.value] if id(node) not in inside else []


def test_the_library_names_arguments_and_no_options():
    """Only the command line has options; a notebook has none.

    Except what is or runs a command, and the sentences of `badak check`.
    """
    commands = ("__main__.py", "verify.py", "command.py", "wheels.py", "pages.py")
    for path in SOURCE.rglob("*.py"):
        if not {"cli", "words"} & set(path.parent.parts) and path.name not in commands:
            for text in texts(path):
                assert not re.search(r"(?<![\w-])--[a-z]", text), f"{path}: {text}"


def advised(text, own):
    """(command, option) of each option in a text; an option alone belongs to the command itself."""
    for command, option in re.findall(r"(?:badak ([a-z-]+)[^`]*? )?(--[a-z-]+)", text):
        yield command or own, option


def test_a_command_advises_no_option_that_it_lacks():
    for path in (SOURCE / "cli").glob("*.py"):
        own = path.stem.replace("_", "-")
        for text in texts(path):
            for command, option in advised(text, own):
                if command in OPTIONS and not text.startswith("--"):
                    assert option in OPTIONS[command], f"{path}: {text}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_that_the_library_advises_becomes_an_option(name):
    seen = 0
    for path in SOURCE.rglob("*.py"):
        for text in texts(path):
            for argument in re.findall(r"(?<![\w.({'])([a-z_]+)=(?:True|[A-Z]+)\b", text):
                if argument in PARAMETERS and path.parent.name != "cli":
                    seen += 1
                    said = words.in_options(text, COMMANDS[name])
                    assert f"{argument}=" not in said, f"{path}: {said}"
                    for command, option in advised(said, name):
                        assert option in OPTIONS[command], f"{path}: {said}"
    assert seen >= 4


@pytest.mark.parametrize(
    ("command", "said", "expected"),
    [
        ("train", "batch_size must be at most 60", "--batch-size must be at most 60"),
        ("train", "lr must be above 0; got nan", "--lr must be above 0; got nan"),
        ("train", "image_size is for folders only", "--image-size is for folders only"),
        ("train", "seed and epochs must be integers", "--seed and --epochs must be integers"),
        ("train", "x; skip_corrupt=True drops it", "x; --skip-corrupt drops it"),
        ("predict", "weights_file=True cuts", "`badak export --weights-file` cuts"),
        ("inspect", "x; skip_corrupt=True drops it", "x; `badak train --skip-corrupt` drops it"),
        ("profile", "give data_dir=FOLDER", "give --data-dir FOLDER"),
        ("verify-resume", "give data_dir=FOLDER", "give `badak train --data-dir FOLDER`"),
        # not parameters of a command, but paths or keys of files:
        ("train", "padding must be at least 0", None),
        ("train", "/a/seed=A/lr=B is gone", None),
        ("train", "Adam(lr=0.5, weight_decay=0.1) and Trainer(snapshots=K)", None),
        ("evaluate", "run/config.toml: batch_size must be int", None),
        ("evaluate", "epochs must be int", None),
        ("train", "badak trains on every model", None),
    ],
)
def test_arguments_become_options(command, said, expected):
    assert words.in_options(said, COMMANDS[command]) == (expected or said)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (["evalute", "run"], "'evaluate'"),
        (["Predict"], "'predict'"),
        (["verify_resume"], "'verify-resume'"),
        (["train", "MNIST"], "'mnist'"),
        (["train", "cifar-10"], "'cifar10'"),
        (["train", "shapes"], "'folder:shapes'"),
        (["train", "./shapes/sub"], "'folder:./shapes/sub'"),
        (["train", "--epoch", "3"], "'--epochs'"),
        (["evaluate", "digits-simpel"], "'runs/digits-simple'"),
        (["inspect", "runs/Digits-simple"], "'runs/digits-simple'"),
        (["profile", "runs"], "'runs/digits-simple'"),
        (["predict", "secnd", "x.png"], "'second'"),
    ],
)
def test_what_was_meant(badak, tmp_path, line, meant):
    (tmp_path / "shapes" / "sub").mkdir(parents=True)
    for run in ("runs/digits-simple", "second", "runs/other"):
        (tmp_path / run).mkdir(parents=True)
        (tmp_path / run / "config.toml").touch()
    if line[-1] == "runs":
        (tmp_path / "runs/other/config.toml").unlink()
    done = badak(*line)
    assert done.code == 2
    assert f"id you mean {meant}?" in done.err


@pytest.mark.parametrize(
    ("kept", "meant"),
    [
        ('trial = "trial-002"', "trial-002', the best of 3 trials in it"),
        ('trial = "trial-007"', "trial-001', one of 3 in it"),
        ("trial = 2", "trial-001', one of 3 in it"),
        ("trial", "trial-001', one of 3 in it"),
        ("trial = " + 2000 * "[", "trial-001', one of 3 in it"),
    ],
)
def test_of_a_sweep_the_best_trial_is_meant(tmp_path, kept, meant):
    for number in (1, 2, 3):
        (tmp_path / f"trial-00{number}").mkdir()
        (tmp_path / f"trial-00{number}" / "config.toml").touch()
    (tmp_path / "best.toml").write_text(kept)
    assert near_run(tmp_path) == f"did you mean '{tmp_path}/{meant}?"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_the_best_trial_is_not_waited_for(tmp_path):
    (tmp_path / "trial-001").mkdir()
    (tmp_path / "trial-001" / "config.toml").touch()
    os.mkfifo(tmp_path / "best.toml")
    assert near_run(tmp_path) == f"did you mean '{tmp_path}/trial-001'?"


def test_a_strange_word_gets_no_suggestion(badak, tmp_path):
    for line in (["xylophone"], ["train", "xylophone"], ["evaluate", "xylophone"]):
        assert "id you mean" not in badak(*line).err
    assert near_run(Path("a\0b")) == ""


def test_each_caution_is_one_line_and_comes_once(badak, monkeypatch):
    def cautious(*_, **__):
        for text in ("a\n  first", "a second", "a first", "skip_corrupt=True helps"):
            warnings.warn(text, stacklevel=1)
        np.float32(1e30) * np.float32(1e30)
        raise library.BadakError("the end")

    monkeypatch.setattr(data, "load", cautious)
    with warnings.catch_warnings():
        warnings.simplefilter("default", RuntimeWarning)
        before = warnings.showwarning
        done = badak("train", "mnist")
        assert warnings.showwarning is before
    assert done.out == ""
    *cautions, numeric, end = done.err.splitlines()
    assert cautions == [
        "Caution: a first",
        "Caution: a second",
        "Caution: --skip-corrupt helps",
    ]
    assert numeric.startswith("Caution: overflow")
    assert end == "Error: the end"


@pytest.mark.parametrize("place", ["badak.cli.app._check_text", "badak.data.load"])
def test_ctrl_c_ends_without_a_traceback(badak, monkeypatch, place):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(place, stop)
    done = badak("train")
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err


def test_arguments_that_no_path_can_be(badak, tmp_path):
    lines = [
        ["evaluate", "a\0b"],
        ["train", "--run-dir", "a\0b"],
        ["predict", "run", "a\0b.png"],
        ["evaluate", "run\udcff"],
        ["train", "folder:\udcff"],
        ["train", "--data-dir", "\udce4"],
    ]
    for line in lines:
        done = badak(*line)
        assert done.code == 2
        assert done.err.startswith("Error: ")
        assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_inspect_advises_the_command_that_has_the_option(badak, tmp_path, monkeypatch):
    monkeypatch.setattr("badak.inspect.report", lambda *_: [Path("report.html")])
    for name in ("cat", "dog"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(5):
            image = Image.fromarray(np.full((12, 12), 50 * number, np.uint8))
            image.save(tmp_path / "pictures" / name / f"{number}.png")
    options = ("--image-size", "12", "--batch-size", "2", "--epochs", "1", "--run-dir", "run")
    assert badak("train", "folder:pictures", *options).code == 0
    (tmp_path / "pictures" / "dog" / "6.png").write_bytes(b"\x89PNG")
    for command in ("inspect", "evaluate"):
        done = badak(command, "run")
        assert "`badak train --skip-corrupt`" in done.out + done.err


def test_ctrl_c_while_the_modules_are_loaded(monkeypatch):
    class Stop:
        def find_spec(self, name, *_):
            if name == app.__name__:
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, app.__name__)
    monkeypatch.setattr(sys, "meta_path", [Stop(), *sys.meta_path])
    with pytest.raises(SystemExit, match="130"):
        __main__.main()
