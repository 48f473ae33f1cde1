"""The layer editor's answers: shapes, faults and examples while one types and chooses."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from badak import BadakError, Network, data, inspect, models
from badak import layers as known
from badak.cli.config import RunConfig
from badak.data.augment import named
from badak.training import RunDirectory
from badak.web.answers.editor import check_layers, examples, model_layers
from badak.web.answers.training import datasets

MNIST = [1, 28, 28]
TEXT = "conv 8 3 stride=2, relu, flatten, linear 10"


def test_layers_are_described_with_their_places():
    facts = check_layers(None, text=TEXT, shape=MNIST, classes=10).facts
    summary = Network([eval(call, vars(known)) for call in facts["python"]], MNIST).summary()
    for layer, row in zip(facts["layers"], summary.rows, strict=True):
        assert layer["shape"] == list(row.output_shape)
        assert layer["sees"] == list(row.receptive_field)
        assert (layer["parameters"], layer["flops"]) == (row.parameters, row.flops)
    assert (facts["parameters"], facts["flops"]) == (summary.parameters, summary.flops)
    assert TEXT[facts["layers"][1]["start"] : facts["layers"][1]["end"]] == "relu"
    assert facts["layers"][0]["formula"] == "(28 + 0 - 2 - 1) // 2 + 1 = 13"
    assert facts["faults"] == []


def test_a_fault_keeps_the_layers_before_it():
    facts = check_layers(None, text="conv 8 3, pool 99, relu", shape=MNIST, classes=10).facts
    assert [layer["name"] for layer in facts["layers"]] == ["conv1"]
    assert (facts["faults"][0]["start"], facts["faults"][0]["end"]) == (10, 17)
    assert facts["python"] is None


@pytest.mark.parametrize("shape", [[1, 28], [1, 28, 0], [0, 1, 1], [1, 2**40, 2**40]])
def test_an_impossible_image_is_refused(shape):
    with pytest.raises(BadakError, match="input_shape"):
        check_layers(None, text=TEXT, shape=shape)


def test_a_model_is_a_text_if_it_can_be_typed():
    facts = model_layers(None, model="lenet", shape=MNIST, classes=7).facts
    again = check_layers(None, text=facts["text"], shape=MNIST, classes=7).facts
    assert again["faults"] == []
    assert again["parameters"] == models.LeNet5(7).summary().parameters == facts["parameters"]
    assert model_layers(None, model="resnet20", shape=MNIST, classes=10).facts["text"] is None
    with pytest.raises(BadakError, match=r"model must be one of.*'lennet'"):
        model_layers(None, model="lennet", shape=MNIST, classes=7)


def test_a_model_says_which_images_are_too_small():
    facts = model_layers(None, model="simple", shape=[1, 3, 3], classes=10).facts
    assert (facts["layers"], facts["text"]) == ([], None)
    assert "'conv1': a 5x5 kernel" in facts["faults"][0]["message"]


@pytest.mark.parametrize(
    ("more", "words"),
    [({"shape": [4, 300, 300]}, "pixels of shape.*262144"), ({"classes": 10**6}, "classes.*10000")],
)
def test_a_huge_model_is_not_built(more, words):
    with pytest.raises(BadakError, match=words):
        model_layers(None, **{"model": "simple", "shape": MNIST, "classes": 10, **more})


def test_examples_are_what_training_sees(session):
    answer = examples(session, dataset="digits", augment="shift", count=4, seed=3)
    images, variants = answer.arrays["images"], answer.arrays["variants"]
    assert answer.facts["labels"] == [0, 1, 2, 3]
    train, _ = data.load("digits")
    firsts = [int(np.flatnonzero(train.labels == label)[0]) for label in range(4)]
    np.testing.assert_array_equal(images, train.images[firsts])
    wanted = inspect.augmentation(train, named("shift"), 4, len(variants), seed=3)
    np.testing.assert_array_equal(variants, wanted.variants)
    assert not np.array_equal(variants[0], images)


def test_examples_that_are_mixed_say_how(session):
    answer = examples(session, dataset="digits", augment="flip,mixup", count=3)
    shares = answer.arrays["shares"]
    np.testing.assert_allclose(shares.sum(-1), 1, rtol=1e-6)
    assert shares.shape == (*answer.arrays["variants"].shape[:2], 10)


def test_examples_as_they_are(session):
    assert set(examples(session, dataset="digits").arrays) == {"images"}


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"dataset": "folder:/etc"}, "dataset must be one of"),
        ({"dataset": "digits", "augment": "shft"}, "augment must name.*'shft'.*'shift'"),
        ({"dataset": "digits", "count": 0}, "count must be at least 1"),
        ({"dataset": "digits", "count": 10_000}, "count must be at most 12"),
    ],
)
def test_wrong_choices_are_refused(session, choices, words):
    with pytest.raises(BadakError, match=words):
        examples(session, **choices)


def test_a_folder_that_a_run_learnt_from_has_examples(session, tmp_path):
    photos = tmp_path / "photos"
    for place, level in ("train/ant", 10), ("train/bee", 70), ("test/ant", 130), ("test/bee", 190):
        (photos / place).mkdir(parents=True)
        for number in range(3):
            image = Image.fromarray(np.full((9, 9, 3), level + number, np.uint8))
            image.save(photos / place / f"{number}.png")
    with pytest.raises(BadakError, match="dataset must be one of"):
        examples(session, dataset=f"folder:{photos}")
    run = RunDirectory(session.runs_dir / "insects")
    run.path.mkdir(parents=True)
    config = RunConfig(f"folder:{photos}", "lenet", 1, "adam", 0)
    replace(config, class_names=("ant", "bee"), input_shape=(1, 32, 32), train_images=6).save(run)
    answer = examples(session, dataset=f"folder:{photos}", augment="flip")
    assert answer.facts["classes"] == ["ant", "bee"]
    assert answer.arrays["variants"].shape[2:] == (1, 32, 32)
    replace(config, class_names=("ant", "bee"), input_shape=(1, 64, 64), image_size=64).save(run)
    assert examples(session, dataset=f"folder:{photos}").arrays["images"].shape[1:] == (1, 64, 64)
    (folder,) = (entry for entry in datasets(session) if entry["name"] == f"folder:{photos}")
    assert (folder["shape"], folder["image_size"]) == ((1, 64, 64), 64)
