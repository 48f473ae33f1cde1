"""Schedules against torch.optim.lr_scheduler, their end points, and what they refuse.

torch counts scheduler steps; here a schedule is a function of epochs passed. One scheduler step is
taken as one epoch, or for OneCycle as one of `total_steps - 1` equal parts.
"""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from badak.errors import ArgumentTypeError, BadakError
from badak.optim import SCHEDULES, Cosine, OneCycle, Step, WarmUp

EPOCHS = st.integers(1, 40)


def _torch_rates(make: Any, steps: int) -> list[float]:
    """The learning rates before each of `steps` scheduler steps and after the last; first 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return [*rates, optimizer.param_groups[0]["lr"]]


def _close(ours: list[float], theirs: list[float]) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@given(step_size=st.integers(1, 15), gamma=st.floats(0.05, 1.5), epochs=EPOCHS)
def test_step_equals_steplr(step_size: int, gamma: float, epochs: int) -> None:
    theirs = _torch_rates(lambda o: lr_scheduler.StepLR(o, step_size, gamma), epochs)
    _close([Step(step_size, gamma)(float(e), epochs) for e in range(epochs + 1)], theirs)


def test_step_stays_within_an_epoch() -> None:
    step = Step(step_size=2, gamma=0.5)
    assert [step(e, 9) for e in (0.0, 1.99, 2.0, 3.99, 4.0)] == [1.0, 1.0, 0.5, 0.5, 0.25]


@given(minimum=st.floats(0, 1), epochs=EPOCHS)
def test_cosine_equals_cosineannealinglr(minimum: float, epochs: int) -> None:
    theirs = _torch_rates(lambda o: lr_scheduler.CosineAnnealingLR(o, epochs, minimum), epochs)
    _close([Cosine(minimum)(float(e), epochs) for e in range(epochs + 1)], theirs)


@given(rise=st.integers(1, 20), start=st.floats(0.01, 1), epochs=EPOCHS)
def test_warm_up_equals_linearlr(rise: int, start: float, epochs: int) -> None:
    theirs = _torch_rates(lambda o: lr_scheduler.LinearLR(o, start, 1.0, rise), epochs)
    _close([WarmUp(rise, start)(float(e), epochs) for e in range(epochs + 1)], theirs)


@given(rise=st.floats(0.1, 0.9), divide=st.floats(1, 50), final=st.floats(1, 1e5))
def test_one_cycle_equals_onecyclelr(rise: float, divide: float, final: float) -> None:
    """torch peaks at step rise * total - 1, so parts are counted from there on each side."""
    total = 50
    theirs = _torch_rates(
        lambda o: lr_scheduler.OneCycleLR(
            o, 1.0, total, pct_start=rise, div_factor=divide, final_div_factor=final
        ),
        total - 1,
    )
    peak = rise * total - 1
    schedule = OneCycle(rise, 1 / divide, 1 / divide / final)
    shares = [
        rise * step / peak if step <= peak else rise + (1 - rise) * (step - peak) / (49 - peak)
        for step in range(total)
    ]
    _close([schedule(20 * share, 20) for share in shares], theirs)


@pytest.mark.parametrize(
    ("schedule", "points"),
    [
        (Step(10, 0.1), {0: 1, 10: 0.1, 20: 0.01}),
        (Cosine(), {0: 1, 10: 0.5, 20: 0}),
        (Cosine(0.2), {0: 1, 20: 0.2}),
        (WarmUp(2, 0.5), {0: 0.5, 1: 0.75, 2: 1, 20: 1}),
        (OneCycle(0.25, 0.04, 0.001), {0: 0.04, 2.5: 0.52, 5: 1, 20: 0.001}),
    ],
)
def test_end_points(schedule: Any, points: dict[float, float]) -> None:
    for passed, factor in points.items():
        np.testing.assert_allclose(schedule(float(passed), 20), factor, rtol=1e-12, atol=1e-15)


@given(share=st.floats(0, 1), epochs=EPOCHS)
@pytest.mark.parametrize("name", list(SCHEDULES))
def test_factors_are_finite_never_negative_and_at_most_1(
    name: str, share: float, epochs: int
) -> None:
    assert 0 <= SCHEDULES[name]()(share * epochs, epochs) <= 1


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        (Step, {"step_size": 0}, "step_size.*got 0"),
        (Step, {"gamma": 0}, "gamma.*got 0"),
        (Step, {"gamma": float("nan")}, "gamma.*got nan"),
        (Cosine, {"minimum": -0.1}, "minimum.*got -0.1"),
        (Cosine, {"minimum": 1.5}, "minimum.*got 1.5"),
        (WarmUp, {"epochs": 0}, "epochs.*got 0"),
        (WarmUp, {"epochs": float("inf")}, "epochs.*got inf"),
        (WarmUp, {"start": 2}, "start.*got 2"),
        (OneCycle, {"rise": 0}, "rise.*got 0"),
        (OneCycle, {"rise": 1}, "rise.*got 1"),
        (OneCycle, {"start": -1}, "start.*got -1"),
        (OneCycle, {"end": float("nan")}, "end.*got nan"),
    ],
)
def test_arguments_out_of_range(kind: Any, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(BadakError, match=f"^{words}"):
        kind(**arguments)


def test_arguments_of_another_type() -> None:
    with pytest.raises(ArgumentTypeError, match=r"^step_size.*got 2.5"):
        Step(step_size=2.5)  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match=r"^rise.*got 'half'"):
        OneCycle(rise="half")  # type: ignore[arg-type]
