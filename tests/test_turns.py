"""One network in many threads: each batch sees the arrays as they are between two steps."""

import copy
import pickle
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from badak import Network, Trainer, load, optim
from badak.errors import BadakError
from badak.layers import BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Residual
from badak.training.step import training_step
from badak.turns import Turns

X = np.random.default_rng(0).standard_normal((30, 3, 12, 12)).astype(np.float32)
LABELS = np.arange(30) % 4


def normed(**options: Any) -> Network:
    layers = [
        Conv2d(24, 3, padding=1),
        BatchNorm2d(momentum=0.5),
        ReLU(),
        Residual([Conv2d(24, 3, padding=1), BatchNorm2d()]),
        Flatten(),
        Linear(4),
    ]
    return Network(layers, (3, 12, 12), **options)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Call all at once, and return what each returned."""
    results: list[Any] = [None] * len(calls)

    def call(place: int) -> None:
        results[place] = calls[place]()

    threads = [threading.Thread(target=call, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("options", [{}, {"fuse": False}, {"dtype": np.float64}])
@pytest.mark.parametrize("read", ["call", "forward", "save"])
def test_what_is_read_while_another_thread_trains_is_of_one_step(
    tmp_path: Any, options: dict[str, Any], read: str
) -> None:
    net, few, path = normed(**options), X[:6], tmp_path / "net.safetensors"

    def outputs() -> np.ndarray:
        if read == "call":
            return net(few)
        if read == "forward":
            return net.forward(few.astype(net.dtype))
        net.save(path)
        saved = load(path)
        saved.fuse = net.fuse
        return saved(few)

    def train() -> list[np.ndarray]:
        """Step until both others have read three times: nobody waits for ever."""
        optimizer, after = optim.Momentum(0.01), []
        while len(after) < 5_000 and min(map(len, seen)) < 3:
            training_step(net, optimizer, X, LABELS)
            after.append(net(few))
        ended.set()
        return after

    def read_on(into: list[np.ndarray]) -> None:
        while not ended.is_set():
            into.append(outputs())

    ended = threading.Event()
    seen: list[list[np.ndarray]] = [[], []]
    before = net(few)
    after, *_ = together(train, *[partial(read_on, into) for into in seen])
    moments = {array.tobytes() for array in (before, *after)}
    assert min(map(len, seen)) >= 3
    odd = [array for arrays in seen for array in arrays if array.tobytes() not in moments]
    assert odd == []


def test_two_trainings_of_one_network_take_turns() -> None:
    net, optimizer = normed(), optim.SGD(0.01)
    together(*[lambda: [training_step(net, optimizer, X, LABELS) for _ in range(5)]] * 3)
    alone, same = normed(), optim.SGD(0.01)
    for _ in range(15):
        training_step(alone, same, X, LABELS)
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, alone.state()[name], err_msg=name)


def test_who_came_first_is_first_and_a_writer_is_alone() -> None:
    turns, order = Turns(), []
    inside = threading.Event()

    def enter(kind: str, name: str) -> None:
        with getattr(turns, kind)():
            order.append(name)

    with turns.writing():
        waiting = []
        for number, kind in enumerate(["reading", "writing", "reading", "writing"]):
            thread = threading.Thread(target=enter, args=(kind, f"{kind} {number}"))
            thread.start()
            waiting.append(thread)
            while len(turns._queue) < number + 1:
                inside.wait(0.001)
        assert order == []
    for thread in waiting:
        thread.join()
    assert order == ["reading 0", "writing 1", "reading 2", "writing 3"]


def test_who_gives_up_waiting_keeps_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns()

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    def give_up() -> None:
        with pytest.raises(KeyboardInterrupt), turns.writing():
            pass

    with turns.reading(), monkeypatch.context() as patch:
        patch.setattr(turns._changed, "wait_for", interrupted)
        together(give_up)
    with turns.writing(), turns.reading():
        pass


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_begins_with_nobody_inside(copied: Callable[[Network], Network]) -> None:
    net = normed()
    with net._turns.writing():
        other = copied(net)
        outputs = together(lambda: other(X[:2]))[0]
    np.testing.assert_array_equal(outputs, net(X[:2]))


def test_a_network_whose_arrays_are_read_only_trains_on_copies() -> None:
    """As joblib passes it, with arrays mapped from a file."""
    net, twin = normed(), normed()
    kept = {}
    for top, layer in net.layers.items():
        for name, leaf in layer.leaves(top):
            for arrays in (leaf.parameters, leaf.buffers):
                for key, array in arrays.items():
                    array.flags.writeable = False
                    kept[f"{name}.{key}"] = (array, array.copy())
    for other in (net, twin):
        Trainer(other, optim.Adam(), progress=False).step(X, LABELS)
    for name, array in net.state().items():
        np.testing.assert_allclose(array, twin.state()[name], rtol=1e-5, atol=1e-6, err_msg=name)
    for array, before in kept.values():
        np.testing.assert_array_equal(array, before)
    net.load_state(twin.state())


class Asking(Flatten):
    """A user's layer that uses the network that contains it."""

    ask: Callable[[], Any] = staticmethod(lambda: None)

    def forward(self, x: np.ndarray, training: bool) -> Any:
        type(self).ask()
        return super().forward(x, training)


def within(seconds: float, call: Callable[[], Any]) -> None:
    """Call in another thread, so that a call that hangs fails the test instead of blocking it."""
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it hangs"


def test_a_reader_may_read_within_while_another_thread_waits_to_write() -> None:
    turns, order = Turns(), []

    def write() -> None:
        with turns.writing():
            order.append("written")

    def read() -> None:
        with turns.reading():
            writer = threading.Thread(target=write, daemon=True)
            writer.start()
            while not turns._queue:
                writer.join(0.001)
            with turns.reading():
                order.append("read within")
        writer.join()

    within(20, read)
    assert order == ["read within", "written"]


def test_a_layer_that_changes_the_network_it_is_read_in_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = Network([Asking(), Linear(4)], (3, 12, 12))
    state = {name: array.copy() for name, array in net.state().items()}
    faults = []

    def ask() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Asking, "ask", lambda: net.load_state(state))
            try:
                net(X)
            except BadakError as fault:
                faults.append(str(fault))
            patch.setattr(Asking, "ask", lambda: None)
            net.load_state(state)

    within(20, ask)
    assert len(faults) == 1
    assert "this thread" in faults[0]
