"""Write each step as a call in C, with its functions, constant arrays and arguments.

The parameters of a function in `functions/` decide what it is called with: `PARAMETERS` lists the
names that mean the same in every function; any other name is one of the step's arrays or numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from badak.formats.c import packing, text
from badak.formats.steps.arena import arranged
from badak.formats.steps.kinds import KINDS
from badak.formats.steps.kinds.window import CELLS
from badak.formats.steps.program import Program, Step

FUNCTIONS = Path(__file__).parent / "functions"
# What other functions use, in the order in which a file must define it.
HELPERS = ("window", "round_shift", "clip", "rescale", "column", "rows", "products")


@dataclass
class Parts:
    """The parts of a source file for a program, which may compute in 8-bit integers.

    Attributes:
        prefix: of every name.
        program: the steps to write.
        integers: whether it computes in 8-bit integers.
        apart: whether the arrays are in a file of their own.
        functions: texts by name.
        arrays: constant arrays by name.
        windows: definitions of geometries, by the names they define.
        calls: the lines of the run function.
    """

    prefix: str
    program: Program
    integers: bool
    apart: bool
    functions: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    windows: dict[str, list[int]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        steps = enumerate(self.program.steps)
        needs = {n: packing.scratch_of(self.program, step, self.integers) for n, step in steps}
        scratch = {n: size for n, size in needs.items() if size}
        outside = {0, self.program.output}
        self.arena = arranged(self.program, outside, scratch, 2 if self.integers else 1)
        self.numbers = {id(step): n for n, step in enumerate(self.program.steps)}
        for step in self.program.steps:
            self._call(step)

    @property
    def flash(self) -> int:
        """Size of all constants in bytes."""
        geometries = 4 * sum(map(len, self.windows.values()))
        weights = 0 if self.apart else sum(array.nbytes for array in self.arrays.values())
        return geometries + weights

    def function(self, name: str) -> str:
        """Include a function and its helpers, once; return its text."""
        edition = FUNCTIONS / f"{name}_int8.c"
        path = edition if self.integers and edition.exists() else FUNCTIONS / f"{name}.c"
        words = path.read_text(encoding="utf-8")
        names = words.replace("PREFIX", self.prefix).replace("UPPER", self.prefix.upper())
        self.functions.setdefault(name, names)
        for helper in HELPERS:
            if helper != name and f"PREFIX_{helper}" in words:
                self.function(helper)
        return words

    def last_function(self, name: str) -> str:
        """The text of a function that stands after the run function."""
        self.function(name)
        return self.functions.pop(name)

    @property
    def ram(self) -> int:
        """Bytes of working memory."""
        return self.arena.size * (1 if self.integers else 4)

    def place(self, value: int) -> str:
        """The pointer to a value."""
        if value == 0:
            return "image"
        if value == self.program.output:
            return "logits"
        return self._arena("values", self.arena.offsets[value])

    def scratch(self, step: Step, columns: bool = False) -> str:
        """The pointer to the step's working memory; 16-bit integers in a program of integers."""
        offset = self.arena.scratch[self.numbers[id(step)]]
        if columns and self.integers:
            return self._arena("columns", offset // 2)
        return self._arena("values", offset)

    def _arena(self, kind: str, offset: int) -> str:
        return f"{self.prefix}_arena{f'.{kind}' if self.integers else ''} + {offset}"

    def size(self, value: int) -> str:
        """The number of elements in a value."""
        return str(prod(self.program.shapes[value]))

    def constant(self, step: Step, name: str, values: NDArray[Any] | None = None) -> str:
        """Define one of the step's arrays, or other values by this name; return its full name."""
        full = self._free(step, name)
        self.arrays[full] = step.arrays[name] if values is None else values
        return full

    def window(self, step: Step) -> str:
        """Define the step's geometry; return a pointer to it."""
        before, after = (self.program.shapes[i] for i in (step.inputs[0], step.output))
        if len(after) == 1:  # a linear layer, at one place
            before, after = (prod(before), 1, 1), (after[0], 1, 1)
        keys = (*CELLS, "top", "left", "bottom", "right")
        cells = [int(step.numbers[key]) for key in keys]
        numbers = [*before, *after, *cells, int(step.numbers.get("groups", 1))]
        full = self._free(step, "window")
        self.windows[full] = numbers
        return f"{self.prefix.upper()}_WINDOW({full})"

    def _call(self, step: Step) -> None:
        """Append the call of a step, and include its function, unless nothing is left to do."""
        if KINDS[step.op].side_by_side and self._in_place(step):
            return
        name = packing.function_of(self.program, step)
        words = self.function(name)
        parameters = words.partition(f"PREFIX_{name}(")[2].partition(")")[0].split(",")
        arguments = ", ".join(self._argument(step, parameter) for parameter in parameters)
        layer = text.comment(step.name)
        self.calls.append(f"    {self.prefix}_{name}({arguments}); /* {layer} */")

    def _in_place(self, step: Step) -> bool:
        """Whether the step's inputs lie side by side where its output is."""
        at, offsets = self.arena.offsets.get(step.output), self.arena.offsets
        for value in step.inputs:
            if at is None or offsets.get(value) != at:
                return False
            at += prod(self.program.shapes[value])
        return True

    def _argument(self, step: Step, parameter: str) -> str:
        """The argument for a parameter, such as ``int32_t size`` or ``const float *x``."""
        *kind, name = parameter.replace("*", "").split()
        if name in PARAMETERS:
            return PARAMETERS[name](self, step)
        if name in step.arrays:
            return self.constant(step, name)
        value = step.numbers[name]
        return text.number(value) if kind == ["float"] else str(int(value))

    def _free(self, step: Step, what: str) -> str:
        layer = text.letters(step.name) or "layer"
        return text.unused(f"{self.prefix}_{layer}_{what}", {*self.arrays, *self.windows})


PARAMETERS: dict[str, Callable[[Parts, Step], str]] = {
    "x": lambda parts, step: parts.place(step.inputs[0]),
    "other": lambda parts, step: parts.place(step.inputs[1]),
    "y": lambda parts, step: parts.place(step.output),
    "g": Parts.window,
    "tiles": lambda parts, step: parts.constant(step, "weight", packing.tiles(step)),
    "padded": lambda parts, step: parts.constant(step, "weight", packing.padded(step)),
    "lanes": lambda parts, step: parts.constant(step, "lanes", packing.lanes(parts.program, step)),
    "start": lambda parts, step: parts.constant(step, "start", packing.starts(step)),
    "column": lambda parts, step: parts.scratch(step, columns=True),
    "rows": lambda parts, step: parts.scratch(step),
    "codes": lambda parts, step: parts.constant(step, "weight"),
    "results": lambda parts, step: parts.constant(step, "table"),
    "n": lambda parts, step: parts.size(step.output),
    "inputs": lambda parts, step: parts.size(step.inputs[0]),
    "outputs": lambda parts, step: parts.size(step.output),
    "maps": lambda parts, step: str(parts.program.shapes[step.output][0]),
    "places": lambda parts, step: str(prod(parts.program.shapes[step.output][1:])),
}
