"""Predictions never use weights that are older than the network's arrays, however these changed."""

import copy
import gc
import pickle
import threading
import weakref

import numpy as np
import pytest

import badak
from badak import optim
from badak.layers import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Residual
from badak.network.passes import planned

pytest.importorskip("badak._core")


def network():
    layers = [
        Conv2d(8, 3, padding=1),
        BatchNorm2d(),
        ReLU(),
        Residual([Conv2d(8, 3, padding=1, bias=False), BatchNorm2d()]),
        MaxPool2d(2),
        Flatten(),
        Linear(5),
    ]
    return badak.Network(layers, (2, 8, 6), seed=3)


IMAGES = np.random.default_rng(0).random((3, 2, 8, 6), np.float32)


def check(net):
    """Compare with layer by layer; it must not touch the arrays of the network itself."""
    found = net(IMAGES)
    plain = copy.deepcopy(net)
    plain.fuse = False
    np.testing.assert_allclose(found, plain(IMAGES), rtol=1e-4, atol=1e-5)
    return found


def all_of(net):
    arrays = net.parameters()
    arrays["conv1.weight"][:] *= 1.5


def one_element(net):
    net.parameters()["linear1.weight"][2, 3] += 1


def two_exchanged(net):
    weight = net.parameters()["linear1.weight"]
    weight[[0, 1]] = weight[[1, 0]]


def through_the_layer(net):
    net.layers["conv1"].parameters["weight"] *= 2


def through_a_block(net):
    net.layers["block1"].parameters["conv1.weight"][0] += 1


def inside_a_block(net):
    net.layers["block1"].layers["norm1"].buffers["running_var"] += 3


def statistics(net):
    net.buffers()["norm1.running_mean"][:] += 0.1


def replaced(net):
    net.layers["conv1"].parameters["weight"] = net.layers["conv1"].parameters["weight"] * 3


def replaced_dictionary(net):
    layer = net.layers["conv1"]
    layer.parameters = {key: array + 1 for key, array in layer.parameters.items()}


def another_layer(net):
    other = copy.deepcopy(net)
    other.layers["norm1"].parameters["weight"] += 5
    net.layers["norm1"] = other.layers["norm1"]


def an_attribute(net):
    net.layers["norm1"].eps += 2.0


def loaded(net):
    net.load_state({key: array + 1 for key, array in net.state().items()})


def trained(net):
    trainer = badak.Trainer(net, optimizer=optim.Adam(0.1))
    trainer.step(IMAGES, np.array([0, 1, 2]))


def forward_in_training(net):
    net.forward(IMAGES * 100, training=True)


CHANGES = [
    all_of,
    one_element,
    two_exchanged,
    through_the_layer,
    through_a_block,
    inside_a_block,
    statistics,
    replaced,
    replaced_dictionary,
    another_layer,
    an_attribute,
    loaded,
    trained,
    forward_in_training,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("made", ["new", "copied", "pickled", "trained"])
def test_a_change_is_seen(made, change):
    net = network()
    before = check(net)
    if made == "copied":
        net = copy.deepcopy(net)
    elif made == "pickled":
        net = pickle.loads(pickle.dumps(net))
    elif made == "trained":
        trained(net)
        before = check(net)
    for _ in range(3):  # so that it is settled
        np.testing.assert_array_equal(net(IMAGES), before)
    assert planned(net)
    for _ in range(2):
        change(net)
        after = check(net)
        np.testing.assert_array_equal(net(IMAGES), after)
        assert not np.array_equal(before, after)
        before = after


@pytest.mark.parametrize(
    "hold",
    [
        lambda net: net.parameters()["conv1.weight"],
        lambda net: net.parameters()["conv1.weight"].reshape(-1)[3:7],
        lambda net: np.asarray(memoryview(net.parameters()["conv1.weight"])),
        lambda net: net.parameters()["conv1.weight"].view(np.int32).view(np.float32),
    ],
    ids=["array", "view", "memory", "bits"],
)
def test_an_array_that_somebody_holds_is_looked_at(hold):
    net = network()
    held = hold(net)
    check(net)
    for factor in (2, 3, 4):
        for _ in range(3):
            net(IMAGES)
        held *= factor
        check(net)
    net(IMAGES)
    held *= 5
    del held
    check(net)


def test_an_array_that_somebody_took_behind_the_layers_back():
    net = network()
    check(net)
    net(IMAGES)
    held = vars(net.layers["conv1"])["parameters"]["weight"]
    held *= 2
    check(net)


def test_an_array_that_somebody_can_get_again():
    net = network()
    again = weakref.ref(net.parameters()["conv1.weight"])
    check(net)
    for _ in range(3):
        net(IMAGES)
    array = again()
    array *= 2
    del array
    check(net)


def test_a_dictionary_that_somebody_holds_is_looked_at():
    net = network()
    arrays = net.layers["conv1"].parameters
    check(net)
    for factor in (2, 3):
        net(IMAGES)
        arrays["weight"] *= factor
        check(net)
    net(IMAGES)
    arrays["weight"] *= factor
    del arrays
    check(net)


def test_an_array_that_looks_at_anothers_memory():
    net = network()
    memory = np.zeros((4, 8, 2, 3, 3), np.float32)
    memory[:] = net.parameters()["conv1.weight"]
    net.layers["conv1"].parameters["weight"] = memory[1]
    check(net)
    for factor in (2, 3):
        net(IMAGES)
        memory *= factor
        check(net)


def test_a_network_that_nobody_holds_is_not_read_again():
    net = network()
    for _ in range(3):
        net(IMAGES)
    gc.collect()
    weights = net.plans._parts.segments(net.layers, net.input_shape).weights
    watch, weights._watch = weights._watch, None  # reading it again would fail
    weights._watch = type("Alone", (), {"alone": staticmethod(watch.alone)})()
    net(IMAGES)
    assert watch.alone()
    held = net.parameters()["conv1.weight"]
    assert not watch.alone()
    del held
    assert watch.alone()


def test_while_another_thread_changes_and_lets_go():
    net = network()
    stop = threading.Event()

    def change():
        while not stop.is_set():
            net.layers["linear1"].parameters["bias"] += 1

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(300):
            net(IMAGES)
    finally:
        stop.set()
        thread.join()
    check(net)
