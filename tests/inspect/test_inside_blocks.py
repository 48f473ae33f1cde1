"""A name inside blocks means the same everywhere: the layer whose output PyTorch's hooks see."""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from badak import BadakError, Trainer, inspect
from badak.data import Dataset
from badak.inspect.attribution.backward import trace
from badak.inspect.attribution.grad_cam import stretched
from badak.inspect.report import Trained, evaluation, features, history
from badak.layers import Concat, Conv2d, Residual, Tanh
from twins import nested_net, torch_outputs

# A Residual in a Concat in a Residual.
DEEP = "block1.block1.branch2.block1"
MAPS = [
    *("conv1", "block1.block1.branch2.conv1", f"{DEEP}.conv1", f"{DEEP}.tanh1", DEEP),
    *("block1.block1.branch2.relu1", "block1.block1", "block1.conv1", "block1.shortcut.conv1"),
    *("block1", "pool1", "block2.branch1.norm1", "block2.branch1.tanh1", "block2.branch2.conv1"),
    "block2",
]
NAMES = [*MAPS, "flatten1", "linear1"]
CONVOLUTIONS = [name for name in MAPS if name.endswith("conv1")]


@pytest.fixture
def net():
    return nested_net()


@pytest.fixture
def images():
    return np.random.default_rng(2).random((7, 2, 6, 8))


@pytest.fixture
def dataset(images):
    return Dataset(images, np.arange(7) % 5, list("abcde"))


def by_autograd(outputs, last, layer, grad_y):
    """The gradient of ``sum(grad_y * last)`` by a layer; 0 if `last` does not depend on it."""
    start = outputs[layer]
    (gradient,) = torch.autograd.grad(
        outputs[last], start, torch.tensor(grad_y), retain_graph=True, allow_unused=True
    )
    return np.zeros(start.shape) if gradient is None else gradient.numpy()


def numpy(outputs):
    return {name: output.detach().numpy() for name, output in outputs.items()}


def test_feature_maps(net, images):
    maps, outputs = inspect.feature_maps(net, images[0]), numpy(torch_outputs(net, images[:1]))
    assert list(maps) == NAMES
    for name, values in maps.items():
        np.testing.assert_allclose(values, outputs[name][0], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("layer", [None, *NAMES])
def test_a_gradient_by_any_layer(net, images, layer):
    grad_y = np.random.default_rng(4).standard_normal((7, 5))
    gradient = trace(net, images).gradient(grad_y, layer)
    expected = by_autograd(torch_outputs(net, images), "linear1", layer or "", grad_y)
    np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("last", NAMES)
def test_a_trace_may_end_at_any_layer(net, images, last):
    seen, outputs = trace(net, images, last), torch_outputs(net, images)
    np.testing.assert_allclose(seen.output, numpy(outputs)[last], rtol=1e-11, atol=1e-13)
    grad_y = np.random.default_rng(4).standard_normal(seen.output.shape)
    for layer in (None, *seen.outputs):
        expected = by_autograd(outputs, last, layer or "", grad_y)
        np.testing.assert_allclose(seen.gradient(grad_y, layer), expected, rtol=1e-9, atol=1e-13)


def test_a_trace_runs_only_what_leads_to_its_end(net, images):
    assert list(trace(net, images, f"{DEEP}.conv1").outputs) == [
        "conv1",
        "block1.block1.branch2.conv1",
        f"{DEEP}.conv1",
    ]
    assert list(trace(net, images, "block2.branch2.conv1").outputs) == [
        *MAPS[: MAPS.index("pool1") + 1],
        "block2.branch2.conv1",
    ]


@pytest.mark.parametrize("layer", MAPS)
def test_grad_cam(net, images, layer):
    outputs = torch_outputs(net, images[:1])
    gradient = by_autograd(outputs, "linear1", layer, np.eye(5)[[3]])[0]
    maps = numpy(outputs)[layer][0]
    expected = np.maximum((gradient.mean(axis=(1, 2))[:, None, None] * maps).sum(axis=0), 0)
    found = inspect.grad_cam(net, images[0], 3, layer)
    np.testing.assert_allclose(found, stretched(expected, 6, 8), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("layer", [f"{DEEP}.conv1", f"{DEEP}", "block1.shortcut.conv1"])
def test_maximize_activation(net, layer):
    bare = {"jitter": 0, "blur": 0, "total_variation": 0}
    start = inspect.maximize_activation(net, layer, 1, steps=1, lr=1e-12, **bare).image
    found = inspect.maximize_activation(net, layer, 1, steps=1, lr=0.01, **bare)
    outputs = torch_outputs(net, start[None])
    weights = np.zeros(outputs[layer].shape)
    weights[0, 1] = 1 / weights[0, 1].size
    gradient = by_autograd(outputs, layer, "", weights)[0]
    step = gradient / np.sqrt(np.square(gradient).mean())
    np.testing.assert_allclose(found.image, (start + 0.01 * step).clip(0, 1), atol=1e-9)
    activations = [
        numpy(torch_outputs(net, image[None]))[layer][0, 1].mean() for image in (start, found.image)
    ]
    np.testing.assert_allclose(found.activations, activations, rtol=1e-9)


@pytest.mark.parametrize("layer", [f"{DEEP}.tanh1", "block1.block1", "block2.branch2.conv1"])
def test_embedding(net, dataset, layer):
    rows = numpy(torch_outputs(net, dataset.images))[layer].reshape(7, -1)
    expected = PCA(2, svd_solver="full").fit_transform(rows)
    points = inspect.embedding(net, dataset, layer).points
    np.testing.assert_allclose(abs(points), abs(expected), atol=1e-5)  # images are float32


@pytest.mark.parametrize("layer", MAPS)
def test_top_patches(net, dataset, layer):
    maps = numpy(torch_outputs(net, dataset.images))[layer][:, 1]
    order = np.argsort(-maps.max(axis=(1, 2)), kind="stable")[:3]
    found = inspect.top_patches(net, dataset, layer, 1, k=3)
    np.testing.assert_array_equal(found.indices, order)
    np.testing.assert_allclose(found.values, maps.max(axis=(1, 2))[order], rtol=1e-9)
    best = [maps[index, y, x] for index, (y, x) in zip(order, found.places, strict=True)]
    np.testing.assert_allclose(found.values, best, rtol=1e-9)


@pytest.mark.parametrize("layer", CONVOLUTIONS)
def test_explain_pixel_and_filters(net, images, layer):
    outputs = numpy(torch_outputs(net, images[:1]))
    pixel = inspect.explain_pixel(net, images[0], layer, 1, 2, 3)
    np.testing.assert_allclose(pixel.output, outputs[layer][0, 1], rtol=1e-9, atol=1e-13)
    assert pixel.products.sum() + pixel.bias == pytest.approx(outputs[layer][0, 1, 2, 3])
    maps = images[0] if pixel.source == "image" else outputs[pixel.source][0]
    np.testing.assert_allclose(pixel.maps, maps, rtol=1e-9, atol=1e-13)
    np.testing.assert_array_equal(pixel.weight, net.parameters()[f"{layer}.weight"][1])
    np.testing.assert_array_equal(inspect.filters(net, layer)[1], pixel.weight)


@pytest.mark.parametrize("layer", MAPS)
def test_receptive_field(net, images, layer):
    """A pixel outside the box does not change the output at this place."""
    seen, field = trace(net, images[:1], layer), inspect.receptive_field(net, layer)
    assert field.places == seen.output.shape[2:]
    grad_y = np.zeros_like(seen.output)
    grad_y[0, :, 1, 2] = 1
    gradient = seen.gradient(grad_y)[0]
    rows, columns = (slice(max(side.start, 0), side.stop) for side in field.box(1, 2))
    assert gradient[:, rows, columns].any()
    gradient[:, rows, columns] = 0
    assert not gradient.any()


def test_profile(monkeypatch, images):
    """With a clock that only some of the calls move."""
    net, now = nested_net(np.float32), [0.0]

    def slow(kind, way, seconds):
        original = getattr(kind, way)

        def moving(*arguments, **named):
            now[0] += seconds
            return original(*arguments, **named)

        monkeypatch.setattr(kind, way, moving)

    slow(Tanh, "forward", 1.0)
    slow(Tanh, "backward", 10.0)
    slow(Conv2d, "forward", 0.25)
    slow(Concat, "split", 3.0)
    slow(Residual, "join", 5.0)
    module = importlib.import_module("badak.inspect.checks.profile")
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    found, summary = inspect.profile(net, images.astype(np.float32), rounds=2), net.summary()
    rows = found.rows[:-1]
    assert [row.name for row in rows] == [row.name for row in summary.rows] == NAMES
    assert [row.flops for row in rows] == [7 * (r.flops + r.backward_flops) for r in summary.rows]
    times = {row.name: (row.forward, row.backward) for row in found.rows if row.seconds}
    assert times == {
        **dict.fromkeys([f"{DEEP}.tanh1", "block2.branch1.tanh1"], (1, 10)),
        **dict.fromkeys(CONVOLUTIONS, (0.25, 0)),
        **dict.fromkeys(["block1.block1", "block2"], (0, 3)),
        **dict.fromkeys([DEEP, "block1"], (5, 0)),
    }


def test_precision(net, dataset):
    """In float32 the error of each layer of a float32 network is that of float32."""
    found = inspect.precision(net, dataset, "float32")
    assert [layer.name for layer in found.layers] == NAMES
    exact = numpy(torch_outputs(net, dataset.images))
    rounded = inspect.feature_maps(net.astype(np.float32), dataset.images[0])
    for layer in found.layers:
        assert 0 < layer.error < 1e-5
        np.testing.assert_allclose(rounded[layer.name], exact[layer.name][0], rtol=1e-3, atol=1e-4)


@pytest.fixture
def trained(dataset):
    net = nested_net(np.float32)
    trainer = Trainer(net, epochs=1, batch_size=4, snapshots=1, progress=False)
    trainer.fit(dataset)
    return trainer


def test_timeline(trained, dataset):
    moments, net = inspect.timeline(trained), trained.net
    assert list(moments.filters) == list(moments.maps) == CONVOLUTIONS
    assert list(moments.dead) == ["block1.block1.branch2.relu1"]
    outputs = numpy(torch_outputs(net, moments.images))
    for name in CONVOLUTIONS:
        weight = net.parameters()[f"{name}.weight"]
        np.testing.assert_array_equal(moments.filters[name][-1], weight[:, :4])
        np.testing.assert_allclose(moments.maps[name][-1], outputs[name], rtol=1e-3, atol=1e-4)
    dead = numpy(torch_outputs(net, dataset.images))["block1.block1.branch2.relu1"] == 0
    assert moments.dead["block1.block1.branch2.relu1"][-1] == dead.all(axis=(0, 2, 3)).mean()


def test_the_report(trained, dataset):
    about = Trained(
        trained.net,
        start=trained.net,
        moments=inspect.timeline(trained),
        train=dataset,
        test=dataset,
    )
    assert about.convolutions == CONVOLUTIONS
    for draw in (
        *(features.feature_maps, features.explain_pixel, features.top_patches),
        *(history.filters_after, history.filters_over_time, history.maps_over_time),
        *(history.time_machine, evaluation.embedding),
    ):
        assert draw(about)


def test_an_unknown_name_is_an_error_that_lists_the_names(net, images, dataset):
    image, name = images[0], "block1.conv9"
    for call in (
        lambda: inspect.grad_cam(net, image, 3, name),
        lambda: inspect.maximize_activation(net, name, 0),
        lambda: inspect.embedding(net, dataset, name),
        lambda: inspect.top_patches(net, dataset, name, 0),
        lambda: inspect.explain_pixel(net, image, name, 0, 0, 0),
        lambda: inspect.receptive_field(net, name),
        lambda: inspect.filters(net, name),
        lambda: trace(net, images, name),
        lambda: trace(net, images).gradient(np.ones((7, 5)), name),
    ):
        with pytest.raises(BadakError, match=rf"layer must be one of .*'{DEEP}.conv1'.*'{name}'"):
            call()
