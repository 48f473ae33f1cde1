"""Learning rates by layer, against PyTorch's parameter groups."""

import json

import numpy as np
import pytest
import torch

import badak
from badak import optim
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import Flatten, Linear, ReLU

KINDS = {
    "sgd": torch.optim.SGD,
    "momentum": lambda groups, **numbers: torch.optim.SGD(groups, momentum=0.9, **numbers),
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}
RATES = {"head.*": 1, "conv?.weight": 0.25, "*": 0.1}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", KINDS)
def test_equals_pytorchs_parameter_groups(name, dtype):
    numbers = np.random.default_rng(4)
    shapes = {"conv1.weight": (3, 2), "conv1.bias": (3,), "head.weight": (2, 3)}
    parameters = {key: numbers.standard_normal(shape) for key, shape in shapes.items()}
    tensors = {key: torch.tensor(array, requires_grad=True) for key, array in parameters.items()}
    parameters = {key: array.astype(dtype) for key, array in parameters.items()}
    factors = {"conv1.weight": 0.25, "conv1.bias": 0.1, "head.weight": 1}
    groups = [{"params": [tensors[key]], "lr": 0.1 * factors[key]} for key in shapes]
    theirs = KINDS[name](groups, lr=0.1, weight_decay=0.01)
    ours = optim.OPTIMIZERS[name](lr=0.1, weight_decay=0.01, rates=RATES)
    for _ in range(3):
        gradients = {key: numbers.standard_normal(shape) for key, shape in shapes.items()}
        for key, tensor in tensors.items():
            tensor.grad = torch.tensor(gradients[key])
        theirs.step()
        ours.update(parameters, {key: array.astype(dtype) for key, array in gradients.items()})
    for key, tensor in tensors.items():
        np.testing.assert_allclose(parameters[key], tensor.detach(), rtol=1e-4, atol=1e-6)


def test_the_order_of_patterns_is_part_of_the_config():
    first, second = optim.SGD(rates={"a*": 1, "*": 2}), optim.SGD(rates={"*": 2, "a*": 1})
    assert first.config() != second.config()
    assert "rates" not in optim.SGD().config()
    config = json.loads(json.dumps(first.config()))
    twin = optim.SGD(**{key: value for key, value in config.items() if key != "name"})
    assert twin.config() == first.config()


@pytest.mark.parametrize(
    ("rates", "kind", "words"),
    [
        ({"conv": 0}, BadakError, r"rates\['conv'\] must be above 0; got 0: freeze"),
        ({"conv": -1}, BadakError, r"rates\['conv'\] must be at least 0; got -1"),
        ({"conv": "1"}, ArgumentTypeError, r"rates\['conv'\] must be.*got '1'"),
        ({1: 1}, ArgumentTypeError, r"rates must be a dictionary.*got \{1: 1\}"),
        (0.5, ArgumentTypeError, r"rates must be a dictionary.*got 0\.5"),
    ],
)
def test_bad_rates(rates, kind, words):
    with pytest.raises(kind, match=words):
        optim.Adam(rates=rates)


def test_a_pattern_that_matches_nothing_is_refused():
    net = badak.Network([Flatten(), Linear(2)], (1, 2, 2))
    with pytest.raises(BadakError, match=r"'linaer1\.\*' matches no parameter; near are: linear1"):
        badak.Trainer(net, optim.SGD(rates={"linaer1.*": 2}), progress=False)


def test_a_run_with_rates_and_frozen_layers_resumes_bit_for_bit(tmp_path):
    numbers = np.random.default_rng(0)
    images = numbers.random((20, 1, 3, 3), dtype=np.float32)
    data = badak.data.Dataset(images, np.arange(20) % 2)

    def trainer(max_steps=None, rates=RATES, frozen="linear1"):
        layers = {"flat": Flatten(), "linear1": Linear(4), "relu": ReLU(), "head": Linear(2)}
        net = badak.Network(layers, (1, 3, 3))
        if frozen:
            net.freeze(frozen)
        optimizer = optim.Adam(rates={"head.*": 1, "linear1.*": rates["*"]})
        options = {"epochs": 3, "batch_size": 5, "max_steps": max_steps, "progress": False}
        return badak.Trainer(net, optimizer, **options)

    whole, begun, resumed = trainer(), trainer(5), trainer()
    whole.fit(data)
    begun.fit(data, run_dir=tmp_path)
    resumed.fit(data, run_dir=tmp_path, resume=True)
    for name, array in whole.net.state().items():
        np.testing.assert_array_equal(resumed.net.state()[name], array)
    with pytest.raises(BadakError, match=r"optimizer was.*and is now"):
        trainer(rates={"*": 0.5}).fit(data, run_dir=tmp_path, resume=True)
    with pytest.raises(BadakError, match=r"another network: frozen \['linear1'\]"):
        trainer(frozen=None).fit(data, run_dir=tmp_path, resume=True)
