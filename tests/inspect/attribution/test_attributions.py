"""Each attribution method agrees with PyTorch's autograd, a plain loop, or Captum."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from captum import attr
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError, Network, inspect
from badak.inspect.attribution.grad_cam import stretched
from badak.layers import Conv2d, Flatten, Linear
from badak.models import LeNet5, SimpleConvNet
from twins import mixed_net, torch_twin

METHODS = ["saliency", "smooth_grad", "integrated_gradients", "grad_cam", "occlusion"]
LABEL = 3
TOLERANCE = {np.float64: 1e-10, np.float32: 1e-4}  # the issue asks for 1e-4


@pytest.fixture
def image():
    return np.random.default_rng(7).random((2, 9, 11))


@pytest.fixture(params=[np.float64, np.float32], ids=["float64", "float32"])
def pair(request):
    """A network, its twin, and how closely they agree."""
    net = mixed_net(request.param)
    return net, torch_twin(net), TOLERANCE[request.param]


def autograd(twin, images, label=LABEL):
    x = torch.tensor(np.asarray(images, np.float64), requires_grad=True)
    (grad,) = torch.autograd.grad(twin(x)[:, label].sum(), x)
    return grad.numpy()


def agree(found, expected, tolerance):
    """Assert agreement relative to the largest value of the map, which must not be constant."""
    scale = np.abs(expected).max()
    assert scale > 1e-3
    np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=tolerance)


def test_saliency_is_the_gradient_of_the_logit(pair, image):
    net, twin, tolerance = pair
    found = inspect.saliency(net, image, LABEL)
    assert found.dtype == net.dtype
    agree(found, np.abs(autograd(twin, image[None])[0]).max(axis=0), tolerance)


def test_smooth_grad_is_the_mean_gradient_under_noise(pair, image):
    net, twin, tolerance = pair
    noise = np.random.default_rng(5).standard_normal((37, 2, 9, 11))
    noisy = image + 0.2 * (image.max() - image.min()) * noise
    expected = np.abs(autograd(twin, noisy).mean(axis=0)).max(axis=0)
    found = inspect.smooth_grad(net, image, LABEL, samples=37, noise=0.2, seed=5)
    agree(found, expected, tolerance)
    assert np.abs(found - inspect.smooth_grad(net, image, LABEL, seed=6)).max() > 1e-3


@pytest.mark.parametrize("baseline", [0.0, 0.4, "image"])
def test_integrated_gradients_are_the_sum_along_the_way(pair, image, baseline):
    net, twin, tolerance = pair
    if baseline == "image":
        baseline = np.random.default_rng(8).random(image.shape)
    way = (np.arange(23).reshape(-1, 1, 1, 1) + 0.5) / 23
    gradient = autograd(twin, baseline + way * (image - baseline)).mean(axis=0)
    found = inspect.integrated_gradients(net, image, LABEL, baseline=baseline, steps=23)
    agree(found, (image - baseline) * gradient, tolerance)


def gap(net, image, steps, baseline=0.0):
    """The error of the sum of the attributions, relative to the sum that they should have."""
    shares = inspect.integrated_gradients(net, image, LABEL, steps=steps, baseline=baseline)
    logits = net(np.stack([image, np.full_like(image, baseline)]))[:, LABEL]
    difference = logits[0] - logits[1]
    assert abs(difference) > 0.05
    return abs(shares.sum() - difference) / abs(difference)


def test_integrated_gradients_are_complete(image):
    smooth, cornered = mixed_net(smooth=True), mixed_net()
    assert gap(smooth, image, 1000) < 1e-6
    assert gap(smooth, image, 1000, baseline=0.5) < 1e-6
    ratio = gap(smooth, image, 50) / gap(smooth, image, 100)
    assert 3.5 < ratio < 4.5  # the square of the steps, as the docstring says
    assert gap(cornered, image, 1000) < 2e-3


@pytest.mark.parametrize("layer", [None, "conv1", "conv2", "pool1", "sigmoid1"])
def test_grad_cam_is_the_papers(pair, image, layer):
    net, twin, tolerance = pair
    maps = out = torch.tensor(image[None])
    for name, module in twin.named_children():
        out = module(out)
        if name == (layer or "conv2"):
            maps = out = out.detach().requires_grad_()
    (grad,) = torch.autograd.grad(out[0, LABEL], maps)
    small = (grad.mean(dim=(2, 3), keepdim=True) * maps).sum(dim=1, keepdim=True).relu()
    large = F.interpolate(small, image.shape[1:], mode="bilinear", align_corners=False)
    found = inspect.grad_cam(net, image, LABEL, layer)
    agree(found, large[0, 0].detach().numpy(), tolerance)


@given(data=st.data())
def test_stretching_is_pytorchs_bilinear(data):
    h, w, height, width = (data.draw(st.integers(1, 12)) for _ in range(4))
    values = np.random.default_rng(h).random((h, w))
    given_to = torch.tensor(values)[None, None]
    expected = F.interpolate(given_to, (height, width), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(stretched(values, height, width), expected[0, 0], atol=1e-12)


def naive_occlusion(net, image, size, stride, value):
    """Pixel by pixel, by definition: every patch that covers the pixel."""
    _, height, width = image.shape
    whole = net(image[None])[0, LABEL]
    result = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            falls = []
            for top in range(0, height, stride):
                for left in range(0, width, stride):
                    # If the place before reached the edge, this one is not needed.
                    spare = top - stride + size >= height or left - stride + size >= width
                    if spare or not (top <= y < top + size and left <= x < left + size):
                        continue
                    covered = image.copy()
                    covered[:, top : top + size, left : left + size] = value
                    falls.append(whole - net(covered[None])[0, LABEL])
            result[y, x] = np.mean(falls)
    return result


@pytest.mark.parametrize(
    ("size", "stride", "value"), [(3, 2, 0.0), (4, 3, -0.5), (5, 5, None), (1, 1, 0.2)]
)
def test_occlusion_is_the_naive_loop(pair, image, size, stride, value):
    net, _, tolerance = pair
    cover = image.mean(axis=(1, 2))[:, None, None] if value is None else value
    expected = naive_occlusion(net, image, size, stride, cover)
    found = inspect.occlusion(net, image, LABEL, size=size, stride=stride, value=value)
    agree(found, expected, tolerance)


def test_occlusions_own_sizes_fit_the_image():
    """A fifth of the shorter side, a quarter of that as stride; and at least 1 of each."""
    net, image = mixed_net(), np.random.default_rng(7).random((2, 9, 11))
    np.testing.assert_array_equal(
        inspect.occlusion(net, image, LABEL), inspect.occlusion(net, image, LABEL, size=1, stride=1)
    )
    large = Network([Flatten(), Linear(4)], (1, 61, 70))
    image = np.random.default_rng(7).random((1, 61, 70))
    np.testing.assert_array_equal(
        inspect.occlusion(large, image, LABEL),
        inspect.occlusion(large, image, LABEL, size=12, stride=3),
    )


def test_captum_says_the_same(pair, image):
    net, twin, tolerance = pair
    x = torch.tensor(image[None], requires_grad=True)

    def numpy(tensor):
        return tensor[0].detach().numpy()

    expected = numpy(attr.Saliency(twin).attribute(x, target=LABEL)).max(axis=0)
    agree(inspect.saliency(net, image, LABEL), expected, tolerance)
    expected = numpy(
        attr.IntegratedGradients(twin).attribute(
            x, 0.3, target=LABEL, n_steps=40, method="riemann_middle"
        )
    )
    found = inspect.integrated_gradients(net, image, LABEL, baseline=0.3, steps=40)
    agree(found, expected, max(tolerance, 1e-7))  # Captum's own sums are float32
    small = attr.LayerGradCam(twin, twin.conv2).attribute(x, target=LABEL, relu_attributions=True)
    large = attr.LayerAttribution.interpolate(small, (9, 11), "bilinear")
    agree(inspect.grad_cam(net, image, LABEL), numpy(large)[0], tolerance)
    expected = numpy(
        attr.Occlusion(twin).attribute(x, (2, 4, 4), (2, 3, 3), baselines=0.3, target=LABEL)
    )
    found = inspect.occlusion(net, image, LABEL, size=4, stride=3, value=0.3)
    agree(np.broadcast_to(found, (2, 9, 11)), expected, max(tolerance, 1e-7))


@pytest.mark.parametrize("method", METHODS)
def test_the_same_bits_each_time_and_the_network_unchanged(method, image):
    net, call = mixed_net(np.float32), getattr(inspect, method)
    before, given_image = copy.deepcopy(net.state()), image.copy()
    drawn = copy.deepcopy(net.generators()["dropout1"].bit_generator.state)
    first = call(net, image, LABEL)
    first_again = first.copy()
    np.testing.assert_array_equal(call(net, image, LABEL), first)
    first[...] = 0  # the caller may change it
    np.testing.assert_array_equal(call(net, image, LABEL), first_again)
    assert np.abs(first_again - call(net, image, LABEL - 1)).max() > 1e-3
    np.testing.assert_array_equal(image, given_image)
    assert net.generators()["dropout1"].bit_generator.state == drawn
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("method", METHODS)
def test_bytes_are_the_floats_they_stand_for(method):
    net, call = SimpleConvNet(filters=3, weight_init="he"), getattr(inspect, method)
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28), np.uint8)
    found = call(net, image, LABEL)
    assert found.any()
    np.testing.assert_array_equal(found, call(net, image / np.float32(255), LABEL))


@pytest.mark.parametrize("method", METHODS)
def test_an_image_or_label_that_does_not_fit_is_named(method, image):
    net, call = mixed_net(), getattr(inspect, method)
    with pytest.raises(BadakError, match=r"image.*got \(1, 9, 11\)"):
        call(net, image[:1], LABEL)
    with pytest.raises(BadakError, match=r"label.*got 5"):
        call(net, image, 5)
    with pytest.raises(BadakError, match=r"label.*got 'cat'"):
        call(net, image, "cat")
    image[0, 0, 0] = np.nan
    with pytest.raises(BadakError, match=r"image.*NaN"):
        call(net, image, LABEL)


WRONG = [
    ("smooth_grad", {"samples": 0}, "samples.*got 0"),
    ("smooth_grad", {"noise": -0.1}, "noise.*got -0.1"),
    ("smooth_grad", {"seed": -1}, "seed.*got -1"),
    ("integrated_gradients", {"steps": 0}, "steps.*got 0"),
    ("integrated_gradients", {"baseline": np.zeros((2, 9, 1))}, r"baseline.*got \(2, 9, 1"),
    ("integrated_gradients", {"baseline": np.inf}, "baseline.*got inf"),
    ("grad_cam", {"layer": "conv9"}, "layer.*'conv1', 'norm1', .*got 'conv9'"),
    ("grad_cam", {"layer": "linear1"}, "layer.*got 'linear1'"),
    ("occlusion", {"size": 10}, "size.*got 10"),
    ("occlusion", {"size": 3, "stride": 4}, "stride.*got 4"),
    ("occlusion", {"value": np.nan}, "value.*got nan"),
]


@pytest.mark.parametrize(("method", "arguments", "words"), WRONG)
def test_wrong_arguments_are_named(method, arguments, words, image):
    with pytest.raises(BadakError, match=words):
        getattr(inspect, method)(mixed_net(), image, LABEL, **arguments)


def test_grad_cam_needs_maps():
    net = Network([Flatten(), Linear(2)], (1, 3, 3))
    with pytest.raises(BadakError, match="no convolution layer"):
        inspect.grad_cam(net, np.ones((1, 3, 3)), 0)


def test_attributions_are_all_methods(image):
    net = mixed_net()
    found = inspect.attributions(net, image, LABEL)
    np.testing.assert_array_equal(found.image, image)
    assert found.label == LABEL
    assert found.probability == net.predict_proba(image[None])[0, LABEL]
    assert list(found.maps) == METHODS
    for name, values in found.maps.items():
        expected = getattr(inspect, name)(net, image, LABEL)
        if name == "integrated_gradients":
            expected = expected.sum(axis=0)
        assert values.shape == (9, 11)
        np.testing.assert_array_equal(values, expected)


def test_grad_cam_passes_over_maps_of_one_place():
    """The output of LeNet-5's C5 is 1x1: its map would be constant."""
    net = LeNet5(modern=False)
    image = np.random.default_rng(0).random((1, 28, 28), np.float32)
    found = inspect.grad_cam(net, image, label=2)
    assert np.ptp(found) > 0  # for most other classes it is all 0, for every layer
    np.testing.assert_array_equal(found, inspect.grad_cam(net, image, label=2, layer="conv2"))
    only = Network([Conv2d(4, 5), Flatten(), Linear(6)], (1, 5, 5))
    assert inspect.grad_cam(only, image[:, :5, :5], LABEL).shape == (5, 5)
