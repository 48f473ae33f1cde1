"""The images per class that `badak train` counts, and its caution if they are few."""

import re

import numpy as np

from badak import data
from badak.cli import counts
from badak.cli.splits import Parts
from cli.test_changed_data import CLASSES, write


def test_counts_per_class_are_shown_with_a_caution(badak, tmp_path):
    sizes = {"ant": (30, 12), "bee": (4, 15), "cat": (11, 2)}
    for name, numbers in sizes.items():
        for part, count, seed in zip(("train", "test"), numbers, (0, 1), strict=True):
            write(tmp_path / "insects" / part / name, CLASSES[name], range(count), seed)
    done = badak("train", "folder:insects", "--image-size", "12", "--epochs", "1")
    assert done.code == 0, done.err
    assert re.search("45 images.*, 29 ", done.out)
    assert "per class, training + test: ant: 30 + 12; bee: 4 + 15; cat: 11 + 2" in done.out
    assert re.search("Caution: fewer than 10 images.*: bee: 4; ", done.err)
    assert re.search("Caution: fewer than 10 images.* test.*: cat: 2; ", done.err)


def test_counts_of_many_classes_take_one_line():
    names = [f"class {k}" for k in range(100)]
    labels = np.arange(100).repeat(np.arange(100) % 7 + 8)
    part = data.Dataset(np.zeros((len(labels), 1, 1, 1)), labels, names)
    assert (
        counts.per_class(Parts(part, None, part[:0])) == "per class: 8 to 14 training, 0 to 0 test"
    )
    words = list(counts.cautions(part, part))
    assert words[0].startswith("fewer than 10 images to learn from: class 0: 8, class 7: 8, ")
    assert "and 25 more; " in words[0]
