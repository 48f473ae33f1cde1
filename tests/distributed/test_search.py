"""A sweep's combinations: the whole grid in order, or drawn from a seed, none of them twice."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.distributed.sweep import Choices, Range, Search, Space, combinations
from badak.errors import BadakError


def space(method="random", trials=None, seed=0, **searched):
    return Space({}, searched, Search(method, trials, seed))


def test_a_grid_is_the_product_in_the_order_of_the_file():
    lr, epochs = Range(0.001, 0.1, log=True, steps=3), Choices((5, 2))
    found = combinations(space("grid", lr=lr, epochs=epochs))
    assert [tuple(trial.values()) for trial in found] == list(
        itertools.product((0.001, 0.01, 0.1), (5, 2))
    )
    assert list(found[0]) == ["lr", "epochs"]


@given(st.integers(0, 2**31 - 1), st.integers(1, 20), st.integers(1, 20))
def test_the_same_seed_draws_the_same_trials(seed, few, more):
    searched = {"lr": Range(1e-4, 1, log=True), "model": Choices(("lenet", "deep"))}
    first = combinations(space(trials=few, seed=seed, **searched))
    longer = combinations(space(trials=few + more, seed=seed, **searched))
    assert longer[:few] == first
    assert first != combinations(space(trials=few, seed=seed + 1, **searched))


@given(st.integers(0, 100))
def test_no_combination_is_drawn_twice(seed):
    found = combinations(
        space(trials=12, seed=seed, a=Choices((1, 2, 3)), b=Range(1, 4, whole=True))
    )
    assert {tuple(trial.values()) for trial in found} == set(
        itertools.product((1, 2, 3), (1, 2, 3, 4))
    )


def test_log_draws_each_power_of_ten_alike():
    found = combinations(space(trials=1000, lr=Range(1e-4, 1.0, log=True)))
    small = sum(trial["lr"] < 1e-2 for trial in found)
    assert 450 < small < 550


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (space("grid", lr=Range(0.1, 1.0)), "lr is a range, and a grid.*steps = 4"),
        (space(trials=5, a=Choices((1, 2))), "trials must be at most 2.*got 5"),
        (space("grid", a=Choices(range(101)), b=Choices(range(100))), "10,100 trials"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong, words):
    with pytest.raises(BadakError, match=words):
        combinations(wrong)
