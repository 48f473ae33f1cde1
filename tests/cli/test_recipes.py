"""Each model trains by its recipe; options take precedence; the run records its settings."""

import re

import pytest

from badak import models, optim
from badak.cli.config import TYPED
from badak.cli.config_file import read_config
from badak.cli.recipes import RECIPES, sized, why_small
from badak.cli.verify_resume import arguments
from badak.data.catalog import entry_of
from badak.training import RunDirectory

QUICK = ("--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2")


def test_every_model_has_a_recipe_of_known_words():
    assert list(RECIPES) == [*models.MODELS, TYPED]
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
    assert (tmp_path / "run" / "plots" / "augmentation.png").stat().st_size > 5000


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
        (["--augment", "flip-crop,mixup"], ("adam", 3e-3, None, "one-cycle", "flip-crop,mixup")),
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
    assert re.search("--augment 'shift'.*got 'none'", done.err)


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
    assert config.augment == entry_of(name).augment
    assert (config.optimizer, config.weight_decay) == ("nesterov", 5e-4)


def test_few_images_are_learnt_from_in_small_steps(badak, tmp_path):
    """Images on which batches of 100 and the recipe's rate would diverge in a few steps."""
    few = ("--limit-train", "180", "--limit-test", "20", "--max-steps", "1", "--model", "resnet20")
    done, config = trained_config(badak, tmp_path, *few)
    assert (config.batch_size, config.lr) == (12, pytest.approx(0.012))
    assert "Nesterov(lr=0.012" in done.out
    said = "batches of 12, not 100 and learning rate 0.012, not 0.1: there are only 180 images"
    assert said in done.out.splitlines()
    done = badak("train", "--run-dir", "run", "--resume", "--max-steps", "2")
    assert done.code == 0, done.err
    assert read_config(RunDirectory(tmp_path / "run")) == config


@pytest.mark.parametrize(
    ("words", "expected", "why"),
    [
        (["--lr", "0.05"], (8, 0.05), "batches of 8, not 100"),
        (["--batch-size", "30"], (30, pytest.approx(0.004)), "learning rate 0.004, not 0.05"),
        (["--optimizer", "adam"], (8, None), "batches of 8, not 100"),
        (["--model", "lenet"], (8, 3e-3), "batches of 8, not 100"),
        (["--model", "simple"], (90, None), ""),
    ],
)
def test_what_is_asked_for_wins_over_the_number_of_images(badak, tmp_path, words, expected, why):
    few = ("--limit-train", "90", "--limit-test", "20", "--max-steps", "1", "--model", "vgg11")
    done, config = trained_config(badak, tmp_path, *few, *words)
    assert (config.batch_size, config.lr) == expected
    said = [line for line in done.out.splitlines() if "there are only 90 images" in line]
    assert said == ([f"{why}: there are only 90 images"] if why else [])


@pytest.mark.parametrize("model", RECIPES)
@pytest.mark.parametrize("count", [1500, 20_000, 60_000])
def test_enough_images_keep_the_recipe(model, count):
    chosen = sized(model, count, explicit=set())
    chosen.pop("epochs", None)  # more photos are shown less often
    assert chosen == {"batch_size": 100}
    assert why_small(model, count, explicit=set()) == []
