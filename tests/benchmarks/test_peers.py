"""Every peer computes what badak computes: layers, loss and Adam."""

import importlib

import numpy as np
import pytest

from badak import models

# AlexNet has every kind of layer that the comparisons use; this small one takes a second.
SMALL = {
    "input_shape": (3, 67, 67),
    "filters": (8, 12, 12, 12, 8),
    "hidden_sizes": (16, 12),
    "num_classes": 5,
}
PEERS = ("badak", "torch-eager", "torch-channels-last", "onnxruntime", "jax")


def network(weight_init):
    return models.AlexNet(weight_init=weight_init, **SMALL)


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
def test_the_same_outputs(peer, kind):
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


def test_dropout_drops_in_training(peer):
    name, module = peer
    if name == "onnxruntime":
        pytest.skip("it does not train")
    cases = importlib.import_module("cases")
    task, _ = cases.task_of(cases.Case("train", network, batch=4))
    with_dropout, without = (
        float(module.prepare(one, name)()) for one in (task, task.without_dropout())
    )
    assert abs(with_dropout - without) > 1e-3
