"""Networks that no C file and no web page can hold."""

import numpy as np

from badak import Network
from badak.formats.c.source import c_source
from badak.formats.page.html import html_page
from badak.layers import Conv2d, EuclideanRBF, Flatten, Linear, Residual
from badak.models import SimpleConvNet
from own_layer import Own


def _network(*layers):
    return Network([*layers, Flatten(), Linear(2)], (1, 4, 4), seed=1)


def _nan():
    net = _network(Conv2d(2, 3))
    net.parameters()["conv1.weight"][0] = np.inf
    return net


IMAGES = np.random.default_rng(0).random((4, 1, 4, 4), np.float32)

CALLS = {
    "C: own layers": lambda folder: c_source(_network(Own(), Residual([Own()])), "net"),
    "C: weights that are not finite": lambda folder: c_source(_nan(), "net"),
    "C: a header of C": lambda folder: c_source(_network(), "math"),
    "C: class names": lambda folder: c_source(_network(), "net", ["a"]),
    "C: too many weights": lambda folder: c_source(
        Network([Flatten(), Linear(2**11), Linear(2**14)], (1, 2, 2)), "net"
    ),
    "C: int8 without images": lambda folder: c_source(_network(), "n", calibration=IMAGES[:0]),
    "C: int8 of other images": lambda folder: c_source(
        _network(), "n", calibration=IMAGES[:, :, 1:]
    ),
    "C: int8, codes amid layers": lambda folder: c_source(
        Network([Flatten(), EuclideanRBF(3), Linear(2)], (1, 4, 4)), "n", calibration=IMAGES
    ),
    "page: own layers": lambda folder: html_page(_network(Own()), "Page"),
    "page: weights that are not finite": lambda folder: html_page(_nan(), "Page"),
    "page: class names": lambda folder: html_page(_network(), "Page", ["one"]),
    "page: digits of another size": lambda folder: html_page(_network(), "Page", prepare="digit"),
    "page: class names twice": lambda folder: html_page(SimpleConvNet(), "Page", ["a"] * 3),
}
