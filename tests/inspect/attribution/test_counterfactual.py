"""counterfactual: a small change that turns an image into another class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import BadakError
from badak.inspect import counterfactual
from badak.layers import Flatten, Linear
from badak.network import Network


def by_pixel():
    """A network whose class k is the k-th of four pixels, ten times."""
    net = Network([Flatten(), Linear(4)], (1, 2, 2))
    net.parameters()["linear1.weight"][:] = 10 * np.eye(4)
    net.parameters()["linear1.bias"][:] = 0
    return net


@given(label=st.integers(0, 3), values=st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4))
def test_the_class_is_reached_by_its_own_pixel(label, values):
    net, image = by_pixel(), np.reshape(np.float32(values), (1, 2, 2))
    found = counterfactual(net, image, label, goal=0.6, smooth=0.0, steps=400)
    assert found.reached
    shares = net.predict_proba(found.image[None])[0]
    np.testing.assert_allclose(found.probabilities[-1], shares[label], rtol=1e-5)
    np.testing.assert_allclose(found.image, image + found.change, atol=1e-6)
    assert found.image.min() >= 0
    assert found.image.max() <= 1
    change = found.change.reshape(4)
    assert change[label] >= 0
    assert (np.delete(change, label) <= 0).all()


def test_an_image_of_the_class_stays_as_it_is():
    image = np.float32([[[1, 0], [0, 0]]])
    found = counterfactual(by_pixel(), image, 0)
    assert found.reached
    assert len(found.probabilities) == 1
    np.testing.assert_array_equal(found.image, image)
    np.testing.assert_array_equal(found.change, 0)


def test_what_cannot_be_reached_is_said():
    net = by_pixel()
    net.parameters()["linear1.weight"][3] = 0
    net.parameters()["linear1.bias"][:] = [0, 0, 0, -50]
    found = counterfactual(net, np.ones((1, 2, 2)), 3, steps=30)
    assert not found.reached
    assert len(found.probabilities) == 31


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"label": 4}, "label.*at most 3.*got 4"),
        ({"label": 0, "goal": 1}, "goal.*below 1.*got 1"),
        ({"label": 0, "steps": 0}, "steps.*at least 1.*got 0"),
        ({"label": 0, "lr": 0}, "lr.*above 0.*got 0"),
        ({"label": 0, "smooth": -1}, "smooth.*at least 0.*got -1"),
        ({"label": 0, "sparse": -1}, "sparse.*at least 0.*got -1"),
    ],
)
def test_arguments_are_checked(arguments, words):
    with pytest.raises(BadakError, match=words):
        counterfactual(by_pixel(), np.ones((1, 2, 2)), **arguments)
    with pytest.raises(BadakError, match="shape"):
        counterfactual(by_pixel(), np.ones((1, 3, 2)), 0)
