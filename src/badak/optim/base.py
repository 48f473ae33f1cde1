"""Optimizer: the base of all optimizers: a rule, its numbers, and its state in named arrays."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from badak import checks
from badak.arrays import Array
from badak.errors import BadakError
from badak.ops.step import StepNumbers
from badak.optim.fused import DONE, STALE, FusedUpdate
from badak.optim.rates import Rates, checked_rates, factor_of


@dataclass
class Optimizer(ABC):
    """Changes parameters by their gradients, and keeps the state that its rule needs.

    Attributes:
        lr: learning rate.
        weight_decay: this times the parameter is added to its gradient (an L2 penalty).
        rates: factors on the learning rate by patterns of parameter names, such as
            ``{"head.*": 1, "block7.*": 0.3, "*": 0.1}``; the first pattern that matches decides,
            1 if none does. What PyTorch does by parameter groups.
        slots: the arrays kept for each parameter, all zeros at first.
        rule: the native core's name of the rule, if it has the rule.
        steps: updates made so far.
        state: ``"conv1.weight.mean"`` -> array.
    """

    slots: ClassVar[tuple[str, ...]] = ()
    rule: ClassVar[str | None] = None
    steps: int = field(default=0, init=False, repr=False, compare=False)
    state: dict[str, Array] = field(default_factory=dict, init=False, repr=False, compare=False)
    _fused: FusedUpdate | None = field(default=None, init=False, repr=False, compare=False)
    lr: float = 0.01
    weight_decay: float = 0.0
    rates: Rates = field(default_factory=dict, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        self.lr = checks.real(self.lr, "lr", above=0)
        self.weight_decay = checks.real(self.weight_decay, "weight_decay", minimum=0)
        self.rates = checked_rates(self.rates)

    def update(
        self,
        parameters: Mapping[str, Array],
        gradients: Mapping[str, Array],
        lr: float | None = None,
    ) -> None:
        """Change every parameter in place by one step.

        Args:
            parameters: name -> live array.
            gradients: name -> array of the parameter's shape and dtype; exactly the same names.
            lr: learning rate of this step, if a schedule sets it.

        Raises:
            BadakError: names or shapes that differ, or a new value that is not finite; no
                parameter has changed.
        """
        if gradients.keys() != parameters.keys():
            odd = sorted(gradients.keys() ^ parameters.keys())
            raise BadakError(
                f"gradients and parameters must have the same names; not in both: {odd}"
            )
        rate = checks.real(self.lr if lr is None else lr, "lr", minimum=0)
        if not self.rates and self._update_together(parameters, gradients, rate):
            return
        changed = {}
        for name, parameter in parameters.items():
            with np.errstate(over="ignore", invalid="ignore"):  # reported below
                state, own = self._slots_of(name, parameter), rate * factor_of(self.rates, name)
                changed[name] = self._rule(parameter, gradients[name], state, own)
            if not all(np.isfinite(array).all() for array in changed[name]):
                raise BadakError(self._not_finite(name))
        # All new values exist before the first is written: an error above changes nothing.
        self.steps += 1
        for name, (new, *slots) in changed.items():
            parameters[name][...] = new
            for slot, array in zip(self.slots, slots, strict=True):
                self.state[f"{name}.{slot}"] = array

    def _update_together(
        self, parameters: Mapping[str, Array], gradients: Mapping[str, Array], lr: float
    ) -> bool:
        """Change all parameters and their state in place by one native call, if possible."""
        numbers, fused, outcome = self._numbers(lr), self._fused, STALE
        if fused is not None:
            outcome = fused.run(parameters, self.state, gradients, numbers)
        if fused is None or outcome == STALE:
            fused = self._fused = FusedUpdate.of(self.rule, self.slots, parameters, self.state)
            if fused is None:
                return False
            outcome = fused.run(parameters, fused.state, gradients, numbers)
            if outcome == DONE:
                self.state.update(fused.state)
        if outcome >= 0:
            raise BadakError(self._not_finite(fused.names[outcome]))
        self.steps += outcome == DONE
        return outcome == DONE

    def _slots_of(self, name: str, parameter: Array) -> list[Array]:
        keys = [f"{name}.{slot}" for slot in self.slots]
        return [self.state[k] if k in self.state else np.zeros_like(parameter) for k in keys]

    @abstractmethod
    def _rule(
        self, parameter: Array, gradient: Array, state: list[Array], lr: float
    ) -> Sequence[Array]:
        """Return the new parameter and the new state."""

    def _numbers(self, lr: float) -> StepNumbers:
        """Return the rule's numbers for the native core."""
        return StepNumbers(lr, self.weight_decay)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy keeps: not the binding to these arrays."""
        return {**self.__dict__, "_fused": None}

    def config(self) -> dict[str, Any]:
        """Return the name and the constructor's arguments, as JSON can hold them."""
        arguments = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        rates = arguments.pop("rates")
        arguments |= {"rates": [list(pair) for pair in rates.items()]} if rates else {}
        return {"name": type(self).__name__} | {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in arguments.items()
        }

    def load_state(self, steps: int, state: Mapping[str, NDArray[Any]]) -> None:
        """Restore the steps and state of a saved optimizer of the same kind.

        Args:
            steps: updates made.
            state: ``"conv1.weight.mean"`` -> array.
        """
        odd = [name for name in state if name.rpartition(".")[2] not in self.slots]
        if odd:
            raise BadakError(f"{type(self).__name__} has no state named {', '.join(odd)}")
        self.steps = checks.integer(steps, "steps")
        self.state = {name: array.copy() for name, array in state.items()}

    def _decayed(self, parameter: Array, gradient: Array) -> Array:
        return gradient + self.weight_decay * parameter if self.weight_decay else gradient

    def _not_finite(self, name: str) -> str:
        return (
            f"the update of {name} is not finite; use a lower learning rate than {self.lr:g}, "
            f"such as {self.lr / 10:g}"
        )
