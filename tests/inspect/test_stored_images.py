"""Images in a file give what an array gives, and nobody reads them all at once."""

import numpy as np
import pytest

from badak import Network, Trainer, inspect
from badak.data import Dataset
from badak.data.augment import Flip
from badak.data.stored import StoredImages
from badak.data.stored_file import FileRows
from badak.formats.steps.lower import lowered
from badak.formats.steps.quantise import quantised
from badak.formats.steps.run_int8 import logits
from badak.layers import Conv2d, CrossEntropyLoss, Flatten, Linear, MaxPool2d, ReLU
from badak.training.checkpoint import fingerprint

SHAPE = (3, 8, 10)


def network():
    layers = [Conv2d(4, 3, weight_init="he"), ReLU(), MaxPool2d(2), Flatten(), Linear(3)]
    return Network(layers, SHAPE, seed=0)


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """The same 300 images in a file and in an array; reading all of the file fails."""
    pixels = np.random.default_rng(0).integers(0, 256, (300, *SHAPE), np.uint8)
    labels = np.arange(300) % 3
    (tmp_path / "rows").write_bytes(pixels.tobytes())
    rows = FileRows(tmp_path / "rows", pixels.shape, pixels.dtype)
    honest = StoredImages._floats

    def in_blocks(self, places):
        assert len(places) <= 256, "all images are read at once"
        return honest(self, places)

    monkeypatch.setattr("badak.inspect.evaluation.nearest.BLOCK", 2**14)
    monkeypatch.setattr("badak.training.checkpoint.HASHED", 2**14)
    monkeypatch.setattr(StoredImages, "_floats", in_blocks)
    return Dataset(StoredImages(rows), labels), Dataset(pixels, labels)


def ignoring(net, data):
    net.loss = CrossEntropyLoss(ignore_index=1)
    return net.evaluate(data)


def trained(net, data):
    trainer = Trainer(net, epochs=1, batch_size=64, augment=Flip(), snapshots=2, progress=False)
    trainer.fit(data, validation=data[40:])
    return [*net.parameters().values(), *trainer.snapshots.arrays().values()]


ASKED = {
    "evaluate": lambda net, data: net.evaluate(data),
    "evaluate some labels": ignoring,
    "predict": lambda net, data: net.predict_proba(data.images),
    "predictions": lambda net, data: inspect.predictions(net, data).confidence,
    "misclassified": lambda net, data: inspect.misclassified(net, data, 5).images,
    "nearest": lambda net, data: inspect.nearest(data, data.images[3], k=4).distances,
    "robustness": lambda net, data: inspect.shift_robustness(net, data, 1).accuracy,
    "top patches": lambda net, data: inspect.top_patches(net, data, "conv1", 1, k=4).patches,
    "precision": lambda net, data: inspect.precision(net, data, "float16").layers[-1].error,
    "int8": lambda net, data: logits(quantised(lowered(net, "C"), data.images[:50]), data.images),
    "embedding": lambda net, data: inspect.embedding(net, data, "linear1").points,
    "features": lambda net, data: net.features(data.images),
    "nearest by features": lambda net, data: (
        inspect.nearest(data, data.images[3], k=4, net=net).distances
    ),
    "fingerprint": lambda net, data: int(fingerprint(data), 16) % 2**32,
    "train": trained,
}


@pytest.mark.parametrize("question", ASKED)
def test_the_same_answer(pair, question):
    stored, array = (ASKED[question](network(), data) for data in pair)
    if not isinstance(array, list):
        stored, array = [stored], [array]
    for one, other in zip(stored, array, strict=True):
        np.testing.assert_array_equal(one, other)
