"""The arrays of a network: other dtypes, and arrays that fit or do not fit."""

import copy
import re

import numpy as np
import pytest

from badak import BadakError
from badak.errors import ArgumentTypeError
from badak.layers import CrossEntropyLoss


def test_a_network_that_diverged_can_be_looked_at_in_another_dtype(net):
    net.parameters()["conv1.bias"][0] = np.nan
    assert np.isnan(net.astype(np.float64).parameters()["conv1.bias"][0])


def test_astype_keeps_values_and_loss(net):
    net.loss = CrossEntropyLoss(label_smoothing=0.1)
    double = net.astype(np.float64)
    assert double.loss == net.loss
    for name, array in net.state().items():
        np.testing.assert_array_equal(double.state()[name], array.astype(np.float64))


def test_all_misfits_of_a_state_are_listed_and_nothing_is_loaded(net):
    before = copy.deepcopy(net.state())
    state = copy.deepcopy(before)
    del state["conv1.bias"]
    state["extra.weight"] = np.ones(2)
    state["linear1.weight"] = np.ones((9, 9), np.float32)
    state["norm1.bias"] = state["norm1.bias"].astype(np.float64)
    state["norm1.running_var"][1] = np.inf
    with pytest.raises(BadakError) as fault:
        net.load_state(state)
    for words in (
        r"conv1\.bias.*missing",
        r"extra\.weight.*unknown",
        r"linear1\.weight.*\(9, 9\).*\(3, 48\)",
        r"norm1\.bias.*float64.*float32",
        r"norm1\.running_var.*NaN",
    ):
        fault.match(words)
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("state", ["net.pth", [1], None])
def test_a_state_dict_must_be_a_dictionary(net, state):
    words = rf"state must be a dictionary.*got {re.escape(repr(state))}: .*reads files"
    with pytest.raises(ArgumentTypeError, match=words):
        net.load_state_dict(state)
