"""Plans: a recorded pass gives what the layers give one by one, and sees every change."""

import threading
import tracemalloc

import numpy as np
import pytest

from badak import models, ops
from badak.errors import BadakError
from badak.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
)
from badak.network import Network
from badak.optim import Adam
from badak.training import Trainer

pytest.importorskip("badak._core")


@pytest.fixture(autouse=True)
def _native():
    with ops.use("native"):
        yield


def simple(fuse=True):
    layers = models.SimpleConvNet(weight_init="he").layers
    return Network(layers, (1, 28, 28), fuse=fuse)


def mixed(fuse=True):
    layers = [
        Conv2d(8, 3, padding=1, bias=False),
        BatchNorm2d(),
        ReLU(),
        MaxPool2d(2),
        Conv2d(12, 3, stride=2, padding=1, groups=4),
        ReLU(),
        LocalResponseNorm(3),
        Dropout(0.3),
        Conv2d(6, (2, 3)),
        AvgPool2d(2),
        Flatten(),
        Linear(20),
        ReLU(),
        Dropout(0.5),
        Linear(10),
    ]
    return Network(layers, (1, 28, 28), seed=3, fuse=fuse)


NETS = {"simple": simple, "mixed": mixed}


def batch(count=17, seed=0):
    generator = np.random.default_rng(seed)
    images = generator.standard_normal((count, 1, 28, 28)).astype(np.float32)
    return images, generator.integers(0, 10, count)


def close(result, wanted, what=""):
    scale = float(np.abs(wanted).max(initial=0))
    np.testing.assert_allclose(result, wanted, rtol=1e-4, atol=2e-5 * scale, err_msg=what)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("count", [0, 1, 17])
def test_a_plan_predicts_what_the_layers_predict(name, count):
    fused, plain = NETS[name](), NETS[name](fuse=False)
    for seed in range(3):  # recorded, then run again on other images
        images, _ = batch(count, seed)
        close(fused(images), plain(images))


@pytest.mark.parametrize("name", NETS)
def test_a_plan_gives_the_layers_gradients(name):
    fused, plain = NETS[name](), NETS[name](fuse=False)
    for seed in range(3):
        images, labels = batch(seed=seed)
        result, wanted = (net.forward_backward(images, labels, need_grad_x=True)
                          for net in (fused, plain))  # fmt: skip
        assert abs(result.loss - wanted.loss) < 1e-5 * abs(wanted.loss)
        close(result.logits, wanted.logits)
        close(result.grad_x, wanted.grad_x, "images")
        assert list(result.gradients) == list(wanted.gradients)
        for key, gradient in wanted.gradients.items():
            close(result.gradients[key], gradient, key)
        for key, array in plain.state().items():  # running statistics moved alike
            close(fused.state()[key], array, key)


def test_a_parameter_changed_or_replaced_is_seen_by_the_next_pass():
    fused, plain = simple(), simple(fuse=False)
    images, labels = batch()
    fused(images)
    fused.forward_backward(images, labels)
    for change in ("in place", "replaced"):
        for net in (fused, plain):
            for layer in net.layers.values():
                for key, array in layer.parameters.items():
                    if change == "in place":
                        array *= 1.25
                    else:
                        layer.parameters[key] = array * np.float32(0.75)
        close(fused(images), plain(images), change)
        result, wanted = (net.forward_backward(images, labels) for net in (fused, plain))
        for key, gradient in wanted.gradients.items():
            close(result.gradients[key], gradient, f"{key} {change}")


def test_results_are_the_callers_own():
    net = simple()
    first, labels = batch()
    kept = net(first)
    step = net.forward_backward(first, labels)
    before = [kept.copy(), step.logits.copy(), *(g.copy() for g in step.gradients.values())]
    other = batch(seed=1)
    net(other[0])
    net.forward_backward(*other)
    for array, old in zip([kept, step.logits, *step.gradients.values()], before, strict=True):
        np.testing.assert_array_equal(array, old)


def test_two_threads_predict_at_once_what_one_predicts():
    net = mixed()
    batches = [batch(23, seed)[0] for seed in range(2)]
    wanted = [net(images) for images in batches]
    wrong = []

    def predict(images, expected):
        for _ in range(20):
            if not np.array_equal(net(images), expected):
                wrong.append(1)

    threads = [
        threading.Thread(target=predict, args=pair) for pair in zip(batches, wanted, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_images_that_are_not_finite_are_refused_in_the_same_words(odd):
    images, labels = batch(5)
    messages = []
    for net in (simple(), simple(fuse=False)):
        net(images)
        spoiled = images.copy()
        spoiled[3, 0, 2, 1] = odd
        for call in (
            lambda net=net: net(spoiled),
            lambda net=net: net.forward_backward(spoiled, labels),
        ):
            with pytest.raises(BadakError) as fault:
                call()
            messages.append(str(fault.value))
        close(net(images), simple(fuse=False)(images))  # and goes on
    assert len(set(messages)) == 1, messages
    assert "finite" in messages[0]


def test_a_training_step_makes_no_large_array():
    trainer = Trainer(simple(), Adam(), progress=False)
    images, labels = batch(100)
    for _ in range(2):
        trainer.step(images, labels)
    tracemalloc.start()
    try:
        trainer.step(images, labels)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024, f"{peak} bytes; one activation of this network is 7 MB"
