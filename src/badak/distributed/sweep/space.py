"""Space: which options of a training a sweep tries, and which stay fixed, from a TOML file.

dataset = "digits"                                # a value: fixed
optimizer = ["adam", "nesterov"]                  # a list: each of these
lr = {min = 1e-4, max = 1e-1, log = true}         # a table: any number between
batch_size = {min = 16, max = 128, log = true}    # a whole number, if the option takes one

[sweep]                                           # how to choose among them, see `Search`
method = "random"
trials = 20
"""

import math
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import tomli_w

from badak import checks, files
from badak.distributed.sweep.search import Search
from badak.errors import BadakError, FormatError, did_you_mean, shown, where

MAX_SIZE = 2**20  # bytes
MAX_CHOICES = 10_000
DIGITS = 4  # of a number that is drawn; more if its range is narrow
SWEEP = "sweep"  # the table of `Search`

Scalar: TypeAlias = str | int | float | bool
Kinds: TypeAlias = Mapping[str, Collection[type]]
NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True)
class Choices:
    """One of some values."""

    values: tuple[Scalar, ...]

    @property
    def count(self) -> float:
        """How many there are."""
        return len(self.values)

    def at(self, share: float) -> Scalar:
        """Return the value at a share, from 0 to below 1, of the list.

        Example:
            >>> Choices(("adam", "sgd")).at(0.4), Choices(("adam", "sgd")).at(0.5)
            ('adam', 'sgd')
        """
        return self.values[int(share * len(self.values))]

    def grid(self) -> tuple[Scalar, ...]:
        """Return the values that a grid takes: all."""
        return self.values

    def as_toml(self) -> list[Scalar]:
        """Return what a file says."""
        return list(self.values)


@dataclass(frozen=True)
class Range:
    """The numbers between two, both included.

    Attributes:
        minimum: the lowest.
        maximum: the highest.
        log: whether each power of ten is as likely as the next, not each number.
        whole: whether only whole numbers count.
        steps: how many of them a grid takes, at equal distances; None if there is no grid.
    """

    minimum: float
    maximum: float
    log: bool = False
    whole: bool = False
    steps: int | None = None

    @property
    def count(self) -> float:
        """How many numbers there are."""
        return self.maximum - self.minimum + 1 if self.whole else math.inf

    def at(self, share: float) -> int | float:
        """Return the number at a share from 0 to 1 of the way from the lowest to the highest.

        Real numbers are rounded to four digits, which a table can show.

        Example:
            >>> Range(1e-4, 1e-1, log=True).at(0.5), Range(1, 4, whole=True).at(1.0)
            (0.003162, 4)
        """
        low, high = self.minimum, self.maximum
        if self.whole and not self.log:
            # Each whole number has the same part of the way.
            return min(int(low + share * (high - low + 1)), int(high))
        number = low * (high / low) ** share if self.log else low + share * (high - low)
        if self.whole:
            return min(max(round(number), int(low)), int(high))
        narrow = max(0, math.floor(-math.log10((high - low) / max(abs(low), abs(high)))))
        return min(max(float(f"{number:.{DIGITS + narrow}g}"), low), high)

    def grid(self) -> tuple[int | float, ...]:
        """Return the numbers that a grid takes.

        Example:
            >>> Range(1e-3, 1e-1, log=True, steps=3).grid(), Range(1, 5, whole=True, steps=3).grid()
            ((0.001, 0.01, 0.1), (1, 3, 5))
        """
        count = self.steps or 0
        shares = [number / (count - 1) for number in range(count)]
        if self.whole and not self.log:
            span = self.maximum - self.minimum
            return tuple(dict.fromkeys(round(self.minimum + share * span) for share in shares))
        return tuple(dict.fromkeys(self.at(share) for share in shares))

    def as_toml(self) -> dict[str, Any]:
        """Return what a file says."""
        kind = int if self.whole else float
        table: dict[str, Any] = {"min": kind(self.minimum), "max": kind(self.maximum)}
        if self.log:
            table["log"] = True
        return table if self.steps is None else table | {"steps": self.steps}


@dataclass(frozen=True)
class Space:
    """What a sweep tries.

    Attributes:
        fixed: options that all trials share.
        searched: options that differ, in the order of the file.
        search: how to choose among them.
    """

    fixed: dict[str, Scalar]
    searched: dict[str, Choices | Range]
    search: Search = field(default_factory=Search)

    def as_toml(self) -> dict[str, Any]:
        """Return the tables of a file that `read_space` reads to the same space."""
        tables: dict[str, Any] = dict(self.fixed)
        for name, values in self.searched.items():
            tables[name] = values.as_toml()
        return tables | {SWEEP: self.search.as_toml()}

    def as_text(self) -> str:
        """Return the text of a file that `read_space` reads to the same space, in the same order.

        Example:
            >>> print(Space({"model": "lenet"}, {"lr": Range(0.01, 1.0, log=True)}).as_text())
            model = "lenet"
            lr = {min = 0.01, max = 1.0, log = true}
            <BLANKLINE>
            [sweep]
            method = "grid"
            seed = 0
            <BLANKLINE>
        """
        tables = self.as_toml()
        search = tables.pop(SWEEP)
        lines = [f"{name} = {_written(value)}" for name, value in tables.items()]
        lines += ["", f"[{SWEEP}]"]
        lines += [f"{name} = {_written(value)}" for name, value in search.items()]
        return "\n".join([*lines, ""])

    @property
    def count(self) -> float:
        """How many combinations there are."""
        return math.prod(values.count for values in self.searched.values())


def _written(value: Any) -> str:
    """Write one value; tomli_w would move tables to the end, and their order counts."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name} = {_written(own)}' for name, own in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return tomli_w.dumps({"value": value}).partition(" = ")[2].strip()


def read_space(path: Path, known: Kinds, fixed: Collection[str] = ()) -> Space:
    """Read a space from a TOML file.

    Args:
        path: the file.
        known: each option's name, and the types of its values.
        fixed: options that must be the same in all trials, or they could not be compared.

    Raises:
        FormatError: no such file, or it is not TOML.
        BadakError: an unknown option, a value of the wrong type, an empty list or range, or
            nothing to search.
    """
    content = files.read(path, MAX_SIZE)
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except RecursionError:
        raise FormatError(f"{path}: its lists are nested too deeply") from None
    except ValueError as fault:  # no UTF-8, no TOML, an integer of 5,000 digits
        raise FormatError(f"{path}: {fault}") from None
    with where(str(path)):
        return space_of(tables, known, fixed)


def space_of(tables: Mapping[str, Any], known: Kinds, fixed: Collection[str] = ()) -> Space:
    """Return the space that the tables of a file describe; see `read_space`.

    Example:
        >>> space = space_of({"model": "lenet", "lr": [0.1, 0.01]}, {"model": [str], "lr": [float]})
        >>> space.fixed, space.searched, space.search.method
        ({'model': 'lenet'}, {'lr': Choices(values=(0.1, 0.01))}, 'grid')
        >>> space_of({"modle": "lenet"}, {"model": [str]})
        Traceback (most recent call last):
        badak.errors.BadakError: 'modle' is no option of a training: did you mean 'model'?
    """
    alike: dict[str, Scalar] = {}
    searched: dict[str, Choices | Range] = {}
    for name, value in tables.items():
        if name == SWEEP:
            continue
        if name not in known:
            hint = did_you_mean(name, known)
            raise BadakError(f"{shown(name)} is no option of a training{hint}")
        if not isinstance(value, (list, dict)):
            alike[name] = _scalar(value, name, known[name])
            continue
        if name in fixed:
            raise BadakError(
                f"{name} must be one value, for trials of different {name} cannot be compared; "
                f"got {shown(value)}"
            )
        searched[name] = (
            _choices(value, name, known[name])
            if isinstance(value, list)
            else _range(value, name, known[name])
        )
    if not searched:
        raise BadakError(
            "nothing to search: give an option a list, such as lr = [0.1, 0.01], or a table, such "
            "as lr = {min = 1e-4, max = 1e-1, log = true}"
        )
    ranges = [name for name, values in searched.items() if isinstance(values, Range)]
    stepless = [name for name in ranges if getattr(searched[name], "steps", 0) is None]
    default = "random" if stepless else "grid"
    return Space(alike, searched, Search.of(tables.get(SWEEP, {}), default))


def differences(begun: Space, other: Space) -> Iterator[str]:
    """Say what another space has otherwise than the one that a sweep began with.

    Example:
        >>> begun = Space({"epochs": 3}, {"lr": Choices((0.1, 0.2))})
        >>> list(differences(begun, Space({"epochs": 4}, {"lr": Choices((0.1, 0.2))})))
        ['epochs was 3, and is 4']
    """
    old, new = begun.as_toml(), other.as_toml()
    old |= {f"[{SWEEP}] {name}": value for name, value in old.pop(SWEEP).items()}
    new |= {f"[{SWEEP}] {name}": value for name, value in new.pop(SWEEP).items()}
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield f"{name} was {shown(old[name])}, and is missing"
        elif name not in old:
            yield f"{name} was missing, and is {shown(new[name])}"
        elif old[name] != new[name]:
            yield f"{name} was {shown(old[name])}, and is {shown(new[name])}"
    if list(begun.searched) != list(other.searched) and begun.searched == other.searched:
        # Random numbers are drawn in this order.
        yield f"the searched options stood in the order {', '.join(begun.searched)}"


def _scalar(value: Any, name: str, kinds: Collection[type]) -> Scalar:
    """Check one value; a whole number serves as a real one, too."""
    if type(value) is int and float in kinds:
        value = checks.real(value, name)
    if type(value) not in kinds:
        words = " or ".join(NAMES[kind] for kind in kinds)
        raise BadakError(f"{name} must be {words}; got {shown(value)}")
    if type(value) is float and not math.isfinite(value):
        raise BadakError(f"{name} must be finite; got {value}")
    scalar: Scalar = value
    return scalar


def _choices(values: list[Any], name: str, kinds: Collection[type]) -> Choices:
    if not values:
        raise BadakError(f"{name} must have at least one value to try; its list is empty")
    if len(values) > MAX_CHOICES:
        raise BadakError(f"{name} must have at most {MAX_CHOICES:,} values; got {len(values):,}")
    chosen = tuple(_scalar(value, name, kinds) for value in values)
    twice = next((value for place, value in enumerate(chosen) if value in chosen[:place]), None)
    if twice is not None:
        raise BadakError(f"{name} must have different values to try; got {shown(twice)} twice")
    return Choices(chosen)


def _range(table: dict[str, Any], name: str, kinds: Collection[type]) -> Range:
    """Check a table of min, max, and perhaps log and steps."""
    if not {int, float} & set(kinds):
        words = " or ".join(NAMES[kind] for kind in kinds)
        raise BadakError(
            f"{name} must be {words}, and has no numbers between two: write a list of values; got "
            f"{shown(table)}"
        )
    allowed = ("min", "max", "log", "steps")
    for key in table:
        if key not in allowed:
            hint = did_you_mean(key, allowed) or f": expected {', '.join(allowed)}"
            raise BadakError(f"{name}: {shown(key)} is unknown{hint}")
    for key in ("min", "max"):
        if key not in table:
            raise BadakError(f"{name} must have min and max; {key} is missing in {shown(table)}")
    whole = int in kinds
    low, high = (_bound(table[key], f"{name}.{key}", whole) for key in ("min", "max"))
    log = checks.flag(table.get("log", False), f"{name}.log")
    if low >= high:
        raise BadakError(f"{name}.min must be below {name}.max; got {low:g} and {high:g}")
    if log and low <= 0:
        raise BadakError(f"{name}.min must be above 0 if {name}.log is true; got {low:g}")
    if not math.isfinite(high / low if log else high - low):
        raise BadakError(f"{name}.min and {name}.max are too far apart; got {low:g} and {high:g}")
    steps = table.get("steps")
    if steps is not None:
        steps = checks.integer(steps, f"{name}.steps", minimum=2, maximum=MAX_CHOICES)
    return Range(low, high, log, whole, steps)


def _bound(value: Any, name: str, whole: bool) -> float:
    if whole:
        return checks.integer(value, name, minimum=-checks.LARGEST)
    return checks.real(value, name)
