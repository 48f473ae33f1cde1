"""The models of today against PyTorch: the same networks, written there by hand.

The weights travel as a state dict with torchvision's names, where torchvision has the network.
"""

from functools import partial
from inspect import signature

import numpy as np
import pytest
import torch

import badak
from badak import models
from models import torch_large, torch_mobile, torch_small

K = 5  # classes
LITE = (partial(torch_small.EfficientNetLite, 0.25, 1.2, K), models.EfficientNetLite0)
MODULES = [[(6, (3, 8), (2, 4), 5)] * 2, [(4, (3, 5), (2, 7), 6)] * 5, [(8, (2, 9), (4, 5), 3)] * 2]
# family -> (PyTorch's network, badak's, its arguments, the shape of one image)
FAMILIES = {
    "mobilenet-v1": (partial(torch_mobile.mobilenet_v1, 0.25, K), models.MobileNetV1,
                     {"width": 0.25}, (3, 64, 70)),
    "mobilenet-v2": (partial(torch_mobile.mobilenet_v2, 0.25, K), models.MobileNetV2,
                     {"width": 0.25}, (3, 64, 70)),
    "mobilenet-v2 below 64": (partial(torch_mobile.mobilenet_v2, 0.25, K, stem=1),
                              models.MobileNetV2, {"width": 0.25}, (3, 32, 36)),
    "mobilenet-v3-small": (partial(torch_mobile.mobilenet_v3_small, 0.5, K),
                           models.MobileNetV3Small, {"width": 0.5}, (3, 64, 70)),
    "efficientnet-b0": (partial(torch_mobile.efficientnet_b0, 0.25, (1, 2, 2, 3, 3, 4, 1), K),
                        models.EfficientNetB0, {"width": 0.25}, (3, 64, 70)),
    "efficientnet-lite0": (*LITE, {"width": 0.25, "depth": 1.2}, (3, 64, 71)),
    "shufflenet-v2": (partial(torch_mobile.shufflenet_v2, (4, 8, 4), (8, 12, 16, 24, 32), K),
                      models.ShuffleNetV2, {"filters": (8, 12, 16, 24, 32)}, (3, 64, 70)),
    "densenet121": (partial(torch_large.densenet121, 4, (6, 12, 24, 16), K), models.DenseNet121,
                    {"growth": 4}, (3, 64, 70)),
    "densenet121 below 64": (partial(torch_large.densenet121, 4, (2, 2), K, stem=1),
                             models.DenseNet121, {"growth": 4, "blocks": (2, 2)}, (3, 32, 36)),
    "regnety-400mf": (partial(torch_large.regnet_y_400mf, (1, 3, 6, 6), (8, 16, 24, 32), 8, K),
                      models.RegNetY400MF, {"filters": (8, 16, 24, 32)}, (3, 64, 70)),
    "convnext-tiny": (partial(torch_large.convnext_tiny, (3, 3, 9, 3), (4, 8, 12, 16), K),
                      models.ConvNeXtTiny, {"filters": (4, 8, 12, 16)}, (3, 64, 96)),
    "resnet50": (partial(torch_large.resnet50, (3, 4, 6, 3), (4, 8, 12, 16), K), models.ResNet50,
                 {"filters": (4, 8, 12, 16)}, (3, 64, 70)),
    "resnet50 below 64": (partial(torch_large.resnet50, (1, 2), (4, 8), K, stem=1),
                          models.ResNet50, {"blocks": (1, 2), "filters": (4, 8)}, (3, 32, 36)),
    "squeezenet": (partial(torch_large.SqueezeNet, 8, ((2, 2), (4, 4), (6, 6, 8, 8)), K),
                   models.SqueezeNet, {"filters": 8, "fires": ((2, 2), (4, 4), (6, 6, 8, 8))},
                   (3, 64, 70)),
    "googlenet": (partial(torch_small.googlenet, MODULES, K), models.GoogLeNet,
                  {"modules": MODULES}, (3, 64, 70)),
    "wideresnet16": (partial(torch_small.wide_resnet16, 1, K), models.WideResNet16, {"width": 1},
                     (3, 16, 20)),
    "resnet8": (partial(torch_small.resnet8, (4, 8, 12), K), models.ResNet8,
                {"filters": (4, 8, 12)}, (3, 16, 19)),
    "photo": (partial(torch_small.photo, (4, 5, 6, 8), 2, K), models.PhotoNet,
              {"filters": (4, 5, 6, 8)}, (3, 64, 70)),
    "photo below 64": (partial(torch_small.photo, (4, 5, 6, 8), 1, K), models.PhotoNet,
                       {"filters": (4, 5, 6, 8)}, (3, 32, 36)),
    "ds-cnn": (partial(torch_small.ds_cnn, 8, 4, K), models.DSCNN, {"filters": 8}, (1, 49, 10)),
}  # fmt: skip


def twins(family):
    """PyTorch's network with random weights, and badak's in float32 and float64 with the same.

    And which of the state dict's layers each of badak's is.
    """
    make, model, sizes, shape = FAMILIES[family]
    if "dropout" in signature(model).parameters:
        sizes = {"dropout": (0, 0) if model is models.DSCNN else 0, **sizes}
    torch.manual_seed(1)
    twin = make()
    for name, array in twin.state_dict().items():
        if name.endswith("running_var"):
            array.uniform_(0.5, 1.5)
        elif array.ndim > 1 and array[0].numel() > 1:  # He's, so that images stay apart
            array.normal_(0, (2 / array[0].numel()) ** 0.5)
        elif array.is_floating_point():
            array.add_(0.3 * torch.randn_like(array))
    single, double = (model(K, input_shape=shape, dtype=kind, **sizes) for kind in ("f4", "f8"))
    names = badak.load_state_dict(single, twin.state_dict())
    assert badak.load_state_dict(double, twin.state_dict()) == names
    return twin.double(), single, double, names


@pytest.mark.filterwarnings("ignore:several layers are alike")
@pytest.mark.parametrize("family", FAMILIES)
def test_a_models_outputs_and_gradients_are_pytorchs(family):
    """Gradients in float64: in float32 rounding moves values across the kinks of ReLU."""
    twin, single, double, names = twins(family)
    generator = np.random.default_rng(0)
    x = generator.standard_normal((4, *single.input_shape), np.float32)
    labels = generator.integers(K, size=4)
    with torch.no_grad():
        expected = twin.eval()(torch.tensor(x).double()).numpy()
    assert np.ptp(expected, axis=0).max() > 1e-2  # the images are told apart
    np.testing.assert_allclose(single(x), expected, atol=1e-4 * np.abs(expected).max(), rtol=0)

    logits = twin.train()(torch.tensor(x).double())
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    assert single.loss_and_gradients(x, labels)[0] == pytest.approx(loss.item(), rel=1e-3)
    own_loss, gradients = double.loss_and_gradients(x.astype(np.float64), labels)
    assert own_loss == pytest.approx(loss.item(), rel=1e-6)
    theirs = {name: parameter.grad.numpy() for name, parameter in twin.named_parameters()}
    size = max(np.abs(gradient).max() for gradient in theirs.values())
    for name, gradient in gradients.items():
        layer, _, key = name.rpartition(".")
        key = "layer_scale" if "scale" in layer else key  # torchvision's name
        expected = theirs.pop(f"{names[layer]}.{key}").reshape(gradient.shape)
        np.testing.assert_allclose(gradient, expected, atol=1e-6 * size, rtol=1e-5, err_msg=name)
    assert not theirs
