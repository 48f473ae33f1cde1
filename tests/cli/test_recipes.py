"""Each model trains by its recipe; what an option says wins; the run remembers which it was."""

import pytest

from badak import models, optim
from badak.cli.config import read_config
from badak.cli.recipes import AUGMENTATION_OF, AUGMENTATIONS, RECIPES
from badak.cli.verify_resume import arguments
from badak.training import RunDirectory

QUICK = ("--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2")


def test_every_model_has_a_recipe_of_known_words():
    assert list(RECIPES) == list(models.MODELS)
    assert set(AUGMENTATION_OF.values()) <= set(AUGMENTATIONS)
    for recipe in RECIPES.values():
        assert recipe.optimizer in optim.OPTIMIZERS
        assert recipe.schedule in {None, *optim.SCHEDULES}


def trained_config(badak, tmp_path, *words):
    done = badak("train", *words, "--run-dir", "run")
    assert done.code == 0, done.err
    return done, read_config(RunDirectory(tmp_path / "run"))


def how(config):
    return config.optimizer, config.lr, config.weight_decay, config.schedule, config.augment


def test_a_model_brings_its_recipe_and_says_so(badak, tmp_path):
    done, config = trained_config(badak, tmp_path, *QUICK, "--model", "lenet")
    assert how(config) == ("adam", 3e-3, None, "one-cycle", "shift")
    assert "2 epochs of Adam(lr=0.003" in done.out
    assert "one-cycle, images varied by shift" in done.out


def test_without_options_it_is_the_books_run(badak, tmp_path):
    _, config = trained_config(badak, tmp_path, *QUICK[:-2], "--max-steps", "1")
    assert how(config) == ("adam", None, None, None, None)
    assert config.epochs == 20


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--lr", "0.01"], ("adam", 0.01, None, "one-cycle", "shift")),
        (["--weight-decay", "0.1"], ("adam", 3e-3, 0.1, "one-cycle", "shift")),
        (["--optimizer", "adam"], ("adam", None, None, "one-cycle", "shift")),
        (["--optimizer", "sgd", "--lr", "0.1"], ("sgd", 0.1, None, "one-cycle", "shift")),
        (["--schedule", "none"], ("adam", 3e-3, None, None, "shift")),
        (["--augment", "none"], ("adam", 3e-3, None, "one-cycle", None)),
        (["--augment", "flip-crop"], ("adam", 3e-3, None, "one-cycle", "flip-crop")),
    ],
)
def test_options_win(badak, tmp_path, words, expected):
    options = (*QUICK, "--max-steps", "1", "--model", "lenet")
    assert how(trained_config(badak, tmp_path, *options, *words)[1]) == expected


def contents(run):
    return {path.name: path.read_bytes() for path in run.rglob("*.*") if path.suffix != ".toml"}


@pytest.mark.parametrize("model", ["lenet1998", "deep"])
def test_a_varied_and_scheduled_run_resumes_to_the_same_bits(badak, tmp_path, model):
    badak("train", *QUICK, "--model", model, "--run-dir", "whole")
    badak("train", *QUICK, "--model", model, "--run-dir", "parts", "--max-steps", "4")
    done = badak("train", "--run-dir", "parts", "--resume")
    assert done.code == 0, done.err
    assert contents(tmp_path / "whole") == contents(tmp_path / "parts")
    done = badak("train", "--run-dir", "parts", "--resume", "--augment", "none")
    assert "was begun with augment 'shift'; got None" in done.err


def test_verify_resume_repeats_what_was_trained(badak, tmp_path):
    for number, words in enumerate(([], ["--augment", "none", "--schedule", "none"])):
        run = tmp_path / f"run{number}"
        badak("train", *QUICK, "--model", "lenet", *words, "--run-dir", run)
        done = badak("verify-resume", run, "--steps", "6")
        assert done.code == 0, done.err
        assert "identical" in done.out


def test_a_run_from_before_there_were_recipes_stays_what_it_was(badak, tmp_path):
    _, config = trained_config(
        badak, tmp_path, *QUICK, "--model", "lenet", "--optimizer", "adam",
        *("--augment", "none", "--schedule", "none"),
    )  # fmt: skip
    text = (tmp_path / "run" / "config.toml").read_text()
    assert not {"augment", "schedule", "weight_decay", "lr"} & {
        line.split(" = ")[0] for line in text.splitlines()
    }
    words = arguments(config)
    assert {"--augment=none", "--schedule=none"} < set(words)
    assert "--lr" not in words


@pytest.mark.parametrize("model", models.MODELS)
def test_every_model_trains(badak, tmp_path, model):
    quick = ("--limit-train", "4", "--limit-test", "2", "--batch-size", "2", "--max-steps", "2")
    done, config = trained_config(badak, tmp_path, *quick, "--model", model)
    assert config.epochs == RECIPES[model].epochs
    assert "test accuracy" in done.out


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_the_data_sets_bear_what_they_bear(badak, tmp_path, data_dir, name):
    quick = ("--limit-train", "40", "--limit-test", "20", "--batch-size", "20", "--max-steps", "2")
    options = ("--data-dir", data_dir / name, *quick, "--model", "resnet20")
    _, config = trained_config(badak, tmp_path, name, *options)
    assert config.augment == AUGMENTATION_OF[name]
    assert (config.optimizer, config.weight_decay) == ("nesterov", 5e-4)
