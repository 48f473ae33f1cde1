"""Two networks side by side: the numbers are badak.inspect's; and the list of runs."""

import shutil

import numpy as np
import pytest

from badak import data, inspect, models
from badak.cli.app import main
from badak.errors import BadakError
from badak.inspect import Predictions
from badak.training import RunDirectory
from badak.web.answers.compare import _shared
from badak.web.answers.runs import runs
from badak.web.evaluations import Judged
from badak.web.session import Session


@pytest.fixture(scope="module")
def both(session, _one_run, tmp_path_factory):
    """A run in the runs folder, and a LeNet-5 that was sent: two ids, two networks."""
    shutil.copytree(_one_run, session.runs_dir / "first")
    path = tmp_path_factory.mktemp("sent") / "other.safetensors"
    models.LeNet5(input_shape=(1, 28, 28), seed=3).save(path)
    sent = session.send("other.safetensors", path.read_bytes())
    nets = [session.network(name).subject.net for name in ("run/first", sent.id)]
    return ("run/first", sent.id), nets


def test_the_numbers_are_the_librarys(until_ready, session, both):
    (first, second), nets = both
    _, test = data.load("digits")
    found = [inspect.predictions(net, test[:30]) for net in nets]
    facts, arrays = until_ready("compare", first=first, second=second)
    expected = inspect.compare(*found)
    assert facts["images"] == 30
    assert facts["p_value"] == expected.p_value
    for name in ("only_first", "only_second"):
        assert facts[name] == len(getattr(expected, name))
    for name in ("both_right", "both_wrong"):
        assert facts[name] == getattr(expected, name)
    for side, net, own in zip(facts["sides"], nets, found, strict=True):
        of = inspect.metrics(own)
        assert (side["accuracy"], side["interval"]) == (of.accuracy, list(of.interval))
        assert side["macro_f1"] == of.macro_f1
        assert side["parameters"] == net.summary().parameters
        assert side["calibration_error"] == inspect.reliability(own).error
    run = RunDirectory(session.runs_dir / "first")
    assert facts["sides"][0]["bytes"] == run.best.stat().st_size
    assert (facts["sides"][0]["model"], facts["sides"][1]["model"]) == ("simple", "")
    curve = inspect.learning_curve(run)
    for name in ("epochs", "train_loss", "validation_accuracy"):
        np.testing.assert_allclose(arrays[f"0.{name}"], getattr(curve, name), rtol=1e-6)
    assert not [name for name in arrays if name.startswith("1.")]  # a file has no curve


def test_disagreements_are_the_images_that_one_alone_gets_right(until_ready, both):
    (first, second), nets = both
    _, test = data.load("digits")
    found = [inspect.predictions(net, test[:30]) for net in nets]
    expected = inspect.compare(*found)
    for right, places, wrong in (
        ("first", expected.only_first, found[1]),
        ("second", expected.only_second, found[0]),
    ):
        facts, arrays = until_ready(
            "disagreements", first=first, second=second, right=right, count=48
        )
        rows = [image["index"] for image in facts["images"]]
        assert sorted(rows) == places.tolist()
        assert facts["total"] == len(arrays["pictures"]) == len(places)
        assert [image["predicted"] for image in facts["images"]] == wrong.predicted[rows].tolist()
        sure = [image["confidence"] for image in facts["images"]]
        assert sure == sorted(sure, reverse=True)
    assert len(expected.only_first) + len(expected.only_second) > 0


def test_a_network_agrees_with_itself(until_ready):
    facts, _ = until_ready("compare", first="fresh", second="")
    assert (facts["only_first"], facts["only_second"], facts["p_value"]) == (0, 0, 1.0)
    assert facts["both_right"] + facts["both_wrong"] == facts["images"] == 360


def test_a_run_with_a_limit_is_compared_on_the_images_that_both_saw(until_ready, session, both):
    facts, _ = until_ready("compare", first="fresh", second="run/first")
    assert facts["images"] == 30


def test_runs_of_other_data_sets_are_refused(client, session, both, tmp_path):
    config = session.runs_dir / "second" / "config.toml"
    shutil.copytree(session.runs_dir / "first", config.parent)
    config.write_text(config.read_text().replace('"digits"', '"mnist"'))
    reply = client.post("/api/ask/compare", json={"first": "run/first", "second": "run/second"})
    assert reply.status_code == 400
    assert "first and second were tested on images of different data sets" in reply.json()["error"]
    assert "'digits' and 'mnist'" in reply.json()["error"]


def test_two_folds_with_equal_labels_are_not_the_same_images():
    def judged(images):
        shares = np.full((40, 2), 0.5, np.float32)
        return Judged(Predictions(images.labels, shares, ("a", "b")), images, np.arange(40))

    labels, draw = np.arange(40) % 2, np.random.default_rng(0)
    one, other = (data.Dataset(draw.random((40, 1, 3, 2)), labels) for _ in range(2))
    assert len(_shared(judged(one), judged(one))[0].places) == 40
    with pytest.raises(BadakError, match="not tested on the same images"):
        _shared(judged(one), judged(other))


def test_speed_is_measured_on_single_images(ask):
    facts, _ = ask("speed")
    assert 0 < facts["low"] <= facts["median"] <= facts["high"]
    assert facts["rounds"] >= 1
    assert facts["threads"] >= 1


def test_the_list_of_runs_is_that_of_badak_runs(trained, tmp_path, capsys):
    session = Session(runs_dir=tmp_path / "runs")
    shutil.copytree(trained, session.runs_dir / "first")
    damaged = shutil.copytree(trained, session.runs_dir / "second")
    (damaged / "history.csv").write_text("nonsense\n")
    (session.runs_dir / "no run").mkdir()
    facts = runs(session).facts
    assert facts["total"] == 1
    (run,) = facts["runs"]
    assert (run["network"], run["data"], run["model"]) == ("run/first", "digits", "simple")
    assert (run["epochs"], run["of"], run["input"], run["classes"]) == (2, 2, [1, 28, 28], 10)
    assert run["bytes"] == (trained / "model.safetensors").stat().st_size
    assert run["changed"] == pytest.approx((trained / "history.csv").stat().st_mtime, abs=5)
    assert "history.csv must begin with" in facts["left_out"][0]
    with pytest.raises(SystemExit):
        main(["runs", str(session.runs_dir)])
    assert f"{run['accuracy']:.4f}" in capsys.readouterr().out


def test_without_runs_the_list_is_empty(tmp_path):
    facts = runs(Session(runs_dir=tmp_path / "runs")).facts
    assert (facts["runs"], facts["left_out"], facts["total"]) == ([], [], 0)
