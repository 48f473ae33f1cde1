"""explain_gradient: what comes back adds up to PyTorch's gradient, and through what it came."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network, ops
from badak.inspect import explain_gradient, gradient_maps
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, Product, ReLU, Residual, Sigmoid
from badak.models import SimpleConvNet
from follow_cases import TWINS, around, computed, convolution, places
from layer_examples import EXAMPLES
from own_layer import Own
from strategies import conv_cases
from twins import mixed_net, nested_net, torch_outputs


@pytest.mark.parametrize("name", TWINS)
def test_the_shares_are_pytorchs_gradient_of_an_image(name):
    """The logit is a weighted sum of the layer's outputs, whose gradients are the weights."""
    case = around(name, after=[Flatten(), Linear(2)])
    y = case.twin(case.x)
    *_, last = case.net.layers.values()
    weight = last.parameters["weight"]
    weight[...] = np.random.default_rng(0).standard_normal(weight.shape)
    y.backward(torch.from_numpy(weight[1].reshape(y.shape)))
    expected = case.x.grad[0].numpy()
    for index in places(expected.shape, 8):
        found = explain_gradient(case.net, case.image, case.source, index, label=1)
        (share,) = found.readers
        assert (share.layer, found.value) == (case.layer, case.x[0][index])
        for number in (found.gradient, share.value, share.products.sum(), computed(share)):
            assert number == pytest.approx(expected[index], rel=1e-8, abs=1e-10), share.worked
        np.testing.assert_array_equal(share.products, share.weights * share.gradients)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_formula_of_every_share_makes_it(name):
    net = EXAMPLES[name].network(
        [Conv2d(6, 3, padding=1)], [Flatten(), Linear(3)], dtype=np.float64
    )
    generator = np.random.default_rng(5)
    for key, array in net.state().items():
        array[...] = (
            generator.uniform(0.5, 1.5, array.shape)
            if "var" in key
            else 0.3 * generator.standard_normal(array.shape)
        )
    image = generator.standard_normal(net.input_shape)
    for layer, grad in gradient_maps(net, image, 2, "loss").items():
        for index in places(grad.shape, 3, seed=1):
            found = explain_gradient(net, image, layer, index, 2, "loss")
            assert found.gradient == grad[index]
            if not found.readers:
                assert layer == list(net.layers)[-1]
                continue
            total = sum(share.value for share in found.readers)
            assert total == pytest.approx(found.gradient, rel=1e-8, abs=1e-11)
            for share in found.readers:
                assert computed(share) == pytest.approx(share.value, rel=1e-8, abs=1e-11)


@pytest.mark.parametrize("make", [nested_net, mixed_net])
@pytest.mark.parametrize("of", ["logit", "loss"])
def test_gradient_maps_are_pytorchs(make, of):
    net = make()
    image = np.random.default_rng(4).random(net.input_shape)
    outputs = torch_outputs(net, image[None])
    last = list(outputs.values())[-1] if "linear1" not in outputs else outputs["linear1"]
    target = (
        last[0, 3] if of == "logit" else torch.nn.functional.cross_entropy(last, torch.tensor([3]))
    )
    maps = gradient_maps(net, image, 3, of)
    assert next(iter(maps)) == ""
    for name, array in maps.items():
        (grad,) = torch.autograd.grad(target, outputs[name], retain_graph=True)
        np.testing.assert_allclose(array, grad[0].numpy(), rtol=1e-9, atol=1e-12, err_msg=name)


def test_central_differences_of_pixels():
    net = mixed_net(smooth=True)
    image = np.random.default_rng(0).random(net.input_shape)
    for of in ("logit", "loss"):
        for index in places(image.shape, 6):
            up, down = image.copy(), image.copy()
            up[index] += 1e-5
            down[index] -= 1e-5
            values = [target(net, moved, of) for moved in (up, down)]
            found = explain_gradient(net, image, "", index, 2, of)
            assert found.gradient == pytest.approx(
                (values[0] - values[1]) / 2e-5, rel=1e-5, abs=1e-9
            )


def target(net, image, of):
    """The logit of class 2, or its loss."""
    logits = net(image[None])[0]
    return logits[2] if of == "logit" else np.log(np.exp(logits).sum()) - logits[2]


@given(conv_cases(), st.data())
def test_the_overlaps_are_the_columns_that_col2im_adds_up(case, data):
    net, image = convolution(case, after=[Flatten(), Linear(2)], dtype=np.float64)
    weight, groups = net.parameters()["conv1.weight"], case.options["groups"]
    wide = weight.shape[1]
    index = tuple(data.draw(st.integers(0, size - 1)) for size in net.input_shape)
    found = explain_gradient(net, image, "", index, label=0)
    (share,) = found.readers
    group = index[0] // wide
    grad_y = gradient_maps(net, image, 0)["conv1"]
    filters, gradients = (np.split(each, groups)[group] for each in (weight, grad_y))
    # (R, Fg) @ (Fg, OH * OW): the gradient of the im2col matrix
    grad_columns = filters.reshape(len(filters), -1).T @ gradients.reshape(len(filters), -1)
    np.testing.assert_allclose(
        share.overlaps, grad_columns[share.matrix_rows, share.matrix_columns], rtol=1e-9, atol=1e-12
    )
    window = {key: case.options[key] for key in ("stride", "padding", "dilation")}
    shape = (1, wide, *image.shape[1:])
    place = (0, index[0] % wide, *index[1:])
    sums = ops.col2im(grad_columns[None], shape, weight.shape[2:], **window)
    counts = ops.col2im(np.ones_like(grad_columns)[None], shape, weight.shape[2:], **window)
    assert share.overlaps.sum() == pytest.approx(sums[place], rel=1e-9, abs=1e-12)
    assert share.overlaps.size == counts[place]
    for (row, column), (y, x_) in zip(
        np.ndindex(share.overlaps.shape),
        [(y, x_) for y in share.grid.axes[1] for x_ in share.grid.axes[2]],
        strict=True,
    ):
        assert share.matrix_columns[row, column] == y * grad_y.shape[2] + x_
        cell = share.grid.kernel[0][row], share.grid.kernel[1][column]
        assert share.matrix_rows[row, column] == np.ravel_multi_index(
            (place[1], *cell), (wide, *weight.shape[2:])
        )


def test_max_pooling_passes_its_gradient_to_the_winner_alone():
    net = Network([MaxPool2d(2, stride=1), Flatten(), Linear(2)], (1, 2, 3))
    image = np.array([[[1.0, 5.0, 2.0], [5.0, 0.0, 3.0]]])
    weight = net.parameters()["linear1.weight"]
    weight[0] = [10, 20]
    won, lost = (explain_gradient(net, image, "", (0, *at), 0) for at in ((0, 1), (1, 0)))
    assert (won.gradient, won.readers[0].weights.tolist()) == (30, [[[1, 1]]])
    assert (lost.gradient, lost.readers[0].weights.tolist()) == (0, [[[0]]])


def test_a_number_that_several_read_has_a_share_of_each():
    net = Network(
        [Conv2d(2, 1), Residual([Conv2d(2, 1), ReLU()]), Product([[], []]), Flatten(), Linear(2)],
        (1, 3, 3),
    )
    image = np.ones((1, 3, 3))
    found = explain_gradient(net, image, "conv1", (1, 2, 0), 0)
    assert [(share.layer, share.how) for share in found.readers] == [
        ("block1.conv1", "sum"),
        ("block1", "join"),
    ]
    square = explain_gradient(net, image, "block1", (1, 2, 0), 0)
    assert [share.layer for share in square.readers] == ["block2", "block2"]
    assert sum(share.value for share in square.readers) == pytest.approx(square.gradient, rel=1e-5)


def test_by_hand():
    net = Network([Sigmoid(), Flatten(), Linear(2, bias=False)], (1, 1, 1))
    net.parameters()["linear1.weight"][...] = [[4.0], [-1.0]]
    found = explain_gradient(net, np.zeros((1, 1, 1)), "", (0, 0, 0), 0)
    assert (found.gradient, found.readers[0].worked) == (1.0, "0.5 * (1 - 0.5) * 4 = 1")
    end = explain_gradient(net, np.zeros((1, 1, 1)), "linear1", (0,), 0, "loss")
    assert (end.readers, end.value) == ((), 2.0)
    assert end.gradient == pytest.approx(1 / (1 + np.exp(-2.5)) - 1)


def test_a_layer_of_ones_own_passes_its_gradient():
    net = Network([Own(), Flatten(), Linear(2)], (1, 2, 3))
    found = explain_gradient(net, np.ones((1, 2, 3)), "", (0, 1, 1), 1)
    (share,) = found.readers
    assert (share.how, share.value, share.grid) == ("unknown", found.gradient, None)
    assert found.gradient == net.parameters()["linear1.weight"][1, 4]


def test_wrong_arguments_are_named():
    net, image = SimpleConvNet(), np.ones((1, 28, 28))
    for arguments, words in (
        (("conv9", (0, 0, 0), 1), "layer must be one of '', 'conv1'.*got 'conv9'"),
        (("conv1", (30, 0, 0), 1), "index: channel.*got 30"),
        (("", (0, 28, 0), 1), "index: y.*got 28"),
        (("conv1", (0, 0, 0), 10), "label.*got 10"),
        (("conv1", (0, 0, 0), 1, "prob"), "of must be one of 'logit', 'loss'; got 'prob'"),
    ):
        with pytest.raises(BadakError, match=words):
            explain_gradient(net, image, *arguments)
    net.parameters()["conv1.weight"][...] = np.nan
    with pytest.raises(BadakError, match="output is NaN"):
        explain_gradient(net, image, "", (0, 0, 0), 1)
