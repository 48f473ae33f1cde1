"""Each step as a call in C: which functions, which constant arrays, which arguments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from badak.formats.c import text
from badak.formats.steps.arena import arranged
from badak.formats.steps.program import Program, Step

FUNCTIONS = Path(__file__).parent / "functions"
POINTWISE = {
    "relu": (), "leaky_relu": ("negative_slope",), "sigmoid": (), "tanh": (),
    "scaled_tanh": ("amplitude", "slope"), "elu": ("alpha",), "gelu": (), "gelu_tanh": (),
}  # fmt: skip


@dataclass
class Parts:
    """The parts of a source file as they gather.

    Attributes:
        prefix: before every name.
        program: whose steps are written.
        integers: whether it is one of 8-bit integers.
        functions: their texts by name.
        arrays: definitions, by the names they define.
        calls: the lines of the run function.
        flash: bytes of all constants.
    """

    prefix: str
    program: Program
    integers: bool
    functions: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    flash: int = 0

    def __post_init__(self) -> None:
        outside = {0, self.program.output}
        self.arena = arranged(self.program, outside)
        if self.integers:
            self.function("clip")
        for step in self.program.steps:
            INTEGER[step.op](self, step) if self.integers else FLOAT[step.op](self, step)

    def place(self, value: int) -> str:
        """The pointer to a value."""
        if value == 0:
            return "image"
        if value == self.program.output:
            return "logits"
        return f"{self.prefix}_arena + {self.arena.offsets[value]}"

    def size(self, value: int) -> str:
        """How many elements a value has."""
        return str(prod(self.program.shapes[value]))

    def constants(self, step: Step, *names: str) -> list[str]:
        """Define the step's arrays; return their names."""
        found = []
        for name in names:
            values = step.arrays[name]
            full = self._free(step, name)
            self.arrays[full] = text.array(full, values)
            self.flash += values.nbytes
            found.append(full)
        return found

    def window(self, step: Step) -> str:
        """Define the step's geometry; return a pointer to it."""
        n = {key: int(number) for key, number in step.numbers.items()}
        before, after = (self.program.shapes[i] for i in (step.inputs[0], step.output))
        if len(after) == 1:  # a linear layer's: one place
            before, after = (prod(before), 1, 1), (after[0], 1, 1)
        cells = [n[key] for key in ("kh", "kw", "sh", "sw")]
        cells += [n.get(key, 1) for key in ("dh", "dw")]
        sides = [n[key] for key in ("top", "left", "bottom", "right")]
        numbers = [*before, *after, *cells, *sides, n.get("groups", 1)]
        self.function("window")
        full = self._free(step, "window")
        words = ", ".join(map(str, numbers))
        self.arrays[full] = f"static const {self.prefix}_window {full} = {{{words}}};"
        self.flash += 4 * len(numbers)
        return f"&{full}"

    def function(self, name: str) -> None:
        """Include a function, once."""
        words = (FUNCTIONS / f"{name}.c").read_text(encoding="utf-8")
        self.functions.setdefault(name, words.replace("PREFIX", self.prefix))

    def call(self, step: Step, function: str, *arguments: Any) -> None:
        """Append a call, and the function where it is not there yet."""
        self.function(function + "_int8" if self.integers else function)
        words, layer = ", ".join(_argument(one) for one in arguments), text.comment(step.name)
        self.calls.append(f"    {self.prefix}_{function}({words}); /* {layer} */")

    def _free(self, step: Step, what: str) -> str:
        layer = text.letters(step.name) or "layer"
        return text.unused(f"{self.prefix}_{layer}_{what}", self.arrays)


def _argument(value: Any) -> str:
    return text.number(value) if isinstance(value, float) else str(value)


def _ends(parts: Parts, step: Step) -> list[str]:
    return [*(parts.place(value) for value in step.inputs), parts.place(step.output)]


def _conv(parts: Parts, step: Step) -> None:
    parts.function("cells")
    arrays = parts.constants(step, "weight", "bias")
    parts.call(step, "conv", *_ends(parts, step), *arrays, parts.window(step))


def _linear(parts: Parts, step: Step) -> None:
    arrays = parts.constants(step, *step.arrays)
    sizes = parts.size(step.inputs[0]), parts.size(step.output)
    parts.call(step, step.op, *_ends(parts, step), *arrays, *sizes)


def _max_pool(parts: Parts, step: Step) -> None:
    parts.call(step, "max_pool", *_ends(parts, step), parts.window(step))


def _avg_pool(parts: Parts, step: Step) -> None:
    pad = int(step.numbers["include_pad"])
    more = [int(step.numbers["zero_x"])] if parts.integers else []
    parts.call(step, "avg_pool", *_ends(parts, step), parts.window(step), pad, *more)


def _lrn(parts: Parts, step: Step) -> None:
    n, shape = step.numbers, parts.program.shapes[step.output]
    numbers = [shape[0], shape[1] * shape[2], int(n["size"]), n["alpha"], n["beta"], n["k"]]
    if parts.integers:
        numbers += [n["step_x"], int(n["zero_x"]), n["per_step_y"], int(n["zero_y"])]
    parts.call(step, "lrn", *_ends(parts, step), *numbers)


def _add(parts: Parts, step: Step) -> None:
    if parts.integers:
        parts.function("round_shift")
    keys = ("zero_x", "factor_x", "zero_other", "factor_other", "shift", "zero_y")
    more = [int(step.numbers[key]) for key in keys] if parts.integers else []
    parts.call(step, "add", *_ends(parts, step), parts.size(step.output), *more)


def _pointwise(parts: Parts, step: Step) -> None:
    numbers = [step.numbers[key] for key in POINTWISE[step.op]]
    parts.call(step, step.op, *_ends(parts, step), parts.size(step.output), *numbers)


FLOAT: dict[str, Callable[[Parts, Step], None]] = {
    "conv": _conv,
    "linear": _linear,
    "rbf": _linear,
    "max_pool": _max_pool,
    "avg_pool": _avg_pool,
    "lrn": _lrn,
    "add": _add,
    **dict.fromkeys(POINTWISE, _pointwise),
}


def _conv_int8(parts: Parts, step: Step) -> None:
    parts.function("round_shift")
    parts.function("cells")
    arrays = parts.constants(step, "weight", "bias", "factor", "shift")
    zeros = int(step.numbers["zero_x"]), int(step.numbers["zero_y"])
    parts.call(step, "conv", *_ends(parts, step), *arrays, parts.window(step), *zeros)


def _logits_int8(parts: Parts, step: Step) -> None:
    arrays = parts.constants(step, *step.arrays)
    sizes = parts.size(step.inputs[0]), parts.size(step.output)
    parts.call(step, "logits", *_ends(parts, step), *arrays, *sizes, int(step.numbers["zero_x"]))


def _rbf_int8(parts: Parts, step: Step) -> None:
    arrays = parts.constants(step, "weight")
    sizes = parts.size(step.inputs[0]), parts.size(step.output)
    n = step.numbers
    parts.call(step, "rbf", *_ends(parts, step), *arrays, *sizes, n["step_x"], int(n["zero_x"]))


def _scaled_int8(*keys: str) -> Callable[[Parts, Step], None]:
    """Into integers, or back."""

    def call(parts: Parts, step: Step) -> None:
        step_size, zero = step.numbers[keys[0]], int(step.numbers[keys[1]])
        parts.call(step, step.op, *_ends(parts, step), parts.size(step.output), step_size, zero)

    return call


def _table_int8(parts: Parts, step: Step) -> None:
    arrays = parts.constants(step, "table")
    parts.call(step, "table", *_ends(parts, step), parts.size(step.output), *arrays)


INTEGER: dict[str, Callable[[Parts, Step], None]] = {
    "quantise": _scaled_int8("per_step", "zero"),
    "conv": _conv_int8,
    "logits": _logits_int8,
    "rbf": _rbf_int8,
    "max_pool": _max_pool,
    "avg_pool": _avg_pool,
    "lrn": _lrn,
    "add": _add,
    "table": _table_int8,
    "dequantise": _scaled_int8("step", "zero"),
}
