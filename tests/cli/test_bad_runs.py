"""Run directories that are damaged, forged or none at all: each is named."""

import os
import re

import pytest

import badak as library
from badak import models, storage
from badak.training import RunDirectory
from cli.test_bad_input import files


def edit_config(run, old, new):
    text = run.joinpath("config.toml").read_text()
    assert old in text
    run.joinpath("config.toml").write_text(text.replace(old, new))


WRONG_CONFIG = {
    "unknown option": ("seed =", "sead =", r"option 'sead'.*'seed'\?"),
    "wrong type": ("seed = 0", 'seed = "0"', "seed.*got '0'"),
    "bool for a number": ("seed = 0", "seed = true", "seed.*got True"),
    "twice": ("seed = 0", "seed = 0\nseed = 1", "config.toml"),
    "not TOML": ("seed = 0", "seed = = 0", "config.toml"),
    "missing": ("seed = 0", "", "config.toml"),
    "unknown model": (
        '"simple"',
        '"resnet"',
        "vgg16, .*resnet20.*got 'resnet'",
    ),
    "lists within lists": ("seed = 0", "seed = " + "[" * 3000, "nested"),
    "a number of 6,000 digits": ("seed = 0", "seed = " + "7" * 6000, "config.toml"),
    "a number of 4,000 digits": (
        "seed = 0",
        f"lr = {'7' * 4000}\nseed = 0",
        "lr.*more than 200 digits",
    ),
    "a long name": ("seed = 0", f"{'n' * 60_000} = 0", "option 'nnn"),
    "a long text": ("seed = 0", f'seed = "{"a" * 60_000}"', "seed.*got 'aaa"),
    "too large": ("seed = 0", "#" * 2**21, "config.toml .*too large"),
    "list of numbers": ('"0",', "0,", "class_names"),
}


@pytest.mark.parametrize("case", WRONG_CONFIG)
def test_a_damaged_config_is_refused(badak, trained, case):
    old, new, message = WRONG_CONFIG[case]
    edit_config(trained, old, new)
    before = files(trained)
    for command in (["evaluate", trained], ["train", "--resume", "--run-dir", trained]):
        done = badak(*command)
        assert done.code == 2
        assert re.search(message, done.err)
        assert done.err.count("\n") == 1
        assert len(done.err) < 2100
    assert files(trained) == before


@pytest.mark.parametrize("name", ["config.toml", "best.safetensors", "model.safetensors"])
def test_a_pipe_in_the_place_of_a_runs_file_is_not_waited_for(name, badak, trained):
    if name == "model.safetensors":  # read if there is no best checkpoint
        (trained / "best.safetensors").unlink()
    (trained / name).unlink()
    os.mkfifo(trained / name)
    for command in (["evaluate", trained], ["predict", trained, "x.png"], ["inspect", trained]):
        done = badak(*command)
        assert done.code == 2
        assert re.search(f"{name} .*pipe", done.err)
        assert done.err.count("\n") == 1


def test_a_config_that_is_no_text(badak, trained):
    (trained / "config.toml").write_bytes(b"\xff\xfe\x00")
    done = badak("evaluate", trained)
    assert done.code == 2
    assert "config.toml" in done.err


@pytest.mark.parametrize("command", ["evaluate", "inspect", "verify-resume", "predict"])
def test_a_folder_that_is_no_run(badak, tmp_path, command):
    done = badak(command, tmp_path, *(["x.png"] if command == "predict" else []))
    assert done.code == 2
    assert re.search("run directory.*config.toml", done.err)


def test_a_damaged_model_is_refused(badak, trained):
    model = trained / "best.safetensors"
    content = model.read_bytes()
    for damaged, message in (
        (content[:-1], "claims bytes"),
        (b"\x80\x04pickle", "pickle"),
        (b"", "0 bytes"),
    ):
        model.write_bytes(damaged)
        done = badak("evaluate", trained)
        assert done.code == 2
        assert message in done.err


def test_a_checkpoint_of_another_model_is_refused(badak, trained):
    other = models.SimpleConvNet(filters=3)
    arrays, metadata = storage.load(RunDirectory(trained).checkpoint)
    metadata["architecture"] = other.architecture()
    storage.save(RunDirectory(trained).checkpoint, arrays, metadata)
    before = files(trained)
    done = badak("train", "--run-dir", trained, "--resume", "--epochs", "3")
    assert done.code == 2
    assert "another network" in done.err
    assert files(trained) == before


def test_a_model_for_other_images(badak, trained, tmp_path):
    library.Network(
        {"flatten": library.layers.Flatten(), "last": library.layers.Linear(10)}, (1, 8, 8)
    ).save(trained / "best.safetensors")
    done = badak("evaluate", trained)
    assert done.code == 2
    assert re.search(r"\(1, 8, 8\).* 10 classes.*config\.toml.*\(1, 28, 28\)", done.err)
