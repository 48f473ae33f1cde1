"""A network with every kind of state, and a batch for it."""

import numpy as np
import pytest

from badak import Network
from badak.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU

LAYERS = [
    Conv2d(4, 3, padding=1),
    BatchNorm2d(),
    ReLU(),
    MaxPool2d(2),
    Dropout(0.5),
    Flatten(),
    Linear(3),
]


@pytest.fixture
def net():
    return Network(LAYERS, (2, 6, 8), seed=1)


@pytest.fixture
def batch():
    generator = np.random.default_rng(0)
    return generator.random((5, 2, 6, 8), dtype=np.float32), np.array([0, 1, 2, 0, 1])
