"""Network: what it computes and what it refuses."""

import copy

import numpy as np
import pytest
import torch

from badak import BadakError, Network
from badak.layers import Conv2d, Flatten, Linear, ReLU
from badak.models import SimpleConvNet


def test_simple_conv_net_is_the_books():
    net = SimpleConvNet()
    shapes = {name: array.shape for name, array in net.parameters().items()}
    assert shapes == {
        "conv1.weight": (30, 1, 5, 5),
        "conv1.bias": (30,),
        "linear1.weight": (100, 4320),
        "linear1.bias": (100,),
        "linear2.weight": (10, 100),
        "linear2.bias": (10,),
    }
    assert net.parameters()["linear1.weight"].std() == pytest.approx(0.01, rel=0.01)
    assert [type(layer).__name__ for layer in net.layers.values()] == (
        ["Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear", "ReLU", "Linear"]
    )


def test_every_size_of_simple_conv_net_is_an_argument():
    net = SimpleConvNet(
        (3, 20, 24),
        filters=7,
        kernel_size=(3, 5),
        stride=(1, 2),
        padding=1,
        pool_size=(2, 3),
        hidden_size=11,
        num_classes=4,
        weight_init="he",
        dtype=np.float64,
    )
    # (20 + 2 - 3) // 1 + 1 = 20, (24 + 2 - 5) // 2 + 1 = 11; pooled 10 x 3
    assert net.parameters()["linear1.weight"].shape == (11, 7 * 10 * 3)
    assert net(np.ones((2, 3, 20, 24))).shape == (2, 4)
    assert net.dtype == np.float64


@pytest.mark.parametrize("hidden_size", [0, -1, 2**40, 10**9])
def test_hidden_size_out_of_range_is_refused(hidden_size):
    with pytest.raises(BadakError, match=r"out_features|this process can have"):
        SimpleConvNet(hidden_size=hidden_size)


def test_simple_conv_net_equals_pytorchs():
    net = SimpleConvNet(dtype=np.float64, weight_init="he")
    p = {name: torch.from_numpy(a).requires_grad_() for name, a in net.parameters().items()}
    generator = np.random.default_rng(3)
    x, labels = generator.random((6, 1, 28, 28)), generator.integers(0, 10, 6)
    out = torch.conv2d(torch.from_numpy(x), p["conv1.weight"], p["conv1.bias"]).relu()
    out = torch.max_pool2d(out, 2).flatten(1)
    out = (out @ p["linear1.weight"].T + p["linear1.bias"]).relu()
    out = out @ p["linear2.weight"].T + p["linear2.bias"]
    expected = torch.nn.functional.cross_entropy(out, torch.from_numpy(labels))
    expected.backward()

    loss, gradients = net.loss_and_gradients(x, labels)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert list(gradients) == list(net.parameters())
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, p[name].grad.numpy(), rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(net(x), out.detach().numpy(), rtol=1e-11)
    np.testing.assert_allclose(net.predict_proba(x).sum(axis=1), 1)


def test_one_forward_serves_loss_and_logits(net, batch, monkeypatch):
    """The book runs a second forward pass in each step, only to log the loss."""
    calls = []
    forward = Conv2d.forward
    monkeypatch.setattr(Conv2d, "forward", lambda *a: calls.append(1) or forward(*a))
    net.fuse = False  # a plan runs the layers once and then repeats the kernels
    net.forward_backward(*batch)
    assert len(calls) == 1


def test_the_images_gradient_comes_only_on_request(net, batch):
    assert net.forward_backward(*batch).grad_x is None
    assert net.forward_backward(*batch, need_grad_x=True).grad_x.shape == batch[0].shape


def test_sample_weights_weigh(net, batch):
    x, labels = batch
    weight = np.array([1.0, 0, 0, 0, 0], np.float32)
    alone = net.forward_backward(x[:1], labels[:1], training=False)
    weighted = net.forward_backward(x, labels, weight, training=False)
    assert weighted.loss == pytest.approx(alone.loss, rel=1e-5)
    np.testing.assert_allclose(
        weighted.gradients["conv1.weight"], alone.gradients["conv1.weight"], rtol=1e-4, atol=1e-7
    )


def test_one_hot_labels_and_indices_agree(net, batch):
    x, labels = batch
    by_index = net.forward_backward(x, labels, training=False)
    by_row = net.forward_backward(x, np.eye(3, dtype=np.float32)[labels], training=False)
    assert by_index.loss == by_row.loss


def test_uint8_images_are_scaled_once(net):
    images = np.random.default_rng(0).integers(0, 256, (3, 2, 6, 8), dtype=np.uint8)
    np.testing.assert_array_equal(net(images), net(np.divide(images, 255, dtype=np.float32)))
    np.testing.assert_array_equal(net.predict(images), net(images).argmax(axis=1))


def test_any_array_like_may_enter(net, batch):
    x, _ = batch
    expected = net(x)
    views = {
        "Fortran order": np.asfortranarray(x),
        "negative strides": x[:, :, ::-1, ::-1].copy()[:, :, ::-1, ::-1],
        "big-endian": x.astype(">f4"),
        "read-only": np.frombuffer(x.tobytes(), np.float32).reshape(x.shape),
        "unaligned": np.frombuffer(b"\0" + x.tobytes(), np.float32, offset=1).reshape(x.shape),
        "torch": torch.from_numpy(x),
        "list": x.tolist(),
    }
    for name, view in views.items():
        np.testing.assert_allclose(
            net(np.asarray(view, np.float32) if name == "list" else view), expected, err_msg=name
        )
    broadcast = np.broadcast_to(x[:1], x.shape)
    np.testing.assert_allclose(net(broadcast), net(broadcast.copy()))


REFUSED = {
    "channels": (np.ones((1, 3, 6, 8), np.float32), "must have shape (any, 2, 6, 8); got (1, 3"),
    "axes": (np.ones((2, 6, 8), np.float32), "must have shape"),
    "NaN": (np.full((2, 2, 6, 8), np.nan, np.float32), "image 0 holds NaN or infinity"),
    "overflow": (np.full((1, 2, 6, 8), 1e300), "NaN or infinity"),
    "integers": (np.ones((1, 2, 6, 8), np.int64), "uint8 in 0..255; got int64"),
    "half": (np.ones((1, 2, 6, 8), np.float16), "got float16"),
    "complex": (np.ones((1, 2, 6, 8), complex), "real numbers; got dtype complex128"),
    "text": ("image.png", "real numbers"),
    "None": (None, "real numbers; got dtype object"),
    "ragged": ([[1.0], [1.0, 2.0]], "cannot be read as an array"),
    "masked": (np.ma.masked_array(np.ones((1, 2, 6, 8))), "masked array"),
    "gradient": (torch.ones(1, 2, 6, 8, requires_grad=True), "require gradients"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_images_are_refused_everywhere(net, case):
    images, words = REFUSED[case]
    before = copy.deepcopy(net.state())
    for use in (net, net.predict, net.predict_proba, lambda x: net.loss_and_gradients(x, [0])):
        with pytest.raises(BadakError) as fault:
            use(images)
        assert words in str(fault.value)
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


WRONG_LABELS = {
    "too large": ([0, 1, 2, 0, 3], "must lie in 0..2; label 4 is 3"),
    "negative": ([0, 1, -1, 0, 1], "must lie in 0..2; label 2 is -1"),
    "too few": ([0, 1], "must have shape (5,), one per image; got (2,)"),
    "floats": ([0.0, 1.5, 1, 1, 1], "must be integers, class indices; got float64"),
    "names": (list("abcde"), "real numbers"),
}


@pytest.mark.parametrize("case", WRONG_LABELS)
def test_wrong_labels_are_refused_before_anything_moves(net, batch, case):
    labels, words = WRONG_LABELS[case]
    before = copy.deepcopy(net.state())
    state = net.generators()["dropout1"].bit_generator.state
    with pytest.raises(BadakError) as fault:
        net.loss_and_gradients(batch[0], labels)
    assert words in str(fault.value)
    assert net.generators()["dropout1"].bit_generator.state == state
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(
    ("labels", "weight"), [(np.ones((5, 3)), None), ([0, 1, 2, 0, 1], [-1, 0, 0, 0, 0])]
)
def test_a_refused_pass_moves_no_statistic_and_draws_nothing(net, batch, labels, weight):
    before = copy.deepcopy(net.state())
    drawn = net.generators()["dropout1"].bit_generator.state
    with pytest.raises(BadakError):
        net.loss_and_gradients(batch[0], labels, weight)
    assert net.generators()["dropout1"].bit_generator.state == drawn
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_network_without_a_row_of_outputs_cannot_classify():
    net = Network([Conv2d(2, 3)], (1, 5, 5))
    assert net(np.ones((1, 1, 5, 5), np.float32)).shape == (1, 2, 3, 3)
    with pytest.raises(BadakError, match="end it with Flatten"):
        net.predict(np.ones((1, 1, 5, 5), np.float32))


def test_one_list_of_layers_serves_two_networks():
    layers = [Conv2d(4, 3), Flatten(), Linear(3)]
    first, second = Network(layers, (2, 6, 8)), Network(layers, (2, 6, 8))
    first.parameters()["conv1.weight"][...] = 0
    assert second.parameters()["conv1.weight"].any()
    assert not layers[0].parameters


def test_wrong_network_arguments_are_named():
    with pytest.raises(BadakError, match=r"dtype.*float32.*got float16"):
        Network([ReLU()], (1, 2, 2), dtype=np.float16)
    with pytest.raises(BadakError, match=r"dtype.*float32.*got 'foo'"):
        Network([ReLU()], (1, 2, 2), dtype="foo")
    with pytest.raises(BadakError, match=r"loss.*CrossEntropyLoss.*got 'mse'"):
        Network([ReLU()], (1, 2, 2), loss="mse")
    with pytest.raises(BadakError, match=r"seed.*got -1"):
        Network([ReLU()], (1, 2, 2), seed=-1)
    with pytest.raises(BadakError, match=r"batch_size.*got 0"):
        Network([Flatten()], (1, 2, 2)).predict(np.ones((1, 1, 2, 2)), batch_size=0)
