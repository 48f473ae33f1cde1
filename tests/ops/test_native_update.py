"""The native update of a whole network: the rules' numbers, in place, all or nothing."""

import copy
from collections.abc import Iterator

import numpy as np
import pytest

_core = pytest.importorskip("badak._core")

from badak import ops, optim  # noqa: E402
from badak.errors import BadakError  # noqa: E402

NAMES = list(optim.OPTIMIZERS)
SHAPES = {"conv.weight": (7, 3, 5, 5), "conv.bias": (7,), "none": (0, 4), "linear": (130, 257)}


@pytest.fixture(params=_core.usable_sets(), autouse=True)
def instruction_set(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run each test with every instruction set of this processor, in the native edition."""
    before = _core.active_set()
    assert _core.use_set(request.param)
    with ops.use("native"):
        yield request.param
    _core.use_set(before)


def draw(seed: int, scale: float = 1.0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {
        name: (scale * generator.standard_normal(shape)).astype(np.float32)
        for name, shape in SHAPES.items()
    }


def copies(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array.copy() for name, array in arrays.items()}


def same(arrays: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> None:
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, others[name], name)


def make(name: str, **arguments: float) -> optim.Optimizer:
    return optim.OPTIMIZERS[name](**{"lr": 0.01, "weight_decay": 0.1, **arguments})


@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e7])  # the last is checked one number at a time
@pytest.mark.parametrize("name", NAMES)
def test_steps_are_the_references(name: str, scale: float) -> None:
    ours, theirs = draw(0), draw(0)
    optimizer, reference = make(name), make(name)
    for step in range(5):
        gradients = draw(step + 1, scale)
        before = copies(gradients)
        optimizer.update(ours, gradients)
        same(gradients, before)
        with ops.use("reference"):
            reference.update(theirs, gradients)
        assert optimizer.steps == reference.steps
        assert optimizer.state.keys() == reference.state.keys()
        pairs = [(ours, theirs), (optimizer.state, reference.state)]
        for key, array, wanted in [(k, a[k], b[k]) for a, b in pairs for k in a]:
            limit = 2e-6 * float(np.abs(wanted).max(initial=0))
            np.testing.assert_allclose(array, wanted, rtol=2e-6, atol=limit, err_msg=key)


@pytest.mark.parametrize("name", NAMES)
def test_the_native_call_is_what_runs_and_it_keeps_the_live_arrays(name, monkeypatch):
    monkeypatch.setattr(optim.OPTIMIZERS[name], "_rule", None)  # the fallback would fail
    parameters, optimizer = draw(0), make(name)
    live = dict(parameters)
    optimizer.update(parameters, draw(1))
    state, before = dict(optimizer.state), copies(parameters)
    optimizer.update(parameters, draw(2))
    for key, array in live.items():
        assert parameters[key] is array
        assert array.size == 0 or (array != before[key]).any()
    for key, array in state.items():
        assert optimizer.state[key] is array
    assert optimizer.steps == 2


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bits_with_any_number_of_threads(name):
    results = []
    before = _core.num_threads()
    for threads in (1, 2, 3):
        _core.set_num_threads(threads)
        parameters, optimizer = draw(0), make(name)
        for step in range(3):
            optimizer.update(parameters, draw(step + 1))
        results.append(parameters)
    _core.set_num_threads(before)
    same(results[0], results[1])
    same(results[0], results[2])


def refusal(optimizer: optim.Optimizer, parameters: dict, gradients: dict) -> str:
    with pytest.raises(BadakError) as caught:
        optimizer.update(parameters, gradients)
    return str(caught.value)


# Each makes a new value NaN or infinite.
FAULTS = {
    "NaN in a gradient": lambda p, g, o: g["linear"].put(-1, np.nan),
    "infinity in a gradient": lambda p, g, o: g["linear"].put(5000, -np.inf),
    "a parameter that is not finite": lambda p, g, o: p["linear"].put(77, np.inf),
    "NaN in a parameter": lambda p, g, o: p["linear"].put(-3, np.nan),
    "too large together": lambda p, g, o: (
        p["linear"].put(9, 3.4e38),
        g["linear"].put(9, -3.4e38),
        setattr(o, "lr", 1e38),
    ),
}


@pytest.mark.parametrize("steps", [0, 1, 3])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_new_value_that_is_not_finite_is_named_and_nothing_has_changed(name, fault, steps):
    """Also after moderate steps, for which the core only checks sizes."""
    parameters, optimizer = draw(0), make(name)
    for step in range(steps):
        optimizer.update(parameters, draw(step + 1))
    gradients = draw(99)
    good = (copies(parameters), copies(gradients), optimizer.lr)
    FAULTS[fault](parameters, gradients, optimizer)
    before, state = copies(parameters), copies(optimizer.state)
    with ops.use("reference"):
        words = refusal(copy.deepcopy(optimizer), copies(parameters), gradients)
    assert refusal(optimizer, parameters, gradients) == words
    same(parameters, before)
    same(optimizer.state, state)
    assert optimizer.steps == steps

    # And the next good step is as if nothing had happened.
    for key, array in good[0].items():
        parameters[key][...] = array
    optimizer.lr = good[2]
    optimizer.update(parameters, good[1])
    twin, others = make(name), draw(0)
    for step in range(steps):
        twin.update(others, draw(step + 1))
    twin.update(others, good[1])
    same(parameters, others)


def test_the_first_of_several_faults_is_named():
    parameters, gradients = draw(0), draw(1)
    gradients["linear"][0, 0] = gradients["conv.bias"][2] = np.nan
    with pytest.raises(BadakError, match=r"update of conv\.bias"):
        make("adam").update(parameters, gradients)


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam"])
def test_squares_that_grew_out_of_bounds_are_seen_in_time(name):
    """A huge gradient leaves huge squares; a moderate one after it may still overflow."""
    parameters, optimizer = draw(0), make(name, weight_decay=0.0, eps=1.0)
    optimizer.update(parameters, draw(1))
    huge = {key: np.full_like(array, 1.8e19) for key, array in parameters.items()}
    optimizer.update(parameters, huge)
    before, state = copies(parameters), copies(optimizer.state)
    overflow = {"adagrad": 6e18, "rmsprop": 2e20, "adam": 1e21}[name]
    gradients = {key: np.full_like(array, overflow) for key, array in parameters.items()}
    with pytest.raises(BadakError, match="is not finite"):
        optimizer.update(parameters, gradients)
    same(parameters, before)
    same(optimizer.state, state)


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_a_velocity_that_grew_out_of_bounds_is_seen_when_the_gradient_is_moderate_again(name):
    parameters, optimizer = draw(0), make(name, weight_decay=0.0)
    optimizer.update(parameters, draw(1))
    optimizer.update(parameters, {k: np.full_like(p, 1e38) for k, p in parameters.items()}, 1e-35)
    before, state = copies(parameters), copies(optimizer.state)
    with pytest.raises(BadakError, match="is not finite"):
        optimizer.update(parameters, draw(2), lr=100.0)
    same(parameters, before)
    same(optimizer.state, state)


@pytest.mark.parametrize("name", NAMES)
def test_new_arrays_and_loaded_state_are_bound_again(name):
    parameters, optimizer = draw(0), make(name)
    twins, twin = draw(0), make(name)
    for step in range(6):
        optimizer.update(parameters, draw(step + 1))
        if step == 2:  # all arrays in new memory, as after loading a checkpoint
            twins = copies(twins)
            twin.load_state(twin.steps, twin.state)
        if step == 4:
            twin = copy.deepcopy(twin)
        twin.update(twins, draw(step + 1))
    same(parameters, twins)
    same(optimizer.state, twin.state)


def test_arrays_that_the_core_cannot_take_go_the_textbooks_way():
    """Strided arrays, and arrays that share memory: each gets its own result."""
    wide = np.ones((4, 6), np.float32)
    for parameters in (
        {"w": wide[:, ::2]},
        {"w": wide[:, :3], "v": np.ones(3, np.float32)},
    ):
        gradients = {key: np.ones_like(array) for key, array in parameters.items()}
        optimizer = optim.SGD(lr=0.5)
        optimizer.update(parameters, gradients)
        assert optimizer.steps == 1
        for array in parameters.values():
            np.testing.assert_array_equal(array, 0.5)
        wide[...] = 1
    shared = np.ones(8, np.float32)
    parameters = {"a": shared[:5], "b": shared[3:]}
    optim.SGD(lr=0.5).update(parameters, {"a": np.ones(5, "f4"), "b": np.ones(5, "f4")})
    np.testing.assert_array_equal(shared, [0.5] * 8)  # not twice if they overlap


def test_a_gradient_that_is_a_parameter_is_read_before_it_changes():
    shared = np.arange(1, 9, dtype=np.float32)
    parameters = {"a": shared[:4], "b": shared[4:]}
    optim.SGD(lr=1).update(parameters, {"a": shared[4:], "b": shared[:4]})
    np.testing.assert_array_equal(shared, [-4, -4, -4, -4, 4, 4, 4, 4])


def test_read_only_parameters_are_refused_and_stay():
    array = np.ones(3, np.float32)
    array.flags.writeable = False
    optimizer = optim.SGD()
    with pytest.raises(ValueError, match="read-only"):
        optimizer.update({"w": array}, {"w": np.ones(3, np.float32)})
    np.testing.assert_array_equal(array, 1)


def test_no_room_for_the_state_changes_nothing(monkeypatch):
    def fails(array: np.ndarray) -> np.ndarray:
        if array.ndim == 2:
            raise MemoryError
        return np.zeros(array.shape, array.dtype)

    parameters, optimizer = draw(0), make("adam")
    monkeypatch.setattr(np, "zeros_like", fails)
    with pytest.raises(MemoryError):
        optimizer.update(parameters, draw(1))
    same(parameters, draw(0))
    assert (optimizer.steps, optimizer.state) == (0, {})


def test_a_gradient_array_that_is_used_again_is_read_again():
    parameters, gradients = {"w": np.zeros(3, np.float32)}, {"w": np.ones(3, np.float32)}
    optimizer = optim.SGD(lr=1)
    optimizer.update(parameters, gradients)
    gradients["w"][...] = 5
    optimizer.update(parameters, gradients)
    gradients = {"w": np.full(3, 10, np.float32)}
    optimizer.update(parameters, gradients)
    np.testing.assert_array_equal(parameters["w"], -16)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 3, 20_000, 40_000])
def test_the_first_array_that_is_not_finite_is_found(value, place):
    arrays = [np.ones(n, np.float32) for n in (5, 0, 40_001, 3)]
    assert ops.first_not_finite(arrays) == -1
    assert ops.first_not_finite([]) == -1
    arrays[2][place] = arrays[3][1] = value
    assert ops.first_not_finite(arrays) == 2
    assert ops.first_not_finite([array.astype(np.float64) for array in arrays]) == 2


@pytest.mark.parametrize("scale", [1, 1e25, 1e-30, 1e-44])
def test_the_norm_has_no_overflow_and_is_the_same_with_any_threads(scale):
    arrays = list(draw(0, scale).values())
    expected = np.sqrt(sum(np.square(a.astype(np.float64)).sum() for a in arrays))
    np.testing.assert_allclose(ops.norm(arrays), expected, rtol=1e-12)
    before, norms = _core.num_threads(), set()
    for threads in (1, 2, 3):
        _core.set_num_threads(threads)
        norms.add(ops.norm(arrays))
    _core.set_num_threads(before)
    assert len(norms) == 1
