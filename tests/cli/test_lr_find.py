"""`badak lr-find`, and the rate that it gives to a run without a recipe."""

import re

from badak.cli.config_file import read_config
from badak.training import RunDirectory

FEW = ("--limit-train", "200", "--limit-test", "30", "--batch-size", "20")
LAYERS = ("--layers", "conv 4 5, norm, relu, pool 4, flatten, linear 10")


def test_it_draws_and_suggests(badak, tmp_path):
    done = badak("lr-find", *FEW, "--model", "lenet", "--output", "rates.png")
    assert done.code == 0, done.err
    rate = re.search(r"a tenth of that is (\S+)$", done.out, re.MULTILINE)[1]
    assert 1e-5 < float(rate) < 1e-1
    assert re.search(rf"^next: badak train \.\.\. --lr {rate}$", done.out, re.MULTILINE)
    assert (tmp_path / "rates.png").stat().st_size > 10_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rates.png"]


def test_a_network_without_a_recipe_is_trained_at_the_rate_found(badak, tmp_path):
    found = badak("lr-find", *FEW, *LAYERS)
    rate = float(re.search(r"a tenth of that is (\S+)$", found.out, re.MULTILINE)[1])
    done = badak("train", *FEW, *LAYERS, "--max-steps", "3", "--run-dir", "run")
    assert done.code == 0, done.err
    said = [line for line in done.out.splitlines() if line.startswith(f"learning rate {rate:g}:")]
    assert len(said) == 1
    config = read_config(RunDirectory(tmp_path / "run"))
    assert config.lr == rate
    done = badak("train", "--resume", "--run-dir", "run", "--max-steps", "5")
    assert done.code == 0, done.err
    assert "learning rate" not in done.out
    assert read_config(RunDirectory(tmp_path / "run")) == config


def test_a_rate_that_was_typed_is_kept(badak, tmp_path):
    done = badak("train", *FEW, *LAYERS, "--lr", "0.5", "--max-steps", "1", "--run-dir", "run")
    assert "at rising rates" not in done.out
    assert read_config(RunDirectory(tmp_path / "run")).lr == 0.5


def test_a_model_with_a_recipe_keeps_its_rate(badak, tmp_path):
    done = badak("train", *FEW, "--max-steps", "1", "--run-dir", "run")
    assert "at rising rates" not in done.out
    assert read_config(RunDirectory(tmp_path / "run")).lr is None


def test_faults_are_named(badak, tmp_path):
    done = badak("lr-find", *LAYERS, "--model", "lenet")
    assert (done.code, "--layers and --model" in done.err) == (2, True)
    done = badak("lr-find", "--batch-size", "0")
    assert (done.code, "--batch-size must be at least 1; got 0" in done.err) == (2, True)
    done = badak("lr-find", *FEW, "--output", tmp_path / "none" / "x.png")
    assert (done.code, "none" in done.err) == (2, True)
    assert not list(tmp_path.iterdir())
