"""Every peer computes what badak computes: layers, loss and Adam."""

import importlib

import numpy as np
import pytest

from badak import Network, models
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    ReLU,
    ReLU6,
    Residual,
    Widen2d,
)

SMALL = {
    "input_shape": (3, 67, 67),
    "filters": (8, 12, 12, 12, 8),
    "hidden_sizes": (16, 12),
    "num_classes": 5,
}
PEERS = ("badak", "torch-eager", "torch-channels-last", "onnxruntime", "jax")


def alexnet(weight_init):
    return models.AlexNet(weight_init=weight_init, **SMALL)


def blocks(weight_init):
    """Every kind of layer that AlexNet has not, on images that are not square."""

    def conv(channels, kernel, stride=1, padding="same", **more):
        return Conv2d(channels, kernel, stride, padding, weight_init=weight_init, **more)

    body = [conv(12, 3, 2, groups=2), BatchNorm2d(), ReLU6(), Dropout(0.2), conv(16, 1)]
    return Network(
        [
            *(conv(8, (4, 3), 2, bias=False), BatchNorm2d(eps=1e-3), ReLU()),
            MaxPool2d(3, 2, 1),
            *(conv(8, 5, groups=8, bias=False), BatchNorm2d(), ReLU6()),
            Residual(body, [conv(16, 1, 2, bias=False), BatchNorm2d()]),
            ReLU(),
            Residual([conv(24, 3, (1, 2), ((1, 1), (0, 1)))], [Widen2d(24, (1, 2))]),
            *(AvgPool2d(2), GlobalAvgPool2d(), Flatten(), Linear(5, weight_init=weight_init)),
        ],
        (3, 41, 46),
    )


NETWORKS = {"alexnet": alexnet, "blocks": blocks}


@pytest.fixture(params=NETWORKS)
def network(request):
    return NETWORKS[request.param]


@pytest.fixture(params=PEERS)
def peer(request):
    peers = importlib.import_module("cases").PEERS
    for library in peers[request.param].libraries:
        pytest.importorskip(library)
    return request.param, importlib.import_module(peers[request.param].module)


def expected(task):
    """badak's outputs, computed by the reference."""
    from badak import ops

    bench = importlib.import_module("bench_badak")
    with ops.use("reference"):
        step = bench.prepare(task, "badak")
        return [step() for _ in range(3)] if task.kind == "train" else step()


@pytest.mark.parametrize("kind", ["forward", "train"])
def test_the_same_outputs(peer, network, kind):
    name, module = peer
    cases = importlib.import_module("cases")
    if not any(
        importlib.import_module("fnmatch").fnmatch(f"alexnet-{kind}", pattern)
        for pattern in cases.PEERS[name].cases
    ):
        pytest.skip("ONNX Runtime does not train")
    task, _ = cases.task_of(cases.Case(kind, network, batch=4))
    task = task.without_dropout()
    task.arrays["x"] *= 30  # or normalisation, beside its k of 2, would not show
    step = module.prepare(task, name)
    outputs = [float(step()) for _ in range(3)] if kind == "train" else np.asarray(step())
    np.testing.assert_allclose(
        outputs, expected(task), rtol=1e-2 if kind == "train" else 1e-3, atol=1e-4
    )


def test_dropout_drops_in_training(peer, network):
    name, module = peer
    if name == "onnxruntime":
        pytest.skip("it does not train")
    cases = importlib.import_module("cases")
    task, _ = cases.task_of(cases.Case("train", network, batch=4))
    with_dropout, without = (
        float(module.prepare(one, name)()) for one in (task, task.without_dropout())
    )
    assert abs(with_dropout - without) > 1e-3
