"""The book's names: labels, curves and words that do not fit."""

import contextlib
import io
import sys
from unittest import mock

import numpy as np

from badak import book
from badak.book.__main__ import main

Y = np.full((2, 3), 1 / 3)


def _no_script(_):
    stderr = io.StringIO()
    with mock.patch.object(sys, "argv", ["", "trian.py"]), contextlib.redirect_stderr(stderr):
        main()
    return stderr.getvalue().rstrip()


CALLS = {
    "three labels for two rows": lambda _: book.cross_entropy_error(Y, np.array([0, 1, 2])),
    "a label beyond the classes": lambda _: book.cross_entropy_error(Y, np.array([0, 3])),
    "a curve of 10 values": lambda _: book.smooth_curve(range(10)),
    "fewer labels than images": lambda _: book.shuffle_dataset(np.ones((3, 2)), np.ones(2)),
    "numerical gradient of integers": lambda _: book.numerical_gradient(np.sum, np.array([1])),
    "numerical gradient with dropout": lambda _: book.MultiLayerNetExtend(
        2, [2], 2, use_dropout=True
    ).numerical_gradient(Y, np.array([0, 1])),
    "activation tanh": lambda _: book.MultiLayerNet(2, [2], 2, activation="tanh"),
    "weight_init_std glorot": lambda _: book.MultiLayerNet(2, [2], 2, weight_init_std="glorot"),
    "a misspelt script": _no_script,
}
