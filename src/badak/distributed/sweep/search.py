"""Search: how a sweep chooses among the combinations of a space; the same seed, the same trials."""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from badak import checks
from badak.errors import BadakError, did_you_mean, shown

if TYPE_CHECKING:
    from badak.distributed.sweep.space import Scalar, Space

METHODS = {
    "grid": "each combination",
    "random": "combinations drawn at random",
    "asha": "combinations drawn at random, the weak ones stopped early",
}
TRIALS = 20
MAX_TRIALS = 10_000
ATTEMPTS = 100  # to draw a combination that was not drawn before, on average
# ASHA compares trials at epochs grace, grace * reduction, ...: only the best of them, one of
# `reduction`, train on (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning").
GRACE, REDUCTION = 1, 3


@dataclass(frozen=True)
class Search:
    """The settings of a search.

    Attributes:
        method: one of `METHODS`.
        trials: how many; None for a grid, whose size the space decides.
        seed: of what is drawn.
        grace: epochs that ASHA gives each trial.
        reduction: of so many trials ASHA lets one go on.
    """

    method: str = "grid"
    trials: int | None = None
    seed: int = 0
    grace: int | None = None
    reduction: int | None = None

    @classmethod
    def of(cls, table: Any, default: str = "grid") -> "Search":
        """Return the search that a table of a space file describes.

        Args:
            table: its keys are the attributes' names; none is needed.
            default: the method if the table names none.

        Example:
            >>> Search.of({"method": "asha", "trials": 9})
            Search(method='asha', trials=9, seed=0, grace=1, reduction=3)
        """
        if not isinstance(table, dict):
            raise BadakError(f"sweep must be a table, [sweep]; got {shown(table)}")
        known = asdict(cls())
        for name in table:
            if name not in known:
                hint = did_you_mean(name, known) or f": expected {', '.join(known)}"
                raise BadakError(f"[sweep]: {shown(name)} is unknown{hint}")
        method = checks.choice(table.get("method", default), "method", METHODS)
        for name, owners in (("trials", ("random", "asha")), ("grace", ("asha",)),
                             ("reduction", ("asha",))):  # fmt: skip
            if table.get(name) is not None and method not in owners:
                raise BadakError(
                    f"{name} is for the method {' or '.join(owners)}; got {shown(table[name])} and "
                    f"the method {method}"
                )
        numbers: dict[str, int] = {
            "seed": checks.integer(table.get("seed", 0), "seed", maximum=2**31 - 1)
        }
        if method != "grid":
            numbers["trials"] = checks.integer(
                table.get("trials", TRIALS), "trials", minimum=1, maximum=MAX_TRIALS
            )
        if method == "asha":
            numbers["grace"] = checks.integer(table.get("grace", GRACE), "grace", minimum=1)
            numbers["reduction"] = checks.integer(
                table.get("reduction", REDUCTION), "reduction", minimum=2, maximum=100
            )
        return cls(method, **numbers)

    def as_toml(self) -> dict[str, Any]:
        """Return the table of a space file."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def combinations(space: "Space") -> list[dict[str, "Scalar"]]:
    """Return the searched options of each trial, in the order in which they are tried.

    Raises:
        BadakError: a grid over a range without steps, or more trials than there are combinations.

    Example:
        >>> from badak.distributed.sweep.space import Choices, Space
        >>> space = Space({}, {"lr": Choices((0.1, 0.01)), "epochs": Choices((3, 5))})
        >>> [list(trial.values()) for trial in combinations(space)]
        [[0.1, 3], [0.1, 5], [0.01, 3], [0.01, 5]]
    """
    if space.search.method == "grid":
        return _grid(space)
    wanted = space.search.trials or TRIALS
    if space.count < wanted:
        raise BadakError(
            f"trials must be at most {space.count:.0f}, the number of combinations in the space; "
            f"got {wanted}: the method grid tries them all"
        )
    return list(itertools.islice(_drawn(space), wanted))


def _grid(space: "Space") -> list[dict[str, "Scalar"]]:
    axes: list[tuple[Scalar, ...]] = []
    for name, values in space.searched.items():
        axis = values.grid()
        if not axis:
            raise BadakError(
                f"{name} is a range, and a grid needs to know how many of its numbers to try: add "
                "steps = 4 to its table, write a list, or choose the method random"
            )
        axes.append(axis)
    count = math.prod(map(len, axes))
    if count > MAX_TRIALS:
        raise BadakError(
            f"the grid has {count:,} trials, more than {MAX_TRIALS:,}: choose the method random"
        )
    return [dict(zip(space.searched, values, strict=True)) for values in itertools.product(*axes)]


def _drawn(space: "Space") -> Iterator[dict[str, "Scalar"]]:
    """Draw combinations, none of them twice."""
    generator = np.random.default_rng(space.search.seed)
    before: set[tuple[Scalar, ...]] = set()
    for _ in range(ATTEMPTS * (space.search.trials or TRIALS)):
        drawn: Mapping[str, Scalar] = {
            name: values.at(generator.random()) for name, values in space.searched.items()
        }
        if (key := tuple(drawn.values())) not in before:
            before.add(key)
            yield dict(drawn)
    raise BadakError(
        f"only {len(before)} different combinations were drawn; got trials = "
        f"{space.search.trials}: ask for fewer, or widen the space"
    )
