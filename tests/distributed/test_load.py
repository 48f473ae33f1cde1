"""load_of: what a network computes and sends; and the sentences about its speed-up."""

import numpy as np
import pytest

from badak import BadakError, Network, models
from badak.distributed import Bucket, Link, Load, OneProcess, Speedup, load_of
from badak.distributed.buckets import Buckets
from badak.layers import Conv2d, Flatten, Linear, ReLU
from badak.optim import SGD, Adam, Momentum

NETWORKS = {
    "simple": models.SimpleConvNet,
    "deep": models.DeepConvNet,
    "resnet8": models.ResNet8,
    "resnet20": models.ResNet20,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_buckets_are_those_that_are_sent(name):
    net = NETWORKS[name]()
    load = load_of(net, 10, compute_seconds=0.1)
    communicator = Counting()
    shapes = {name: array.shape for name, array in net.trainable().items()}
    sent = Buckets(shapes, net.dtype, communicator)
    sent.begin(1.0)
    sent.finish()
    assert [bucket.bytes for bucket in load.buckets] == communicator.bytes
    ready = [bucket.ready for bucket in load.buckets]
    assert ready == sorted(ready)
    assert ready[-1] == 1
    assert load.compute == pytest.approx(0.1)


class Counting(OneProcess):
    """Remembers how many bytes each sum had."""

    def __init__(self):
        super().__init__()
        self.bytes = []

    def _start(self, array, half):
        self.bytes.append(array.nbytes)
        return super()._start(array, half)


def test_the_last_layers_gradients_are_ready_first():
    """A linear layer of 4 MiB, whose backward pass has most of the operations."""
    layers = [Conv2d(4, 1), ReLU(), Flatten(), Linear(1024), Linear(2)]
    net = Network(layers, (1, 16, 16))
    load = load_of(net, 1, compute_seconds=1.0)
    flops = [row.backward_flops for row in net.summary().rows]
    expected = sum(flops[3:]) / sum(flops)  # all but the convolution, ReLU and flattening
    assert [bucket.ready for bucket in load.buckets] == pytest.approx([expected, 1])
    assert load.forward == pytest.approx(net.summary().flops / net.summary().training_flops)


def test_frozen_layers_send_nothing():
    net = models.SimpleConvNet()
    net.freeze("conv1")
    load = load_of(net, 10, compute_seconds=0.1)
    assert load.gradient_bytes == sum(array.nbytes for array in net.trainable().values())
    assert load.buckets[-1].ready == 1


@pytest.mark.parametrize(("optimizer", "arrays"), [(SGD(), 1), (Momentum(), 2), (Adam(), 3)])
def test_an_average_is_of_weights_state_and_statistics(optimizer, arrays):
    net = models.ResNet8()
    load = load_of(net, 10, optimizer, compute_seconds=0.1)
    buffers = sum(array.nbytes for array in net.buffers().values())
    assert load.statistics_bytes == buffers > 0
    assert load.state_bytes == arrays * load.gradient_bytes + buffers


def test_measuring_leaves_the_network_and_the_optimizer_alone():
    net, adam = models.ResNet8(seed=1), Adam()
    before = {name: array.copy() for name, array in net.state().items()}
    load = load_of(net, 4, adam, rounds=1)
    assert load.forward > 0
    assert load.backward > load.forward
    assert load.update > 0
    assert load.half_seconds > 0
    assert (adam.steps, adam.state) == (0, {})
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_network_of_float64_sends_twice_as_much():
    net = models.SimpleConvNet()
    loads = [load_of(one, 1, compute_seconds=1) for one in (net, net.astype(np.float64))]
    assert loads[1].gradient_bytes == 2 * loads[0].gradient_bytes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1; got 0"),
        ({"batch_size": 1, "compute_seconds": 0}, "compute_seconds must be above 0; got 0"),
        ({"batch_size": 1, "rounds": 0}, "rounds must be at least 1; got 0"),
    ],
)
def test_what_cannot_be_measured(arguments, words):
    with pytest.raises(BadakError, match=words):
        load_of(models.SimpleConvNet(), **arguments)


def test_the_batch_scales_the_passes_alone():
    load = Load.even(100, 0.01, 0.02, 0.003, 1000, state_bytes=3000).with_batch(250)
    assert (load.images, load.forward, load.backward) == (250, 0.025, 0.05)
    assert (load.update, load.gradient_bytes, load.state_bytes) == (0.003, 1000, 3000)


def test_a_training_that_begins():
    """The median of what was not waited, shared among the accumulated batches."""
    net = models.SimpleConvNet()
    steps, waited = [0.5, 0.3, 9.0], [0.3, 0.1, 0.1]
    found = Speedup.of_steps(net, Adam(), 100, 2, Link(120e6), steps, waited, accumulate=4)
    assert found.load == load_of(net, 100, compute_seconds=0.05)
    assert found.accumulate == 4
    assert "(a step computes 200 ms; its 1.7 MB of gradients take 14 ms on this link," in str(found)


def test_how_much_is_hidden():
    """By hand: 6 MB take 60 ms; the first half 10 ms to 40 ms, the second to 70; it computes 30."""
    load = Load.even(100, 0.01, 0.02, 0.0, 6_000_000, buckets=2, state_bytes=18_000_000)
    found = Speedup(load, 2, Link(100e6))
    assert str(found) == (
        "2 workers: expect 0.75 times the images a second of one worker (a step computes 30 ms; "
        "its 6 MB of gradients take 60 ms on this link, 10 ms of them while it computes)"
    )
    assert ", 0 ms of them" in str(Speedup(load, 2, Link(100e6), overlap=False))
    slow = Load.even(100, 0.01, 0.2, 0.0, 6_000_000, buckets=2)  # half of it is there in time
    assert "60 ms on this link, 30 ms of them" in str(Speedup(slow, 2, Link(100e6)))
    first = Load(100, 0.01, 0.2, 0.0, (Bucket(0.1, 6_000_000),))
    assert "60 ms on this link, 60 ms of them" in str(Speedup(first, 2, Link(100e6)))
    half = str(Speedup(load, 2, Link(100e6), half=True))
    assert "its 3 MB of gradients take 30 ms on this link, 10 ms of them" in half


def test_a_training_that_averages():
    load = Load.even(100, 0.01, 0.02, 0.0, 6_000_000, state_bytes=18_000_000)
    found = Speedup(load, 2, Link(100e6), sync_every=6)
    assert str(found) == (
        "2 workers: expect 1.00 times the images a second of one worker (a step computes 30 ms; "
        "every 6 steps 18 MB of weights and state take 180 ms on this link)"
    )


@pytest.mark.parametrize(
    ("seconds", "waited", "words"),
    [(10.0, 2.5, "1.50 times"), (10.0, 0.0, "2.00 times"), (0.0, 0.0, "2.00 times")],
)
def test_what_was_reached(seconds, waited, words):
    found = Speedup(Load.even(1, 0.01, 0.02, 0, 10**6), 2, Link(np.inf))
    assert words in found.reached(seconds, waited)
    assert "(2.00 were expected)" in found.reached(seconds, waited)
