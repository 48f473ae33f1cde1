"""The numbers of the view Results are badak.inspect's, and each cell holds its images."""

import numpy as np
import pytest
from PIL import Image

from badak import data, inspect, models
from badak.cli.app import main
from badak.web.answers.results import results
from badak.web.networks import about
from badak.web.pictures import pictures
from badak.web.session import Session


@pytest.fixture
def predicted():
    """The test images, and what the network that a session begins with predicts."""
    _, test = data.load("digits")
    return test, inspect.predictions(models.SimpleConvNet(), test)


def test_the_numbers_are_the_librarys(until_ready, predicted):
    test, found = predicted
    facts, arrays = until_ready("results")
    of, bins = inspect.metrics(found), inspect.reliability(found)
    classes = inspect.per_class_accuracy(found)
    assert facts["classes"] == list(test.class_names)
    assert (facts["images"], facts["total"]) == (360, 360)
    assert facts["wrong"] == found.wrong.sum()
    assert facts["accuracy"] == of.accuracy
    assert facts["interval"] == list(of.interval)
    assert facts["macro_f1"] == of.macro_f1
    assert facts["f1_interval"] == list(of.f1_interval)
    assert facts["top"] == inspect.top_k_accuracy(found)
    assert facts["calibration_error"] == bins.error
    assert facts["mean_confidence"] == bins.mean_confidence
    expected = {
        "confusion": inspect.confusion_matrix(found).counts,
        "right": classes.right,
        "low": classes.low,
        "high": classes.high,
        "support": of.support,
        "precision": of.precision,
        "recall": of.recall,
        "f1": of.f1,
        "edges": bins.edges,
        "counts": bins.counts,
        "confidence": bins.confidence,
        "correct": bins.accuracy,
    }
    assert set(arrays) == set(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(arrays[name], array.astype(arrays[name].dtype), name)


def test_a_cell_holds_its_images_the_surest_first(until_ready, predicted):
    test, found = predicted
    counts = inspect.confusion_matrix(found).counts
    truth, answer = np.unravel_index((counts * (1 - np.eye(10))).argmax(), counts.shape)
    facts, arrays = until_ready("cell", truth=int(truth), predicted=int(answer), count=5)
    assert facts["total"] == counts[truth, answer]
    sure = [image["confidence"] for image in facts["images"]]
    assert sure == sorted(sure, reverse=True)
    for image in facts["images"]:
        row = image["index"]
        assert image["truth"] == truth == test.labels[row]
        assert image["predicted"] == answer == found.predicted[row]
        assert image["confidence"] == found.confidence[row]
        assert image["own"] == found.probabilities[row, truth]
    places = [image["index"] for image in facts["images"]]
    np.testing.assert_array_equal(arrays["pictures"], np.rint(test.images[places] * 255))


def test_all_cells_together_are_all_images_once(until_ready, predicted):
    _, found = predicted
    seen = []
    for answer in range(10):
        total, start = 1, 0
        while start < total:
            facts, _ = until_ready("cell", predicted=answer, start=start, count=48)
            seen += [image["index"] for image in facts["images"]]
            total, start = facts["total"], start + 48
        assert total == (found.predicted == answer).sum()
    assert sorted(seen) == list(range(360))


def test_of_right_answers_the_least_sure_come_first(until_ready, predicted):
    _, found = predicted
    label = int(np.bincount(found.predicted[~found.wrong]).argmax())
    facts, _ = until_ready("cell", truth=label, predicted=label)
    sure = [image["confidence"] for image in facts["images"]]
    assert sure == sorted(sure)
    assert sure


def test_the_surest_mistakes_are_the_librarys(until_ready, predicted):
    test, found = predicted
    facts, _ = until_ready("mistakes", start=3, count=7)
    expected = inspect.misclassified(found, test, 10)
    assert [image["index"] for image in facts["images"]] == expected.places[3:].tolist()
    assert facts["total"] == expected.wrong


@pytest.mark.parametrize(
    ("question", "arguments", "words"),
    [
        ("cell", {"truth": 10}, "truth must be at most 9; got 10"),
        ("cell", {"predicted": -1}, "predicted must be at least 0; got -1"),
        ("cell", {"count": 49}, "count must be at most 48; got 49"),
        ("mistakes", {"start": -1}, "start must be at least 0; got -1"),
        ("results", {"network": "file/none"}, "no network 'file/none' is open"),
        ("results", {"network": "run/../secret"}, "a run's name"),
    ],
)
def test_what_does_not_exist_is_refused_in_words(client, until_ready, question, arguments, words):
    until_ready("results")
    reply = client.post(f"/api/ask/{question}", json=arguments)
    assert 400 <= reply.status_code < 500
    assert words in reply.json()["error"]


def test_a_file_is_measured_by_the_images_of_a_run(until_ready, session, tmp_path, predicted):
    test, _ = predicted
    net = models.SimpleConvNet(seed=5)
    net.save(tmp_path / "own.safetensors")
    sent = session.send("own.safetensors", (tmp_path / "own.safetensors").read_bytes())
    facts, _ = until_ready("results", network=sent.id, images="fresh")
    assert facts["accuracy"] == net.evaluate(test).accuracy


def test_a_file_without_images_is_told_what_to_do(client, session, tmp_path):
    models.SimpleConvNet().save(tmp_path / "own.safetensors")
    sent = session.send("own.safetensors", (tmp_path / "own.safetensors").read_bytes())
    reply = client.post("/api/ask/results", json={"network": sent.id})
    assert reply.status_code == 400
    assert "own.safetensors came without test images: choose a run" in reply.json()["error"]


def _ready(question, session):
    """The facts, once the images are predicted."""
    while not (facts := question(session).facts)["ready"]:
        pass  # each question waits a little
    return facts


def test_a_run_is_measured_on_its_own_test_images(trained):
    facts = _ready(results, Session(trained, runs_dir=trained.parent))
    assert facts["images"] == 30
    assert facts["data"] == "digits"
    assert facts["best"]["epochs"] == 2
    assert facts["best"]["on"] == "test images"


def test_pictures_keep_colours_and_one_scale():
    images = np.zeros((2, 3, 4, 5), np.float32)
    images[0, 0, 0, 0], images[1, 2, 3, 4] = 2.0, -2.0
    made = pictures(images)
    assert made.shape == (2, 3, 4, 5)
    assert (made[0, 0, 0, 0], made[1, 2, 3, 4], made[0, 1, 0, 0]) == (255, 0, 128)
    large = np.arange(200 * 100, dtype=np.float32).reshape(1, 1, 200, 100) / 2e4
    small = pictures(np.repeat(large, 2, axis=1))
    assert small.shape == (1, 1, 66, 33)
    assert abs(int(small.mean()) - 127) < 3


def test_the_code_of_a_run_measures_the_same_images(trained):
    session = Session(trained, runs_dir=trained.parent)
    code = about(session.network())["code"]
    names = {}
    exec("\n".join(["import badak", *code["network"], *code["images"]]), names)
    facts = _ready(results, session)
    assert len(names["test"]) == facts["images"] == 30
    assert names["net"].evaluate(names["test"]).accuracy == facts["accuracy"]


def test_the_code_of_a_folders_run_measures_the_same_images(tmp_path):
    generator = np.random.default_rng(0)
    for number in range(40):
        folder = tmp_path / "photos" / ("cat" if number % 2 else "dog")
        folder.mkdir(parents=True, exist_ok=True)
        pixels = generator.integers(0, 256, (10, 12, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    words = ["train", f"folder:{tmp_path / 'photos'}", "--image-size", "8", "--epochs", "1"]
    with pytest.raises(SystemExit):
        main([*words, "--layers", "flatten, linear 2", "--run-dir", str(tmp_path / "runs" / "one")])
    session = Session(tmp_path / "runs" / "one", runs_dir=tmp_path / "runs")
    facts = _ready(results, session)
    code = about(session.network())["code"]
    names = {}
    exec("\n".join(["import badak", *code["network"], *code["images"]]), names)
    assert len(names["test"]) == facts["images"]
    assert names["net"].evaluate(names["test"]).accuracy == facts["accuracy"]
    assert facts["classes"] == list(names["test"].class_names) == ["cat", "dog"]
    assert facts["top"] is None  # among the first five of two is no news
