"""Plans compute the same numbers as layer by layer, from any thread, after any change."""

import threading
import tracemalloc
from functools import partial

import numpy as np
import pytest

import badak
from badak import models
from badak.errors import BadakError
from badak.layers import (
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Dropout,
    EuclideanRBF,
    Flatten,
    GlobalAvgPool2d,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Product,
    ReLU,
    Residual,
    ScaledTanh,
    Subsample2d,
    TableConv2d,
    Widen2d,
)
from badak.network.passes import planned
from layer_examples import EXAMPLES

pytest.importorskip("badak._core")


def motley(**options):
    """Layers that can be fused with the next in every way, and layers that cannot."""
    layers = [
        Conv2d(8, 3, padding=1),
        BatchNorm2d(),
        ReLU(),
        Conv2d(12, 3, stride=2, groups=4),
        ReLU(),
        LocalResponseNorm(),
        MaxPool2d(3, 2),
        Conv2d(10, 3, padding=1),
        MaxPool2d(2),
        ReLU(),
        AvgPool2d(2, padding=1),
        Dropout(0.25),
        Conv2d(6, 1, bias=False),
        LeakyReLU(),
        GlobalAvgPool2d(),
        Flatten(),
        Linear(9, bias=False),
        ReLU(),
        Linear(5),
    ]
    return badak.Network(layers, (2, 23, 21), **options)


def blocks(**options):
    """Blocks with both paths, with layers that fuse or do nothing, and a block in a block."""
    inner = Residual([Conv2d(6, 3, padding=1), BatchNorm2d(), ReLU(), Dropout(0.25)])
    layers = [
        Residual([Conv2d(4, 3, padding=1), ReLU()], [Conv2d(4, 1), Dropout(0.5)]),
        Residual([Conv2d(6, 3, 2, 1), inner, ScaledTanh()], [Widen2d(6, 2)]),
        Subsample2d(2),
        TableConv2d([[0, 3], [5, 1, 2]], 3),
        Flatten(),
        Residual([Linear(2 * 4 * 3), ReLU()]),
        Linear(5),
    ]
    return badak.Network(layers, (2, 23, 21), **options)


NETWORKS = {
    "simple": models.SimpleConvNet,
    "lenet": models.LeNet5,
    "deep": models.DeepConvNet,
    "motley": motley,
    "blocks": blocks,
}
EVERY_LAYER = {
    name: partial(example.network, after=[Flatten(), Linear(5)])
    for name, example in EXAMPLES.items()
}


def batch(net, count=7):
    generator = np.random.default_rng(3)
    images = generator.random((count, *net.input_shape), dtype=np.float32)
    return images, generator.integers(0, net.num_classes, count)


def unfused(net):
    plain = net.astype(np.float32)
    plain.fuse = False
    return plain


@pytest.mark.parametrize("name", NETWORKS | EVERY_LAYER)
def test_fused_equals_layer_by_layer(name):
    net = (NETWORKS | EVERY_LAYER)[name]()
    plain, (images, labels) = unfused(net), batch(net)
    for _ in range(3):  # the first call records, the others replay
        np.testing.assert_allclose(net(images), plain(images), rtol=1e-4, atol=1e-5)
        found, wanted = (one.forward_backward(images, labels) for one in (net, plain))
        assert found.loss == pytest.approx(wanted.loss, rel=1e-4)
        for key, gradient in wanted.gradients.items():
            limit = 1e-4 * max(np.abs(gradient).max(), 1e-2)  # of 0, it is rounding
            np.testing.assert_allclose(found.gradients[key], gradient, rtol=0, atol=limit)
    for key, array in plain.buffers().items():
        np.testing.assert_allclose(net.buffers()[key], array, rtol=1e-4, atol=1e-6)


def test_the_images_gradient_on_request():
    net = models.LeNet5()
    images, labels = batch(net)
    found = net.forward_backward(images, labels, need_grad_x=True).grad_x
    wanted = unfused(net).forward_backward(images, labels, need_grad_x=True).grad_x
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4 * np.abs(wanted).max())


def test_results_are_the_callers_own():
    net = models.SimpleConvNet()
    images, labels = batch(net)
    logits, result = net(images), net.forward_backward(images, labels)
    kept = logits.copy(), {name: array.copy() for name, array in result.gradients.items()}
    net(images[::-1].copy())
    net.forward_backward(images[::-1].copy(), labels)
    np.testing.assert_array_equal(logits, kept[0])
    for name, array in result.gradients.items():
        np.testing.assert_array_equal(array, kept[1][name])


def test_many_threads_predict_with_one_network():
    net = models.LeNet5()
    inputs = [np.random.default_rng(i).random((3, 1, 28, 28), np.float32) for i in range(6)]
    wanted = [net(x) for x in inputs]
    wrong = []

    def work(i):
        for _ in range(20):
            if not np.array_equal(net(inputs[i]), wanted[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_image_that_is_not_finite_is_refused_as_ever():
    net = models.SimpleConvNet()
    images, labels = batch(net)
    images[2, 0, 5, 5] = np.nan
    for call in (lambda: net(images), lambda: net.forward_backward(images, labels)):
        with pytest.raises(BadakError, match=r"images.*image 2.*NaN"):
            call()


@pytest.mark.parametrize("fuse", [True, False])
def test_a_batch_of_one_image_is_refused_by_the_norms_name(fuse):
    net = badak.Network([Flatten(), BatchNorm1d(), Linear(2)], (1, 2, 3), fuse=fuse)
    before = {name: array.copy() for name, array in net.buffers().items()}
    words = r"^BatchNorm1d 'norm1': .*at least two values.*\(1, 6, 1, 1\): choose a batch size"
    with pytest.raises(BadakError, match=words):
        net.forward_backward(np.ones((1, 1, 2, 3)), [0])
    for name, array in net.buffers().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_step_makes_no_array_after_the_first():
    net = models.SimpleConvNet()
    images, labels = batch(net, 100)
    trainer = badak.Trainer(net, progress=False)
    for _ in range(2):
        trainer.step(images, labels)
    tracemalloc.start()
    try:
        trainer.step(images, labels)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024


def assert_any_threads_train_to_the_same_bits(make):
    before, states = badak.num_threads(), []
    try:
        for count in (1, 2, 3):
            badak.set_num_threads(count)
            net = make()
            trainer = badak.Trainer(net, progress=False)
            for _ in range(3):
                trainer.step(*batch(net, 20))
            states.append(net.state())
    finally:
        badak.set_num_threads(before)
    for other in states[1:]:
        for key, array in other.items():
            np.testing.assert_array_equal(array, states[0][key], err_msg=key)


@pytest.mark.parametrize("name", NETWORKS)
def test_any_number_of_threads_trains_to_the_same_bits(name):
    assert_any_threads_train_to_the_same_bits(NETWORKS[name])


def test_blocks_are_recorded_and_lenets_distances_are_not():
    """What NumPy computes between kernels would be missing when the calls are replayed."""
    assert planned(blocks())
    assert planned(models.ResNet20(blocks=(1, 1, 1)))
    assert not planned(models.LeNet5(modern=False))
    for join in (
        Residual,
        lambda inside: Concat([inside, []]),
        lambda inside: Product([[], inside]),
    ):
        assert planned(badak.Network([Flatten(), join([Linear(4)])], (1, 2, 2)))
        assert not planned(badak.Network([Flatten(), join([EuclideanRBF(4)])], (1, 2, 2)))
