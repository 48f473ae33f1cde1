"""Networks for C and the page: each example of a layer, and combinations of layers.

All are small enough to run often; a new layer needs no line here.
"""

from functools import partial

import numpy as np

from badak import models
from badak.formats.steps.kinds import JOINS, LOWERINGS
from badak.formats.steps.lower import UNCHANGED
from badak.layers import (
    ELU,
    GELU,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Normalize,
    ReLU,
    Residual,
    Sigmoid,
    Tanh,
)
from badak.layers.base import Pointwise
from badak.network import Network
from layer_examples import EXAMPLES, ROW


def odd_windows():
    return Network(
        [
            Conv2d(6, (3, 2), stride=(1, 2), padding=((2, 0), (1, 3)), dilation=(2, 1), bias=False),
            LeakyReLU(0.2),
            MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), ceil_mode=True),
            Conv2d(9, 3, padding="same", groups=3),
            Sigmoid(),
            AvgPool2d((2, 3), stride=2, padding=(1, 1), ceil_mode=True, count_include_pad=False),
            BatchNorm2d(),
            Tanh(),
            AvgPool2d(3, stride=1, padding=1),
            Flatten(),
            Linear(5, bias=False),
        ],
        (2, 13, 17),
        seed=1,
    )


def blocks_in_blocks():
    inner = Residual([Conv2d(4, 3, padding=1), BatchNorm2d(), ELU(0.7), Dropout(0.3)])
    return Network(
        {
            "first conv": Conv2d(4, 3),
            "first-conv": LocalResponseNorm(size=4, alpha=0.3, beta=0.6, k=1.5),
            "block": Residual(
                {"in": inner, "gelu": GELU()}, [Conv2d(4, 1), GELU("tanh"), BatchNorm2d()]
            ),
            "pool": GlobalAvgPool2d(),
            "flat": Flatten(),
            "hidden": Linear(7),
            "tanh": Tanh(),
            "last": Linear(3),
            "drop": Dropout(),
        },
        (3, 9, 8),
        seed=2,
    )


def normed_in_blocks():
    """A block's first layer must not be fused with the one before, which the shortcut reads."""
    block = [BatchNorm2d(), ReLU(), Conv2d(4, 3, padding=1)]
    layers = [Conv2d(4, 3), Residual(block), Residual(block[1:]), Flatten(), Linear(4)]
    return Network(layers, (2, 7, 6), seed=4)


def nothing_computed():
    return Network([Flatten()], (1, 2, 3))


def ends_in_maps():
    return Network([ReLU(), Conv2d(4, 3), GlobalAvgPool2d(), Flatten()], (3, 6, 5), seed=3)


NETWORKS = {
    "odd": odd_windows,
    "nested": blocks_in_blocks,
    "normed": normed_in_blocks,
    "nothing": nothing_computed,
    "maps": ends_in_maps,
    "simple": lambda: models.SimpleConvNet(weight_init="he", filters=8, hidden_size=30),
    "lenet": models.LeNet5,
    "lenet1998": lambda: models.LeNet5(modern=False),
    "deep": lambda: models.DeepConvNet(filters=(3, 3, 4, 4, 6, 6)),
    "alexnet": lambda: models.AlexNet(
        10, image_size=32, filters=(4, 6, 6, 6, 4), hidden_sizes=(20, 20)
    ),
    "vgg11": lambda: models.VGG11(
        10, image_size=32, filters=((3,), (4,), (6, 6), (6, 6), (6, 6)), hidden_sizes=(12,)
    ),
    "resnet20": lambda: models.ResNet20(filters=(3, 4, 6), blocks=(1, 2, 2), image_size=20),
    "resnet18": lambda: models.ResNet18(
        10, image_size=20, filters=(3, 4, 6, 6), blocks=(1, 1, 1, 1)
    ),
}
NETWORKS |= {
    name: partial(
        example.network,
        # Numbers from -5 to 7.5: ReLU6, for example, has three pieces.
        before=[Normalize(0.4, 0.08)] if isinstance(example.layer, Pointwise) else [],
        after=[] if example.shape == ROW else [Flatten(), Linear(3)],
    )
    for name, example in EXAMPLES.items()
    if {type(example.layer), *(type(leaf) for _, leaf in example.layer.leaves(""))}
    <= {*LOWERINGS, *JOINS, *UNCHANGED}
}


def make(name):
    """The network, with other statistics and biases than at the start."""
    net, generator = NETWORKS[name](), np.random.default_rng(5)
    for key, array in net.state().items():
        if key.endswith(("bias", "running_mean")):
            array[...] = generator.normal(0, 0.2, array.shape)
        elif key.endswith("running_var"):
            array[...] = generator.uniform(0.5, 1.5, array.shape)
        elif "norm" in key and key.endswith("weight"):
            array[...] = generator.uniform(0.7, 1.3, array.shape)
    return net


def images(net, count, seed=0):
    return np.random.default_rng(seed).random((count, *net.input_shape), np.float32)
