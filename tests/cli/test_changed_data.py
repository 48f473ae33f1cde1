"""A folder that changed or moved after a run was trained on it: a correct answer, or none."""

import dataclasses
import re
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from badak import data
from badak.cli import learnt
from badak.cli.app import main
from badak.cli.config_file import read_config
from badak.training import RunDirectory
from badak.training.verify import Comparison, ResumeReport

RESUME = ("--run-dir", "run", "--resume", "--epochs", "5")
CLASSES = {"ant": (220, 30, 30), "bee": (30, 220, 30), "cat": (30, 30, 220)}


def write(folder, colour, names, seed=0):
    """Images of one colour with noise."""
    rng = np.random.default_rng([seed, *colour])
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        pixels = np.clip(colour + rng.integers(-20, 20, (12, 12, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")


@pytest.fixture(scope="module")
def _begun(tmp_path_factory):
    """A folder and a run trained on it, which classifies every test image correctly."""
    home = tmp_path_factory.mktemp("begun")
    for name, colour in CLASSES.items():
        write(home / "insects" / name, colour, range(14))
    words = ["--image-size", "12", "--epochs", "4", "--lr", "0.01", "--weight-init", "he"]
    with pytest.raises(SystemExit) as end:
        main(["train", f"folder:{home / 'insects'}", *words, "--run-dir", str(home / "run")])
    assert not end.value.code
    return home


@pytest.fixture
def home(_begun, tmp_path):
    """A copy of both for one test, as if the run had been trained there."""
    shutil.copytree(_begun / "insects", tmp_path / "insects")
    shutil.copytree(_begun / "run", tmp_path / "run")
    config = tmp_path / "run" / "config.toml"
    config.write_text(config.read_text().replace(str(_begun), str(tmp_path)))
    return tmp_path


def test_a_folder_that_did_not_change(badak, home):
    done = badak("evaluate", "run")
    assert done.code == 0, done.err
    assert "accuracy 1.0000" in done.out


CHANGES = {
    "renamed": (lambda root: (root / "ant").rename(root / "wasp"), "missing ant, new wasp; "),
    "removed": (lambda root: shutil.rmtree(root / "bee"), "missing bee, new -; "),
    "added": (lambda root: shutil.copytree(root / "ant", root / "aunt"), "missing -, new aunt; "),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("command", ["evaluate", "inspect"])
def test_other_classes_are_refused(badak, home, change, command):
    alter, words = CHANGES[change]
    alter(home / "insects")
    done = badak(command, "run")
    assert done.code == 2
    assert re.search(f"classes of insects.*: {re.escape(words)}", done.err)
    assert not (home / "run" / "report.html").exists()


def test_other_classes_are_refused_wherever_labels_matter(badak, home):
    (home / "insects" / "cat").rename(home / "insects" / "dog")
    image = home / "insects" / "ant" / "0.png"
    for words in (
        ("predict", "run", image, "--nearest", "1"),
        ("export", "run", "--to", "c", "--int8"),
        ("train", *RESUME),
    ):
        done = badak(*words)
        assert done.code == 2
        assert "missing cat, new dog" in done.err


def test_classes_are_matched_by_name_and_not_by_place(home):
    config = read_config(RunDirectory(home / "run"))
    turned = dataclasses.replace(config, class_names=("cat", "ant", "bee"))
    for part, other in zip(config.load_data(), turned.load_data(), strict=True):
        assert other.class_names == ("cat", "ant", "bee")
        np.testing.assert_array_equal(other.labels, (part.labels + 1) % 3)
        np.testing.assert_array_equal(other.images, part.images)
        np.testing.assert_array_equal(other.digests, part.digests)


def test_names_in_pieces_of_an_older_run_are_the_composed_ones(home):
    config = read_config(RunDirectory(home / "run"))
    composed = ("\u00e9cureuil", "\ub098\ubb34")
    images = np.zeros((2, 3, 12, 12), np.float32)
    older = dataclasses.replace(
        config, class_names=tuple(unicodedata.normalize("NFD", name) for name in composed[::-1])
    )
    train, _ = older.fitted(*[data.Dataset(images, [0, 1], composed)] * 2)
    assert (train.class_names, train.labels.tolist()) == (older.class_names, [1, 0])


def test_images_that_came_later_make_no_learnt_image_a_test_image(badak, home):
    config = read_config(RunDirectory(home / "run"))
    train, test = config.load_data()
    for name, colour in CLASSES.items():
        write(home / "insects" / name, colour, [f"a{number}" for number in range(9)], seed=1)
    more_train, more_test = config.load_data(RunDirectory(home / "run"))
    assert len(more_train) + len(more_test) == len(train) + len(test) + 27
    assert set(train.digests) < set(more_train.digests)
    assert set(test.digests) < set(more_test.digests)
    done = badak("evaluate", "run")
    assert f"{len(more_test)}" in done.out
    assert "accuracy 1.0000" in done.out


def test_limits_keep_their_images_when_others_come(home):
    config = dataclasses.replace(
        read_config(RunDirectory(home / "run")), limit_train=12, limit_test=4
    )
    before = config.load_data()
    write(home / "insects" / "ant", CLASSES["ant"], ["new"], seed=1)
    for part, other in zip(before, config.load_data(), strict=True):
        assert len(set(part.digests) - set(other.digests)) <= 1  # the new image may be one of them


def test_a_learnt_image_that_tests_is_refused(badak, tmp_path):
    for name, colour in CLASSES.items():
        write(tmp_path / "insects" / "train" / name, colour, range(6))
        write(tmp_path / "insects" / "val" / name, colour, "abc", seed=1)
    quick = ("--image-size", "12", "--epochs", "1", "--run-dir", "run")
    assert badak("train", f"folder:{tmp_path / 'insects'}", *quick).code == 0
    assert badak("evaluate", "run").code == 0
    for number in (2, 5):
        name = Path("bee", f"{number}.png")
        (tmp_path / "insects" / "train" / name).rename(tmp_path / "insects" / "val" / name)
    for command in ("evaluate", "inspect"):
        done = badak(command, "run")
        assert done.code == 2
        assert "2 of the 11 test images of insects" in done.err


def test_images_that_both_parts_had_from_the_start_are_no_reason_to_refuse(home):
    run = RunDirectory(home / "run")
    train, test = read_config(run).load_data()
    both = data.Dataset(
        np.concatenate([test.images, train.images[:2]]),
        np.concatenate([test.labels, train.labels[:2]]),
        train.class_names,
        digests=np.concatenate([test.digests, train.digests[:2]]),
    )
    learnt.remember(run, train, both)
    learnt.check(run, train, both)  # reading them gave a warning


def test_a_changed_image_is_told(home):
    run = RunDirectory(home / "run")
    train, test = read_config(run).load_data()
    with pytest.warns(
        UserWarning, match=rf"1 of the {len(train)} images that .* learnt are missing"
    ):
        learnt.check(run, train[1:], test)


def test_a_run_that_does_not_say_what_it_learnt(badak, home):
    (home / "run" / "learnt.safetensors").unlink()
    done = badak("evaluate", "run")
    assert done.code == 2
    assert "learnt.safetensors is missing" in done.err
    shutil.copyfile(home / "run" / "model.safetensors", home / "run" / "learnt.safetensors")
    done = badak("evaluate", "run")
    assert done.code == 2
    assert re.search("learnt.safetensors.* digests", done.err)


def test_a_folder_that_moved_is_named_by_data_dir(badak, home):
    (home / "insects").rename(home / "elsewhere")
    done = badak("evaluate", "run")
    assert done.code == 2
    assert "insects, the folder of the run" in done.err
    before = (home / "run" / "config.toml").read_text()
    image = home / "elsewhere" / "ant" / "0.png"
    for words in (
        ("evaluate", "run"),
        ("profile", "run"),
        ("predict", "run", image, "--nearest=2"),
    ):
        done = badak(*words, "--data-dir", "elsewhere")
        assert done.code == 0, done.err
    assert (home / "run" / "config.toml").read_text() == before
    done = badak("train", *RESUME, "--data-dir", "elsewhere")
    assert done.code == 0, done.err
    assert read_config(RunDirectory(home / "run")).dataset == f"folder:{home / 'elsewhere'}"
    assert badak("evaluate", "run").code == 0


def test_a_resume_on_a_folder_that_grew_says_what_changed(badak, home):
    write(home / "insects" / "ant", CLASSES["ant"], range(100, 140), seed=7)
    done = badak("train", *RESUME)
    assert done.code == 2
    assert re.search(r"insects has changed since .* train images were \d+ and are \d+", done.err)


def test_another_folder_is_not_taken_for_the_one_that_moved(badak, home):
    for name, colour in CLASSES.items():
        write(home / "other" / name, colour, range(14), seed=5)
    before = (home / "run" / "config.toml").read_text()
    for words in (("evaluate", "run"), ("inspect", "run"), ("train", *RESUME)):
        done = badak(*words, "--data-dir", "other")
        assert done.code == 2
        assert re.search("other .*folder.* run .*none", done.err)
    assert (home / "run" / "config.toml").read_text() == before


def test_a_new_run_of_a_folder_takes_no_data_dir(badak, home):
    done = badak("train", "folder:insects", "--data-dir", home)
    assert done.code == 2
    assert "data_dir is for other data sets" in done.err
    assert not (home / "runs").exists()


def test_a_later_image_in_colour_does_not_change_what_the_network_takes(home):
    for path in (home / "insects").rglob("*.png"):
        Image.open(path).convert("L").save(path)
    config = read_config(RunDirectory(home / "run"))
    assert config.load_data()[0].image_shape == (3, 12, 12)
    grey = dataclasses.replace(config, input_shape=(1, 12, 12))
    write(home / "insects" / "ant", CLASSES["ant"], ["colour"])
    assert grey.load_data()[0].image_shape == (1, 12, 12)


def write_idx(folder, seed=0):
    """Small files in MNIST's format: 40 training and 20 test images."""
    rng = np.random.default_rng(seed)
    folder.mkdir()
    for part, count in (("train", 40), ("t10k", 20)):
        images, labels = rng.integers(0, 256, (count, 28, 28)), np.arange(count) % 10
        for stem, array in (("images-idx3", images), ("labels-idx1", labels)):
            sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
            content = bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()
            (folder / f"{part}-{stem}-ubyte").write_bytes(content)


def test_other_test_images_of_a_named_data_set_are_refused(badak, tmp_path):
    write_idx(tmp_path / "first")
    write_idx(tmp_path / "other", seed=1)
    options = ("--batch-size", "20", "--max-steps", "1", "--limit-test", "15", "--run-dir", "run")
    done = badak("train", "mnist", "--data-dir", "first", *options)
    assert done.code == 0, done.err
    config = tmp_path / "run" / "config.toml"
    for older in (False, True):
        if older:
            config.write_text(config.read_text().replace("test_images = 15\n", ""))
        for command in ("evaluate", "inspect"):
            done = badak(command, "run", "--data-dir", "other")
            assert done.code == 2
            assert re.search("test images of mnist.* run ", done.err)
        done = badak("evaluate", "run")
        assert done.code == 0, done.err
        assert "all; mean      20 " in done.out
    (tmp_path / "first").rename(tmp_path / "moved")
    assert badak("evaluate", "run", "--data-dir", "moved").code == 0


@pytest.mark.parametrize("recorded", [True, False])
def test_verify_resume_blames_a_bad_resume_alone(badak, home, monkeypatch, recorded):
    """If only RUN's record differs, RUN changed; tests/cli/test_flow.py tests that."""
    rows = (Comparison("conv1.weight", "", False), Comparison("RUN", "", recorded))
    report = ResumeReport(4, 2, rows)
    monkeypatch.setattr("badak.cli.verify_resume.verify_resume", lambda *_: report)
    done = badak("verify-resume", "run")
    assert "run differs" in done.err
