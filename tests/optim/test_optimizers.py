"""Every optimizer against torch.optim, and what is refused before a parameter changes."""

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from badak import optim
from badak.errors import ArgumentTypeError, BadakError

STEPS = 20
# The allowed difference after 20 steps, in units of the largest parameter.
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-10}

RATES = st.floats(1e-3, 0.3)
DECAYS = st.just(0.0) | st.floats(1e-4, 0.5)
SHARES = st.floats(0.0, 0.999)
# Not below 1e-5: a gradient near zero over a smaller eps magnifies float32's rounding.
EPSILONS = st.floats(1e-5, 1e-2)


def _plain(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {}


def _momentum(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    share = draw(SHARES)
    return {"momentum": share}, {"momentum": share}


def _nesterov(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    share = draw(st.floats(0.01, 0.999))  # torch refuses nesterov without momentum
    return {"momentum": share}, {"momentum": share, "nesterov": True}


def _eps(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    eps = draw(EPSILONS)
    return {"eps": eps}, {"eps": eps}


def _rmsprop(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    arguments = {"alpha": draw(SHARES), "eps": draw(EPSILONS)}
    return arguments, arguments


def _adam(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    # With beta2 near 0 the root is the gradient's own size, and 20 steps magnify its rounding.
    arguments = {"betas": (draw(SHARES), draw(st.floats(0.5, 0.999))), "eps": draw(EPSILONS)}
    return arguments, arguments


PAIRS: dict[str, tuple[Any, Any]] = {
    "sgd": (torch.optim.SGD, _plain),
    "momentum": (torch.optim.SGD, _momentum),
    "nesterov": (torch.optim.SGD, _nesterov),
    "adagrad": (torch.optim.Adagrad, _eps),
    "rmsprop": (torch.optim.RMSprop, _rmsprop),
    "adam": (torch.optim.Adam, _adam),
    "adamw": (torch.optim.AdamW, _adam),
}


def _start(dtype: Any, seed: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {
        "conv1.weight": generator.standard_normal((3, 2, 2)).astype(dtype),
        "conv1.bias": generator.standard_normal(3).astype(dtype),
    }


def _gradients(parameters: dict[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {
        name: generator.standard_normal(array.shape).astype(array.dtype)
        for name, array in parameters.items()
    }


def test_every_optimizer_is_compared() -> None:
    assert PAIRS.keys() == optim.OPTIMIZERS.keys()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", list(PAIRS))
@given(data=st.data())
def test_twenty_steps_equal_torch(name: str, dtype: Any, data: st.DataObject) -> None:
    theirs, arguments_of = PAIRS[name]
    ours_arguments, their_arguments = arguments_of(data.draw)
    common = {"lr": data.draw(RATES), "weight_decay": data.draw(DECAYS)}
    seed = data.draw(st.integers(0, 2**32 - 1))
    parameters = _start(dtype, seed)
    tensors = {key: torch.tensor(value.copy()) for key, value in parameters.items()}
    ours = optim.OPTIMIZERS[name](**common, **ours_arguments)
    other = theirs(list(tensors.values()), foreach=False, **common, **their_arguments)
    largest = {key: float(abs(value).max()) for key, value in parameters.items()}
    for step in range(STEPS):
        gradients = _gradients(parameters, seed + step)
        before = {key: value.copy() for key, value in gradients.items()}
        for key, tensor in tensors.items():
            tensor.grad = torch.tensor(gradients[key])
        ours.update(parameters, gradients)
        other.step()
        for key, value in parameters.items():
            assert value.dtype == dtype
            np.testing.assert_array_equal(gradients[key], before[key], "gradient changed")
            largest[key] = max(largest[key], float(abs(value).max()))
            tolerance = TOLERANCE[dtype]
            np.testing.assert_allclose(
                value, tensors[key].numpy(), rtol=tolerance, atol=tolerance * largest[key]
            )
    assert ours.steps == STEPS


@pytest.mark.parametrize("name", list(PAIRS))
def test_a_step_changes_every_parameter_in_place(name: str) -> None:
    parameters = _start(np.float64, 0)
    live, before = dict(parameters), {key: value.copy() for key, value in parameters.items()}
    optim.OPTIMIZERS[name]().update(parameters, _gradients(parameters, 1))
    for key, array in live.items():
        assert parameters[key] is array
        assert (array != before[key]).all()


@pytest.mark.parametrize("name", list(PAIRS))
def test_lr_of_one_step_replaces_the_optimizers_own(name: str) -> None:
    ours, same = _start(np.float64, 0), _start(np.float64, 0)
    optim.OPTIMIZERS[name](lr=0.5).update(ours, _gradients(ours, 1), lr=0.125)
    optim.OPTIMIZERS[name](lr=0.125).update(same, _gradients(same, 1))
    for key in ours:
        np.testing.assert_array_equal(ours[key], same[key])


@pytest.mark.parametrize("name", list(PAIRS))
def test_state_goes_to_another_optimizer_and_on_to_the_same_bits(name: str) -> None:
    first, second = _start(np.float32, 0), _start(np.float32, 0)
    whole, before, after = (optim.OPTIMIZERS[name](lr=0.01) for _ in range(3))
    for step in range(6):
        whole.update(first, _gradients(first, step))
    for step in range(3):
        before.update(second, _gradients(second, step))
    after.load_state(before.steps, before.state)
    for key, array in after.state.items():
        assert not np.shares_memory(array, before.state[key])
    for step in range(3, 6):
        after.update(second, _gradients(second, step))
    for key in first:
        np.testing.assert_array_equal(first[key], second[key])
    assert after.steps == whole.steps == 6
    assert after.state.keys() == whole.state.keys()
    assert {key.rpartition(".")[2] for key in after.state} == set(after.slots)


@pytest.mark.parametrize("name", list(PAIRS))
def test_config_names_the_class_and_every_argument(name: str) -> None:
    config = optim.OPTIMIZERS[name](lr=0.25, weight_decay=0.5).config()
    assert config.pop("name") == optim.OPTIMIZERS[name].__name__
    assert (config["lr"], config["weight_decay"]) == (0.25, 0.5)
    assert optim.OPTIMIZERS[name](**config) == optim.OPTIMIZERS[name](lr=0.25, weight_decay=0.5)


@pytest.mark.parametrize("name", list(PAIRS))
@pytest.mark.parametrize(
    ("gradients", "words"),
    [
        ({}, r"same names; not in both: \['conv1.bias', 'conv1.weight'\]"),
        ({"conv1.bias": np.ones(3), "linear1.bias": np.ones(3)}, "not in both: .*linear1.bias"),
        ({"conv1.weight": np.ones((3, 2, 2)), "conv1.bias": np.ones(2)}, r"\(3,\).*\(2,\)"),
        ({"conv1.weight": np.ones((3, 2, 2)), "conv1.bias": np.ones(3, "f4")}, "float32"),
    ],
)
def test_gradients_that_do_not_fit_change_nothing(
    name: str, gradients: dict[str, np.ndarray], words: str
) -> None:
    parameters = _start(np.float64, 0)
    optimizer = optim.OPTIMIZERS[name]()
    optimizer.update(parameters, _gradients(parameters, 1))
    before = {key: value.copy() for key, value in parameters.items()}
    state = {key: value.copy() for key, value in optimizer.state.items()}
    with pytest.raises(BadakError, match=words):
        optimizer.update(parameters, gradients)
    for key, array in parameters.items():
        np.testing.assert_array_equal(array, before[key])
    for key, array in optimizer.state.items():
        np.testing.assert_array_equal(array, state[key])
    assert optimizer.steps == 1


@pytest.mark.parametrize("lr", [float("nan"), -0.5, float("inf")])
def test_lr_of_a_step_must_be_a_number_and_changes_nothing(lr: float) -> None:
    parameters = _start(np.float64, 0)
    with pytest.raises(BadakError, match=r"^lr.*got"):
        optim.SGD().update(parameters, _gradients(parameters, 1), lr=lr)
    np.testing.assert_array_equal(parameters["conv1.bias"], _start(np.float64, 0)["conv1.bias"])


def test_state_of_another_optimizer_is_refused() -> None:
    optimizer = optim.Momentum()
    with pytest.raises(BadakError, match=r"Momentum.*conv1\.bias\.mean"):
        optimizer.load_state(3, {"conv1.bias.mean": np.ones(3)})
    with pytest.raises(ArgumentTypeError, match=r"steps.*got 2.5"):
        optimizer.load_state(2.5, {})
    with pytest.raises(BadakError, match=r"steps.*got -1"):
        optimizer.load_state(-1, {})
    assert (optimizer.steps, optimizer.state) == (0, {})


def test_weight_decay_of_adamw_shrinks_the_parameter_and_not_the_mean() -> None:
    """Where the gradient is zero, Adam's decay moves by lr and AdamW's by lr * decay * p."""
    for kind, wanted in ((optim.Adam, 4 - 0.1), (optim.AdamW, 4 - 0.1 * 0.5 * 4)):
        parameters = {"w": np.array([4.0])}
        kind(lr=0.1, weight_decay=0.5).update(parameters, {"w": np.zeros(1)})
        np.testing.assert_allclose(parameters["w"], [wanted], rtol=1e-7)


@pytest.mark.parametrize("name", list(PAIRS))
def test_an_update_that_overflows_is_named_and_changes_nothing(name: str) -> None:
    """With a warning only, the next checkpoint would hold infinities, or squares stay infinite."""
    parameters = {"w": np.array([3e38], np.float32)}
    optimizer = optim.OPTIMIZERS[name](lr=3e38)
    with pytest.raises(BadakError, match=r"^the update of w .*finite"):
        optimizer.update(parameters, {"w": np.array([-3e38], np.float32)})
    assert parameters["w"] == np.float32(3e38)
    assert (optimizer.steps, optimizer.state) == (0, {})


def test_numbers_of_numpy_become_plain_so_that_a_checkpoint_can_hold_them() -> None:
    made = [
        optim.SGD(lr=np.float32(0.5), weight_decay=np.float32(0.25)),
        optim.Momentum(momentum=np.float32(0.5)),
        optim.AdaGrad(eps=np.float32(0.5)),
        optim.RMSProp(alpha=np.float32(0.5)),
        optim.Adam(betas=np.array([0.5, 0.25], np.float32).tolist()),
        optim.AdamW(betas=(np.float32(0.5), np.float32(0.25))),
    ]
    for optimizer in made:
        assert json.loads(json.dumps(optimizer.config())) == optimizer.config()


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda optimizer: pickle.loads(pickle.dumps(optimizer))]
)
@pytest.mark.parametrize("name", list(optim.OPTIMIZERS))
def test_a_copy_steps_on_alike_and_leaves_the_original_alone(name, copied):
    """After a step the optimizer is bound to the very arrays that it changed."""
    generator = np.random.default_rng(4)
    parameters = {
        key: generator.standard_normal(shape).astype(np.float32)
        for key, shape in (("conv1.weight", (5, 2, 3, 2)), ("linear1.bias", (7,)))
    }
    gradients = {key: np.cos(array) for key, array in parameters.items()}
    optimizer = optim.OPTIMIZERS[name](lr=0.05)
    optimizer.update(parameters, gradients)
    twin, twins = copied(optimizer), {key: array.copy() for key, array in parameters.items()}
    assert (twin.steps, twin.config()) == (1, optimizer.config())
    before = {key: array.copy() for key, array in (parameters | optimizer.state).items()}
    twin.update(twins, gradients)
    for key, array in (parameters | optimizer.state).items():
        np.testing.assert_array_equal(array, before[key], err_msg=key)
    optimizer.update(parameters, gradients)
    for key, array in (parameters | optimizer.state).items():
        np.testing.assert_array_equal(array, (twins | twin.state)[key], err_msg=key)
