"""All parameters in one native call: the fast path of `Optimizer.update`, if available."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from badak.arrays import Array
from badak.ops import edition
from badak.ops.step import StepNumbers

FLOAT32 = np.dtype(np.float32)

# What a run came to; from 0 on it is the first parameter that would not be finite, and nothing
# was changed.
DONE, UNFIT, STALE = -1, -2, -3


class FusedUpdate:
    """An optimizer's live arrays, bound to an edition that changes them together.

    Attributes:
        names: of the parameters, in order.
        state: ``"conv1.weight.mean"`` -> array, changed by each run; zeros if there was none.
    """

    def __init__(
        self, names: list[str], state: dict[str, Array], chosen: ModuleType, bound: Any
    ) -> None:
        self.names = names
        self.state = state
        self._edition = chosen
        self._bound = bound

    @classmethod
    def of(
        cls,
        rule: str | None,
        slots: tuple[str, ...],
        parameters: Mapping[str, Array],
        state: Mapping[str, Array],
    ) -> "FusedUpdate | None":
        """Bind parameters and their state, or return None if no edition can."""
        if rule is None or any(p.dtype != FLOAT32 for p in parameters.values()):
            return None
        chosen = edition.of(FLOAT32)
        keys = [[f"{name}.{slot}" for slot in slots] for name in parameters]
        held = {
            key: state[key] if key in state else np.zeros_like(parameter)
            for parameter, own in zip(parameters.values(), keys, strict=True)
            for key in own
        }
        bound = chosen.bind_update(rule, dict(parameters), held, keys)
        return None if bound is None else cls(list(parameters), held, chosen, bound)

    def run(
        self,
        parameters: Mapping[str, Array],
        state: Mapping[str, Array],
        gradients: Mapping[str, Array],
        numbers: StepNumbers,
    ) -> int:
        """Change all parameters and their state by one step, or none.

        Returns:
            DONE; or which parameter's new value would be the first not to be finite; UNFIT if a
            gradient cannot be used as it is; STALE if these are not the arrays that are bound.
        """
        if self._edition is not edition.of(FLOAT32):
            return STALE
        result: int = self._bound.run(_dict(parameters), _dict(state), _dict(gradients), numbers)
        return result


def _dict(mapping: Mapping[str, Array]) -> dict[str, Array]:
    return mapping if isinstance(mapping, dict) else dict(mapping)
