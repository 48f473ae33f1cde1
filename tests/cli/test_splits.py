"""--split and --folds of `badak train`: parts that hold, results that say what they mean."""

import re

import pytest

from badak import terminal
from badak.cli.config_file import read_config
from badak.cli.opened import open_run
from badak.cli.splits import Division, divided, shares
from badak.data import load
from badak.errors import BadakError
from badak.training import RunDirectory
from badak.training.checkpoint import read_history
from cli.test_changed_data import CLASSES, write

QUICK = ("--layers", "flatten, linear 3", "--epochs", "2", "--image-size", "12")


@pytest.fixture
def insects(tmp_path):
    for name in ("ant", "bee", "cat"):
        write(tmp_path / "insects" / name, CLASSES[name], range(40), 0)
    return "folder:insects"


def test_validation_chooses_and_the_test_images_are_measured_once(badak, insects, tmp_path):
    done = badak("train", insects, *QUICK, "--split", "60:20:20", "--run-dir", "run")
    assert done.code == 0, done.err
    numbers = re.search(
        r"(\d+) images to learn from, (\d+) to choose the epoch by, (\d+) to test on \(60:20:20\)",
        done.out,
    )
    counts = [int(number) for number in numbers.groups()]
    assert sum(counts) == 120
    assert "per class, training + validation + test: ant: " in done.out
    assert f"on {counts[2]} images, measured once, with the weights of epoch " in done.out
    assert "the best of 2 on the validation images" in done.out
    epochs = read_history(RunDirectory(tmp_path / "run").checkpoint).epochs
    best = max(epoch.validation_accuracy for epoch in epochs)
    assert f"on the validation images: {best:.4f}" in done.out
    told = re.search(r"test accuracy (0\.\d+|1\.0+) on", done.out)[1]
    opened = open_run(tmp_path / "run", None)
    train, test = opened.config.load_data(opened.run)
    assert (len(train), len(test)) == (counts[0], counts[2])
    assert f"{opened.net.evaluate(test).accuracy:.4f}" == told
    evaluated = badak("evaluate", "run")
    assert f"accuracy {told}" in evaluated.out
    assert "on the validation images" in evaluated.out


def test_a_run_with_a_split_resumes_and_keeps_its_parts(badak, insects, tmp_path):
    whole = badak("train", insects, *QUICK, "--split", "70:30", "--run-dir", "whole")
    badak("train", insects, *QUICK, "--split", "70:30", "--run-dir", "run", "--max-steps", "3")
    done = badak("train", "--run-dir", "run", "--resume")
    assert done.code == whole.code == 0, done.err
    one, other = ((tmp_path / run / "history.csv").read_text() for run in ("whole", "run"))
    assert one == other
    write(tmp_path / "insects" / "ant", CLASSES["ant"], range(40, 60), 0)  # no image moves
    assert badak("evaluate", "run").code == 0
    again = badak("train", "--run-dir", "run", "--resume", "--split", "60:40")
    assert again.code == 2
    assert "was begun with --split '70:30'; got '60:40'" in again.err


def test_data_without_files_is_split_by_its_pixels(badak):
    words = ("--split", "80:10:10", "--limit-train", "60", "--epochs", "1", "--run-dir", "run")
    done = badak("train", "digits", *words)
    assert done.code == 0, done.err
    assert badak("evaluate", "run").code == 0


def test_groups_stay_in_one_part(insects, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = load(insects, image_size=8)
    parts = divided(Division(insects, "60:20:20", "1"), *data)
    digests = [set(part.digests.tolist()) for part in parts[:3]]
    from badak.data.content import digest

    groups = {}
    for file in (tmp_path / "insects").rglob("*.png"):
        groups.setdefault(file.stem.partition("1")[0], set()).add(digest(file))
    for own in groups.values():
        assert sum(bool(own & part) for part in digests) == 1


def test_folds_train_once_each_and_print_mean_and_deviation(badak, insects, tmp_path):
    done = badak("train", insects, *QUICK, "--folds", "3", "--run-dir", "run")
    assert done.code == 0, done.err
    held = []
    for fold in (1, 2, 3):
        opened = open_run(tmp_path / "run" / f"fold-{fold}", None)
        train, test = opened.config.load_data(opened.run)
        assert not set(train.digests) & set(test.digests)
        assert f"fold {fold} of 3: {len(train)} images to learn from, {len(test)} held" in done.out
        held.append(test)
        assert (opened.config.folds, opened.config.fold) == (3, fold)
    train, test = load(insects, image_size=12)
    assert sorted(number for part in held for number in part.digests) == sorted(train.digests)
    last = [
        read_history(RunDirectory(tmp_path / "run" / f"fold-{fold}").checkpoint).epochs[-1]
        for fold in (1, 2, 3)
    ]
    accuracies = [end.validation_accuracy for end in last]
    mean = sum(accuracies) / 3
    deviation = (sum((own - mean) ** 2 for own in accuracies) / 2) ** 0.5
    rows = {line.split()[0]: line.split()[-1] for line in done.out.splitlines() if line.split()}
    assert rows["mean"] == f"{mean:.4f}"
    assert rows["deviation"] == f"{deviation:.4f}"
    assert rows["fold-2"] == f"{accuracies[1]:.4f}"
    assert terminal.width(done.out.splitlines()[-1]) < 80


def test_stopped_folds_go_on_without_the_options_again(badak, insects, tmp_path):
    first = badak("train", insects, *QUICK, "--seed", "5", "--folds", "3", "--run-dir", "run")
    for path in sorted((tmp_path / "run" / "fold-3").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    refused = badak("train", insects, *QUICK, "--folds", "3", "--run-dir", "run")
    assert refused.code == 2
    assert "run already holds folds: add --resume to continue them" in refused.err
    done = badak("train", "--folds", "3", "--run-dir", "run", "--resume")
    assert done.code == 0, done.err
    assert done.out.splitlines()[-5:] == first.out.splitlines()[-5:]
    assert read_config(RunDirectory(tmp_path / "run" / "fold-3")).seed == 5
    other = badak("train", "--folds", "4", "--run-dir", "run", "--resume")
    assert other.code == 2
    assert "run holds folds: continue them with --folds 3 and --resume" in other.err
    for more in ([], ["--resume"]):  # no run between the folds
        alone = badak("train", insects, *QUICK, "--run-dir", "run", *more)
        assert alone.code == 2
        assert "run holds folds: continue them with --folds 3 and --resume" in alone.err


def test_a_run_that_is_named_like_a_fold_is_none(badak, insects, tmp_path):
    options = "train", insects, *QUICK, "--run-dir"
    assert badak(*options, "run/fold-1").code == 0
    assert badak(*options, "run").code == 0


def test_folds_have_a_directory_of_their_own(badak, tmp_path):
    (tmp_path / "run" / "checkpoint").mkdir(parents=True)
    (tmp_path / "run" / "checkpoint" / "latest.safetensors").touch()
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "sweep.toml").touch()
    for place, words in (("run", "run already holds a run"), ("many", "many holds a sweep")):
        for more in ([], ["--resume"]):
            refused = badak("train", "digits", "--folds", "2", "--run-dir", place, *more)
            assert refused.code == 2
            assert words in refused.err
    assert "many holds a sweep" in badak("train", "digits", "--run-dir", "many").err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--split", "70:x"), r"--split must be two or three numbers, .*got '70:x'"),
        (("--split", "100"), r"--split must be two or three numbers, .*got '100'"),
        (("--split", "70:nan:30"), r"--split must be two or three numbers, .*got '70:nan:30'"),
        (("--split", "70:15:20"), r"--split must sum to 100, .*got '70:15:20', 105"),
        (("--split", "120:-20"), r"--split must be numbers above 0, .*got '120:-20'"),
        (("--split", "80:20", "--folds", "3"), "--split and --folds are two ways to divide"),
        (
            ("--folds", "50"),
            r"--folds must be at most \d+, the number of images of class '.*got 50",
        ),
        (("--folds", "1"), "'--folds': 1 is not in the range x>=2"),
        (("--group-by-prefix=_",), "--group-by-prefix is for --split and --folds; got neither"),
        (("--split", "80:20", "--group-by-prefix=long"), "must be 1 to 3 characters.*got 'long'"),
    ],
)
def test_errors_name_option_and_value(badak, insects, tmp_path, words, message):
    done = badak("train", insects, *QUICK, *words, "--run-dir", "run")
    assert done.code == 2
    assert re.search(message, done.err), done.err
    assert not (tmp_path / "run" / "config.toml").exists()


def test_folds_need_a_run_directory(badak):
    assert "--folds needs --run-dir" in badak("train", "digits", "--folds", "3").err


def test_groups_need_files_and_a_fold_must_exist():
    data = load("digits")
    with pytest.raises(BadakError, match="group_by_prefix is for folder:PATH; digits has no files"):
        divided(Division("digits", "80:20", "_"), *data)
    with pytest.raises(BadakError, match="fold must be one of the 3 folds; got 9"):
        divided(Division("digits", folds=3, fold=9), *data)
    assert shares("60:20:20") == (0.6, 0.2, 0.2)


def test_copies_are_held_out_together(badak, insects, tmp_path):
    for path in list((tmp_path / "insects").rglob("*.png")):
        path.with_name(f"copy of {path.name}").write_bytes(path.read_bytes())
    train, test = load(insects, image_size=12)
    for fold in (1, 2, 3):
        parts = divided(Division(insects, folds=3, fold=fold), train, test)
        assert not set(parts.train.digests.tolist()) & set(parts.test.digests.tolist())
