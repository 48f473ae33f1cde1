"""`badak train --layers`: a network typed by hand trains, resumes and is opened like any other."""

from badak.cli.config_file import read_config
from badak.training import RunDirectory

QUICK = ("--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2")
LAYERS = "conv 4 5, norm, relu, pool 4, flatten, linear 10"


def test_it_trains_resumes_and_is_opened(badak, tmp_path):
    done = badak("train", *QUICK, "--layers", LAYERS, "--run-dir", "run", "--max-steps", "4")
    assert done.code == 0, done.err
    assert read_config(RunDirectory(tmp_path / "run")).layers == LAYERS
    done = badak("train", "--run-dir", "run", "--resume")
    assert done.code == 0, done.err
    assert "6 steps" in done.out
    assert badak("evaluate", "run").code == 0
    assert badak("inspect", "run").code == 0
    report = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "<h1>Hand-typed network on digits</h1>" in report
    assert LAYERS in report
    assert badak("export", "run", "--to", "c").code == 0
    assert "A hand-typed network for" in (tmp_path / "run" / "run.c.md").read_text(encoding="utf-8")
    assert badak("verify-resume", "run", "--steps", "4").code == 0
    assert badak("train", *QUICK, "--layers", LAYERS).code == 0
    assert (tmp_path / "runs" / "digits-layers" / "model.safetensors").exists()


def test_a_network_without_convolutions_trains_and_is_inspected(badak, tmp_path):
    layers = "flatten, linear 20, relu, linear 10"
    done = badak("train", *QUICK, "--layers", layers, "--run-dir", "run", "--snapshots", "2")
    assert done.code == 0, done.err
    plots = {path.name for path in (tmp_path / "run" / "plots").iterdir()}
    assert plots == {"learning_curve.png"}
    done = badak("inspect", "run")
    assert done.code == 0, done.err


def test_what_does_not_fit_is_named(badak):
    done = badak("train", *QUICK, "--layers", "conv 4 5, flaten, linear 10")
    assert (done.code, "'flaten'" in done.err, "'flatten'" in done.err) == (2, True, True)
    done = badak("train", *QUICK, "--layers", "flatten, linear 7")
    assert (done.code, "10 classes" in done.err, "linear 10" in done.err) == (2, True, True)
    done = badak("train", *QUICK, "--layers", LAYERS, "--model", "lenet")
    assert (done.code, "--layers and --model" in done.err) == (2, True)
    done = badak("train", *QUICK, "--layers", LAYERS, "--weight-init", "he")
    assert (done.code, "weight-init" in done.err) == (2, True)


def test_another_network_is_not_resumed(badak):
    badak("train", *QUICK, "--layers", LAYERS, "--run-dir", "run", "--max-steps", "4")
    done = badak("train", "--layers", "flatten, linear 10", "--run-dir", "run", "--resume")
    assert (done.code, "--layers" in done.err, LAYERS in done.err) == (2, True, True)
