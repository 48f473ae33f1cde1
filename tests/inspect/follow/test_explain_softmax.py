"""explain_softmax: the exponentials, and the probability and loss that they make."""

import numpy as np
import pytest
import torch

from badak import BadakError
from badak.inspect import explain_softmax
from badak.models import SimpleConvNet
from follow_cases import computed


def test_it_is_pytorchs_softmax():
    net, image = SimpleConvNet(seed=3), np.random.default_rng(0).random((1, 28, 28), np.float32)
    logits = torch.from_numpy(net(image[None]))
    for label in (0, 7):
        found = explain_softmax(net, image, label)
        expected = torch.softmax(logits, 1)[0]
        np.testing.assert_allclose(found.probabilities, expected.numpy(), rtol=1e-5)
        np.testing.assert_array_equal(found.logits, logits[0].numpy())
        assert found.exponentials.max() == 1
        assert found.value == pytest.approx(expected[label].item(), rel=1e-5)
        assert found.value == pytest.approx(found.exponentials[label] / found.total, rel=1e-5)
        assert computed(found) == pytest.approx(found.value, rel=1e-5)
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor([label])).item()
        assert found.loss == pytest.approx(loss, rel=1e-5)


def test_a_probability_too_small_for_a_float_has_a_loss():
    net = SimpleConvNet()
    net.parameters()["linear2.bias"][...] = [-1000.0] + [0.0] * 9
    found = explain_softmax(net, np.zeros((1, 28, 28)), 0)
    assert found.value == 0
    assert found.loss == pytest.approx(1000 + np.log(9), rel=1e-6)


def test_wrong_arguments_are_named():
    net = SimpleConvNet()
    with pytest.raises(BadakError, match=r"label.*got 10"):
        explain_softmax(net, np.ones((1, 28, 28)), 10)
    net.parameters()["linear2.bias"][...] = np.nan
    with pytest.raises(BadakError, match="output is NaN"):
        explain_softmax(net, np.ones((1, 28, 28)), 1)
