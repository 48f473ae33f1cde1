"""BatchNorm on several ranks computes what one process computes with the whole batch."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from badak import Network, models, ops
from badak.distributed import OneProcess, WorkersLost
from badak.distributed.batch_norm import absent, one_pass, share_statistics, unshare
from badak.errors import BadakError
from badak.layers import (
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    ReLU,
    Residual,
)
from badak.network.passes import planned
from distributed.threads import on_ranks
from strategies import SEEDS

SHARES = st.lists(st.integers(1, 4), min_size=1, max_size=3)


def parts(sizes):
    """Where each rank's images lie."""
    ends = np.cumsum(sizes)
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]


def weighted(communicator, array, weight):
    """The sum of the ranks' arrays, each times its weight, by the sum of the weights."""
    total, weights = array.astype(np.float64) * weight, np.array([float(weight)])
    communicator.allreduce_(total)
    communicator.allreduce_(weights)
    return total / weights


@pytest.mark.parametrize("kind", ["maps", "rows"])
@given(sizes=SHARES, seed=SEEDS, momentum=st.sampled_from([0.0, 0.1, 1.0]), mean=st.integers(0, 6))
def test_a_layer_is_pytorchs_on_the_whole_batch(kind, sizes, seed, momentum, mean):
    shape = (3, 2, 5) if kind == "maps" else (3,)
    assume(kind == "maps" or sum(sizes) > 1)
    draws = np.random.default_rng(seed)
    x = draws.standard_normal((sum(sizes), *shape)) * 2 + 10.0**mean
    grad_y, weight, bias = draws.standard_normal(x.shape), *draws.standard_normal((2, 3))
    torch_norm = torch.nn.BatchNorm2d if kind == "maps" else torch.nn.BatchNorm1d
    norm = torch_norm(3, eps=1e-3, momentum=momentum, dtype=torch.float64)
    with torch.no_grad():
        norm.weight[:], norm.bias[:] = torch.tensor(weight), torch.tensor(bias)
    tensor = torch.tensor(x, requires_grad=True)
    y = norm(tensor)
    y.backward(torch.tensor(grad_y))
    weights = draws.integers(1, 9, len(sizes)).astype(float)

    def job(communicator):
        rank, layer = communicator.rank, (BatchNorm2d if kind == "maps" else BatchNorm1d)
        first = [Flatten()] if kind == "rows" else []
        layers = [*first, layer(momentum=momentum, eps=1e-3)]
        net = Network(layers, (3, 2, 5) if kind == "maps" else (3, 1, 1), dtype=np.float64)
        net.parameters()["norm1.weight"][:] = weight
        net.parameters()["norm1.bias"][:] = bias
        share_statistics(net, communicator, lambda: weights[rank])
        part, layer = parts(sizes)[rank], net.layers["norm1"]
        ours, cache = layer.forward(x[part], training=True)
        # Its own loss is so many times as large as its part of everybody's.
        size = weights.sum() / weights[rank]
        grad_x, grads = layer.backward(grad_y[part] * size, cache)
        whole = [weighted(communicator, grads[key], weights[rank]) for key in ("weight", "bias")]
        return ours, grad_x / size, whole, net.buffers()

    every = on_ranks(len(sizes), job)
    near = {"rtol": 1e-8, "atol": 1e-15 * 10.0 ** (2 * mean) + 1e-10}
    ours, grad_x = (np.concatenate([result[place] for result in every]) for place in (0, 1))
    np.testing.assert_allclose(ours, y.detach().numpy(), **near)
    np.testing.assert_allclose(grad_x, tensor.grad.numpy(), **near)
    for _, _, (of_weight, of_bias), buffers in every:
        np.testing.assert_allclose(of_weight, norm.weight.grad.numpy(), **near)
        np.testing.assert_allclose(of_bias, norm.bias.grad.numpy(), **near)
        running = norm.running_mean.numpy(), norm.running_var.numpy()
        for array, true in zip(buffers.values(), running, strict=True):
            # A mean is sent as float64: its rounding counts once, not squared.
            np.testing.assert_allclose(array, true, rtol=1e-12 + 1e-15 * 10.0**mean)


def small_net(dtype=np.float64):
    """Norms of maps and of rows, in a block too."""
    inside = [Conv2d(4, 3, padding=1), BatchNorm2d(), ReLU(), Conv2d(4, 1), BatchNorm2d()]
    layers = [Conv2d(4, 3, bias=False), BatchNorm2d(), ReLU(), Residual(inside), Flatten()]
    return Network([*layers, Linear(5), BatchNorm1d(), Linear(3)], (2, 5, 4), dtype=dtype)


def small_resnet(dtype=np.float64):
    shape = {"input_shape": (2, 9, 7), "blocks": (1, 1, 1), "filters": (3, 4, 6)}
    return models.ResNet20(3, **shape, dtype=dtype)


def batch(net, count, seed=0):
    draws = np.random.default_rng(seed)
    return draws.random((count, *net.input_shape)), draws.integers(0, net.num_classes, count)


def step_on_ranks(make, sizes, x, labels, smoothing=None):
    """What each rank has after one pass: outputs, gradients of all, of its images, and state."""

    def job(communicator):
        net, part = make(), parts(sizes)[communicator.rank]
        count = len(x[part])
        share_statistics(net, communicator, lambda: count)
        with one_pass(net):
            step = net.forward_backward(x[part], labels[part], need_grad_x=True)
        gradients = {
            name: weighted(communicator, gradient, count)
            for name, gradient in step.gradients.items()
        }
        return step.logits, gradients, step.grad_x * count / sum(sizes), net.buffers()

    return on_ranks(len(sizes), job)


@pytest.mark.parametrize("make", [small_net, small_resnet])
@given(sizes=SHARES, seed=SEEDS)
def test_a_network_is_that_of_one_process_with_the_whole_batch(make, sizes, seed):
    assume(sum(sizes) > 1)
    net = make()
    x, labels = batch(net, sum(sizes), seed)
    one = net.forward_backward(x, labels, need_grad_x=True)
    every = step_on_ranks(make, sizes, x, labels)
    near = {"rtol": 1e-7, "atol": 1e-9}
    for place, expected in ((0, one.logits), (2, one.grad_x)):
        ours = np.concatenate([result[place] for result in every])
        np.testing.assert_allclose(ours, expected, **near)
    for _, gradients, _, buffers in every:
        for name, gradient in one.gradients.items():
            np.testing.assert_allclose(gradients[name], gradient, **near, err_msg=name)
        for name, array in net.buffers().items():
            np.testing.assert_allclose(buffers[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("edition", ["reference", "native"])
def test_float32_in_both_editions(edition):
    if edition == "native":
        pytest.importorskip("badak._core")
    net = small_resnet()
    x, labels = batch(net, 7)
    one = net.forward_backward(x, labels)
    with ops.use(edition):
        every = step_on_ranks(lambda: small_resnet(np.float32), [1, 4, 2], x, labels)
    for _, gradients, _, buffers in every:
        for name, gradient in one.gradients.items():
            np.testing.assert_allclose(gradients[name], gradient, rtol=1e-3, atol=1e-4)
        for name, array in net.buffers().items():
            assert buffers[name].dtype == np.float32
            np.testing.assert_array_equal(buffers[name], every[0][3][name])  # the same bits
            np.testing.assert_allclose(buffers[name], array, rtol=1e-4, atol=1e-6)


def test_one_image_of_one_place_is_enough_for_a_rank_but_not_for_all():
    def job(communicator):
        net = Network([Flatten(), BatchNorm1d(), Linear(2)], (3, 1, 1))
        share_statistics(net, communicator, lambda: 1)
        x = np.full((1, 3, 1, 1), communicator.rank, np.float32)
        with one_pass(net):
            net.forward_backward(x, [0])
        return net.buffers()["norm1.running_var"].tolist()

    assert on_ranks(2, job) == [[pytest.approx(0.95)] * 3] * 2  # 0.9 * 1 + 0.1 * 0.5
    with pytest.raises(BadakError, match=r"two values per channel; all 1 ranks have 1 together"):
        on_ranks(1, job)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0, 1e3, 1e5])
def test_large_means_that_differ_lose_nothing(dtype, offset):
    """E[x^2] - E[x]^2 in float32 would leave nothing of a variance of 1 at 1e5."""
    draws = np.random.default_rng(3)
    x = (draws.standard_normal((6, 2, 11, 5)) + offset).astype(dtype)
    x[4:] += 1  # the ranks' means differ

    def job(communicator):
        net = Network([BatchNorm2d(momentum=1.0)], x.shape[1:], dtype=dtype)
        share_statistics(net, communicator, lambda: 1)
        net.forward(x[parts([3, 1, 2])[communicator.rank]], training=True)
        return net.buffers()

    wide = x.astype(np.float64)
    for buffers in on_ranks(3, job):
        tolerance = 2e-7 if dtype == np.float32 else 1e-11
        mean, var = wide.mean(axis=(0, 2, 3)), wide.var(axis=(0, 2, 3), ddof=1)
        np.testing.assert_allclose(buffers["norm1.running_mean"], mean, rtol=tolerance)
        np.testing.assert_allclose(buffers["norm1.running_var"], var, rtol=tolerance)


@pytest.mark.parametrize("edition", ["reference", "native"])
def test_nan_of_one_rank_reaches_the_loss_of_all(edition):
    if edition == "native":
        pytest.importorskip("badak._core")

    def job(communicator):
        net = small_resnet(np.float32)
        share_statistics(net, communicator, lambda: 1)
        x, labels = batch(net, 2)
        if communicator.rank == 1:
            net.parameters()["conv1.weight"][...] = np.nan
        with one_pass(net), np.errstate(all="ignore"):
            return net.forward_backward(x, labels).loss

    with ops.use(edition):
        assert np.isnan(on_ranks(2, job)).all()


def test_a_frozen_norm_stays_alone_and_prediction_stays_planned():
    pytest.importorskip("badak._core")
    net = small_net(np.float32)
    x, labels = batch(net, 3)
    with ops.use("native"):
        before = net.forward(x)
        net.freeze("norm1")
        share_statistics(net, OneProcess(), lambda: 1)
        shared = [name for name, leaf in leaves(net) if getattr(leaf, "shared", None) is not None]
        assert shared == ["block1.norm1", "block1.norm2", "norm2"]
        assert planned(net)
        assert not planned(net, training=True)
        np.testing.assert_array_equal(net.forward(x), before)
        net.freeze("*")
        net.unfreeze("linear2")
        running = net.buffers()["norm2.running_mean"].copy()
        net.forward_backward(x, labels)
        np.testing.assert_array_equal(net.buffers()["norm2.running_mean"], running)


def leaves(net):
    return [leaf for name, layer in net.layers.items() for leaf in layer.leaves(name)]


@pytest.mark.parametrize("make", [small_net, models.DeepConvNet])
def test_without_the_request_or_without_it_any_more_the_plan_and_its_bits_are_as_before(make):
    pytest.importorskip("badak._core")
    net, other = make(dtype=np.float32), make(dtype=np.float32)
    x, labels = batch(net, 3)
    with ops.use("native"):
        share_statistics(other, OneProcess(), lambda: 1)
        # One without BatchNorm does not notice.
        assert planned(other, training=True) == (make is models.DeepConvNet)
        if make is small_net:
            unshare(other)
        one, again = (each.forward_backward(x, labels) for each in (net, other))
        assert planned(net, training=True)
        assert planned(other, training=True)
    assert one.loss == again.loss
    for name, gradient in one.gradients.items():
        np.testing.assert_array_equal(again.gradients[name], gradient)
    for name, array in net.state().items():
        np.testing.assert_array_equal(other.state()[name], array)


def test_a_pass_makes_two_sums_for_each_norm():
    def job(communicator):
        net = small_net()
        share_statistics(net, communicator, lambda: 1)
        x, labels = batch(net, 2)
        net.forward_backward(x, labels)
        return communicator.calls

    channels = [4, 4, 4, 5]
    expected = [("sum", 2 * (1 + 2 * c)) for c in channels]  # of two ranks
    expected += [("sum", 1 + 2 * c) for c in channels[::-1]]
    assert on_ranks(2, job) == [expected] * 2


@pytest.mark.parametrize("place", range(9))
def test_a_rank_whose_pass_fails_takes_part_in_what_is_left(place):
    """It fails before its sum number `place`; the others end their pass without its numbers."""

    def job(communicator):
        net = small_net()
        share_statistics(net, communicator, lambda: 1)
        x, labels = batch(net, 2, seed=communicator.rank)
        with one_pass(net):  # one that all end
            net.forward_backward(x, labels)
        if communicator.rank == 1:
            honest, sums = communicator.start_allreduce_, []

            def fail(array, half=False):
                sums.append(array.size)
                if len(sums) == place + 1:
                    raise ZeroDivisionError
                return honest(array, half)

            communicator.start_allreduce_ = fail
            try:
                with one_pass(net):
                    net.forward_backward(x, labels)
                    raise ZeroDivisionError  # after all sums
            except ZeroDivisionError:
                pass
        else:
            with one_pass(net):
                net.forward_backward(x, labels)
        communicator.barrier()
        return len(communicator.calls)

    assert on_ranks(3, job) == [8 + 9] * 3


def test_a_rank_without_images_follows_the_running_statistics():
    def job(communicator):
        net = small_net()
        share_statistics(net, communicator, lambda: 2)
        x, labels = batch(net, 2, seed=communicator.rank)
        if communicator.rank == 1:
            absent(net)
            absent(net)
            return None, net.buffers()
        with one_pass(net):
            net.forward_backward(x, labels)
        with one_pass(net):
            return net.forward_backward(x, labels), net.buffers()

    (step, buffers), (_, others) = on_ranks(2, job)
    alone = small_net()
    for _ in range(2):
        one = alone.forward_backward(*batch(alone, 2, seed=0))
    assert step.loss == pytest.approx(one.loss, rel=1e-12)
    for name, gradient in one.gradients.items():
        np.testing.assert_allclose(step.gradients[name], gradient, rtol=1e-9, atol=1e-12)
    for name, array in alone.buffers().items():
        np.testing.assert_allclose(buffers[name], array, rtol=1e-12)
        np.testing.assert_array_equal(others[name], buffers[name])


def test_a_rank_that_is_lost_ends_the_pass_of_the_others():
    def job(communicator):
        net = small_net()
        share_statistics(net, communicator, lambda: 1)
        if communicator.rank == 1:
            return None
        with pytest.raises(WorkersLost), one_pass(net):
            net.forward_backward(*batch(net, 2))
        return len(communicator.calls)

    assert on_ranks(2, job) == [1, None]


def test_prediction_asks_nobody():
    def job(communicator):
        net = small_net()
        x, labels = batch(net, 2, seed=communicator.rank)
        before, step = net.forward(x), net.forward_backward(x, labels, training=False)
        share_statistics(net, communicator, lambda: 1)
        np.testing.assert_array_equal(net.forward(x), before)
        again = net.forward_backward(x, labels, training=False)
        for name, gradient in step.gradients.items():
            np.testing.assert_array_equal(again.gradients[name], gradient)
        return communicator.calls

    assert on_ranks(2, job) == [[], []]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_of_the_network_computes_alone(copied):
    net = small_net()
    share_statistics(net, OneProcess(), lambda: 1)
    assert all(leaf.alone for _, leaf in leaves(copied(net)))
    assert not all(leaf.alone for _, leaf in leaves(net))
    assert all(leaf.alone for _, leaf in leaves(net.astype(np.float32)))
    absent(copied(net))  # nothing to take part in


def test_a_rank_of_weight_0_sends_nothing_back():
    def job(communicator):
        net, rank = small_net(), communicator.rank
        share_statistics(net, communicator, lambda: 1 - rank)
        step = net.forward_backward(*batch(net, 2, seed=rank))
        return all(np.isfinite(gradient).all() for gradient in step.gradients.values())

    assert on_ranks(2, job) == [True, True]


def test_a_network_without_norms_needs_nothing():
    net = Network([Conv2d(2, 3), GlobalAvgPool2d(), Flatten()], (1, 5, 5))
    share_statistics(net, OneProcess(), lambda: 1)
    absent(net)
    with one_pass(net):
        net.forward_backward(*batch(net, 2))
