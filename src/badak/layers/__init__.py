"""The layers, and the table by which files name them."""

from badak.layers.activation import ELU, GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from badak.layers.base import Layer
from badak.layers.conv import Conv2d
from badak.layers.dropout import Dropout
from badak.layers.flatten import Flatten
from badak.layers.linear import Linear
from badak.layers.loss import CrossEntropyLoss
from badak.layers.norm import BatchNorm2d, LocalResponseNorm
from badak.layers.pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Conv2d,
        Linear,
        MaxPool2d,
        AvgPool2d,
        GlobalAvgPool2d,
        ReLU,
        LeakyReLU,
        Sigmoid,
        Tanh,
        ELU,
        GELU,
        BatchNorm2d,
        LocalResponseNorm,
        Dropout,
        Flatten,
    )
}

__all__ = [
    "ELU",
    "GELU",
    "LAYERS",
    "AvgPool2d",
    "BatchNorm2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "GlobalAvgPool2d",
    "Layer",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "ReLU",
    "Sigmoid",
    "Tanh",
]
