"""Frozen layers, a new head and features: against PyTorch, and layer by layer in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import badak
from badak import models, ops
from badak.errors import ArgumentTypeError, BadakError, FormatError
from badak.layers import (
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
)
from badak.training.step import training_step
from network.test_pixels import networks


def layers():
    return {
        "conv1": Conv2d(6, 3, 2, padding=1, bias=False),
        "norm1": BatchNorm2d(),
        "relu1": ReLU(),
        "conv2": Conv2d(6, 3, padding=1, groups=6),
        "norm2": BatchNorm2d(),
        "drop": Dropout(0.5),
        "relu2": ReLU6(),
        "block": Residual({"conv": Conv2d(6, 3, padding=1, bias=False), "norm": BatchNorm2d()}),
        "pool": GlobalAvgPool2d(),
        "flat": Flatten(),
        "head": Linear(3),
    }


def network(**options):
    """A network whose norms have seen images."""
    net = badak.Network(layers(), (2, 9, 11), seed=3, **options)
    numbers = np.random.default_rng(1)
    for name, array in net.state().items():
        if "running" in name or "norm" in name:
            array[...] = numbers.uniform(0.5, 1.5, array.shape)
    return net


def batch(net, count=5):
    numbers = np.random.default_rng(7)
    x = numbers.standard_normal((count, *net.input_shape)).astype(net.dtype)
    return x, numbers.integers(0, net.num_classes, count)


def torch_twin(net):
    """The same network, in evaluation, as PyTorch computes it in float64."""
    state = {name: torch.tensor(array, dtype=torch.float64) for name, array in net.state().items()}
    for name in net.parameters():
        state[name].requires_grad_(name in net.trainable())

    def norm(x, name, training):
        given = [state[f"{name}.{key}"] for key in ("running_mean", "running_var")]
        given = [array.clone() for array in given]
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        return torch.nn.functional.batch_norm(x, *given, weight, bias, training=training)

    def forward(x):
        learns = {name: name not in net.frozen for name in ("norm1", "norm2", "block.norm")}
        x = torch.nn.functional.conv2d(x, state["conv1.weight"], stride=2, padding=1)
        x = norm(x, "norm1", learns["norm1"]).relu()
        bias = state["conv2.bias"]
        x = torch.nn.functional.conv2d(x, state["conv2.weight"], bias, padding=1, groups=6)
        x = norm(x, "norm2", learns["norm2"]).clamp(0, 6)
        y = torch.nn.functional.conv2d(x, state["block.conv.weight"], padding=1)
        x = x + norm(y, "block.norm", learns["block.norm"])
        return x.mean((2, 3)) @ state["head.weight"].T + state["head.bias"]

    return forward, state


FROZEN = [
    ("conv1", "norm1", "drop"),
    ("*norm*", "drop"),
    ("conv1", "norm1", "relu1", "conv2", "norm2", "drop"),
    ("block", "drop"),
    ("[!h]*",),
    ("conv2", "head", "drop"),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("fuse", [True, False])
@pytest.mark.parametrize("patterns", FROZEN)
def test_gradients_are_those_of_pytorch_without_requires_grad(patterns, fuse, dtype):
    net = network(fuse=fuse, dtype=dtype)
    net.freeze(*patterns)
    x, labels = batch(net)
    before = {name: array.copy() for name, array in net.state().items()}
    forward, state = torch_twin(net)
    logits = forward(torch.tensor(x, dtype=torch.float64))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    for _ in range(2):  # recorded, repeated
        result = net.forward_backward(x, labels)
        assert result.loss == pytest.approx(loss.item(), rel=1e-5)
        assert list(result.gradients) == list(net.trainable())
        for name, gradient in result.gradients.items():
            wanted = state[name].grad.numpy()
            limit = 1e-5 * max(1, np.abs(wanted).max())
            np.testing.assert_allclose(gradient, wanted, rtol=0, atol=limit)
    for name, array in net.buffers().items():
        kept = name.rpartition(".")[0] in net.frozen
        assert np.array_equal(array, before[name]) == kept, name


def test_central_differences_through_a_frozen_middle():
    net = network(dtype=np.float64)
    net.freeze("conv2", "*norm*", "drop")
    x, labels = batch(net, 3)
    result = net.forward_backward(x, labels, need_grad_x=True)
    weight = net.parameters()["conv1.weight"]
    for array, gradient in ((weight, result.gradients["conv1.weight"]), (x, result.grad_x)):
        for place in [(0, 1, 2, 1), (1, 0, 0, 2)]:
            kept, losses = array[place], []
            for step in (1e-6, -1e-6):
                array[place] = kept + step
                losses.append(net.forward_backward(x, labels).loss)
            array[place] = kept
            assert gradient[place] == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-4)


@given(st.data())
def test_any_network_trains_alike_fused_and_in_float64(data):
    net = data.draw(networks())
    names = [name for top, layer in net.layers.items() for name, _ in layer.leaves(top)]
    net.freeze(*data.draw(st.lists(st.sampled_from(names), max_size=4)))
    first = data.draw(st.integers(0, len(net.layers) - 1))
    net.freeze(*list(net.layers)[:first])
    exact = net.astype(np.float64)
    exact.fuse = False
    assert exact.frozen == net.frozen
    x, labels = batch(net, 3)
    need = data.draw(st.booleans())
    for _ in range(2):
        found = net.forward_backward(x, labels, need_grad_x=need)
        wanted = exact.forward_backward(x, labels, need_grad_x=need)
    assert found.loss == pytest.approx(wanted.loss, rel=1e-3)
    assert list(found.gradients) == list(wanted.gradients)
    for name, gradient in wanted.gradients.items():
        limit = 2e-3 * max(np.abs(gradient).max(), 1e-2)
        np.testing.assert_allclose(found.gradients[name], gradient, rtol=0, atol=limit)
    for name, array in exact.buffers().items():
        np.testing.assert_allclose(net.buffers()[name], array, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("fuse", [True, False])
def test_a_step_changes_only_what_learns(fuse):
    net = network(fuse=fuse)
    net.freeze("*")
    net.unfreeze("block.*", "head")
    before = {name: array.copy() for name, array in net.state().items()}
    for _ in range(2):
        training_step(net, badak.optim.Adam(), *batch(net))
    changed = {name for name, array in net.state().items() if (array != before[name]).any()}
    assert {name.split(".")[0] for name in changed} == {"block", "head"}
    assert not any(name in changed for name in ("conv1.weight", "norm2.running_mean"))


def test_a_step_that_nothing_learns_from_is_refused():
    net = network()
    net.freeze("*")
    with pytest.raises(BadakError, match=r"all 11 layers are frozen: unfreeze"):
        training_step(net, badak.optim.SGD(), *batch(net))


def test_changes_between_steps_count():
    """Frozen weights loaded, a layer unfrozen: the next step knows."""
    net, other = network(), network()
    for one in (net, other):
        one.freeze("conv1", "norm1", "drop")
    x, labels = batch(net)
    net.forward_backward(x, labels)
    state = {name: array * 2 for name, array in net.state().items()}
    net.load_state(state)
    other.load_state(state)
    assert net.forward_backward(x, labels).loss == other.forward_backward(x, labels).loss
    net.unfreeze("conv1")
    assert "conv1.weight" in net.forward_backward(x, labels).gradients


def test_frozen_layers_survive_files_copies_and_pickles(tmp_path):
    import pickle

    net = network()
    net.freeze("conv1", "block.*")
    assert net.frozen == ("conv1", "block.conv", "block.norm")
    net.save(tmp_path / "net.safetensors")
    for copy in (
        badak.load(tmp_path / "net.safetensors"),
        net.astype(np.float64),
        pickle.loads(pickle.dumps(net)),
    ):
        assert copy.frozen == net.frozen
    net.unfreeze("*")
    assert net.frozen == ()
    assert "frozen" not in net.architecture()


@pytest.mark.parametrize(
    ("frozen", "words"),
    [("conv1", "names; got 'conv1'"), ([1], "names; got"), (["conv9"], "lacks: conv9")],
)
def test_a_file_may_freeze_only_layers_that_exist(frozen, words):
    description = network().architecture() | {"frozen": frozen}
    with pytest.raises(FormatError, match=words):
        badak.Network.from_architecture(description)


def test_unknown_patterns_change_nothing():
    net = network()
    with pytest.raises(BadakError, match=r"matches 'blok\.\*'; near are: block"):
        net.freeze("conv1", "blok.*")
    with pytest.raises(BadakError, match=r"matches 'xyz'; the first are: conv1, norm1"):
        net.unfreeze("xyz")
    with pytest.raises(ArgumentTypeError, match=r"pattern must be a string.*got 3"):
        net.freeze(3)
    assert net.frozen == ()


def test_the_frozen_beginning_keeps_no_maps():
    import tracemalloc

    peaks = []
    for frozen in (False, True):
        net = models.ResNet18(3, 64, filters=(16, 16, 16, 16))
        if frozen:
            net.freeze("[!l]*")
        x, labels = batch(net, 16)
        tracemalloc.start()
        net.forward_backward(x, labels)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] / 3


def test_a_new_head_is_small_and_keeps_its_name():
    net = network()
    net.freeze("*")
    net.replace_head(7)
    weight, bias = (net.parameters()[f"head.{key}"] for key in ("weight", "bias"))
    assert net.num_classes == 7
    assert weight.shape == (7, 6)
    assert 5e-4 < weight.std() < 2e-3
    assert not bias.any()
    assert "head" not in net.frozen
    assert net(batch(net)[0]).shape == (5, 7)
    assert badak.Network.from_architecture(net.architecture(), net.state()).num_classes == 7


def test_a_convolution_may_be_the_head():
    net = models.SqueezeNet(10, 64)
    net.replace_head(4)
    assert net.num_classes == 4
    x, labels = batch(net, 2)
    assert net.forward_backward(x, labels).logits.shape == (2, 4)


def test_no_head_to_replace():
    body = [Conv2d(4, 3), ReLU(), MaxPool2d(2), Flatten()]
    with pytest.raises(BadakError, match=r"'conv1' is no head: with 5 outputs.*\(45,\)"):
        badak.Network(body, (1, 8, 8)).replace_head(5)
    net = badak.Network([Flatten(), ReLU()], (1, 2, 2))
    with pytest.raises(BadakError, match="no head: none of its layers has weights"):
        net.replace_head(5)
    net = badak.Network([*body[:1], BatchNorm2d(), Flatten()], (1, 8, 8))
    with pytest.raises(BadakError, match=r"last layer with weights is BatchNorm2d 'norm1'"):
        net.replace_head(5)
    with pytest.raises(BadakError, match="num_classes must be at least 1; got 0"):
        network().replace_head(0)


@pytest.mark.parametrize("fuse", [True, False])
def test_features_are_what_enters_the_head(fuse):
    net = network(fuse=fuse)
    x, _ = batch(net, 7)
    found = net.features(x, batch_size=3)
    parameters = net.parameters()
    logits = found @ parameters["head.weight"].T + parameters["head.bias"]
    np.testing.assert_allclose(logits, net(x), rtol=1e-4, atol=1e-5)
    maps = next(
        visit.output for visit in badak.layers.walk.run(net.layers, x) if visit.name == "block.conv"
    )
    np.testing.assert_allclose(
        net.features(x, "block.conv"), maps.mean(axis=(2, 3)), rtol=1e-4, atol=1e-5
    )
    assert net.features(x, "relu1").shape == (7, 6)
    assert net.features(x[:0]).shape == (0, 6)
    with ops.use("reference"):
        np.testing.assert_allclose(net.features(x), found, rtol=1e-4, atol=1e-5)


def test_features_of_an_unknown_layer():
    net = network()
    with pytest.raises(BadakError, match="no layer 'pol': did you mean 'pool'"):
        net.features(batch(net)[0], "pol")
    with pytest.raises(BadakError, match="batch_size must be at least 1; got 0"):
        net.features(batch(net)[0], batch_size=0)
