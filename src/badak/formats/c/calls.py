"""Write each step as a call in C, with its functions, constant arrays and arguments.

The parameters of a function in `functions/` decide what it is called with: `PARAMETERS` lists the
names that mean the same in every function; any other name is one of the step's arrays or numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

from badak.formats.c import text
from badak.formats.steps.arena import arranged
from badak.formats.steps.kinds.window import CELLS
from badak.formats.steps.program import Program, Step

FUNCTIONS = Path(__file__).parent / "functions"
# What other functions use, in the order in which a file must define it.
HELPERS = ("window", "cells", "round_shift", "clip")


@dataclass
class Parts:
    """The parts of a source file for a program, which may compute in 8-bit integers.

    The prefix begins every name. Functions and arrays are texts by name, `calls` the lines of the
    run function, `flash` the size of all constants in bytes.
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
        for step in self.program.steps:
            self._call(step)

    def function(self, name: str) -> str:
        """Include a function and its helpers, once; return its text."""
        words = (FUNCTIONS / f"{name}.c").read_text(encoding="utf-8")
        self.functions.setdefault(name, words.replace("PREFIX", self.prefix))
        for helper in HELPERS:
            if helper != name and f"PREFIX_{helper}" in words:
                self.function(helper)
        return words

    def place(self, value: int) -> str:
        """The pointer to a value."""
        if value == 0:
            return "image"
        if value == self.program.output:
            return "logits"
        return f"{self.prefix}_arena + {self.arena.offsets[value]}"

    def size(self, value: int) -> str:
        """The number of elements in a value."""
        return str(prod(self.program.shapes[value]))

    def constant(self, step: Step, name: str) -> str:
        """Define one of the step's arrays; return its name."""
        values = step.arrays[name]
        full = self._free(step, name)
        self.arrays[full] = text.array(full, values)
        self.flash += values.nbytes
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
        words = ", ".join(map(str, numbers))
        self.arrays[full] = f"static const {self.prefix}_window {full} = {{{words}}};"
        self.flash += 4 * len(numbers)
        return f"&{full}"

    def _call(self, step: Step) -> None:
        """Append the call of a step, and include its function."""
        words = self.function(f"{step.op}_int8" if self.integers else step.op)
        parameters = words.partition(f"PREFIX_{step.op}(")[2].partition(")")[0].split(",")
        arguments = ", ".join(self._argument(step, parameter) for parameter in parameters)
        layer = text.comment(step.name)
        self.calls.append(f"    {self.prefix}_{step.op}({arguments}); /* {layer} */")

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
        return text.unused(f"{self.prefix}_{layer}_{what}", self.arrays)


PARAMETERS: dict[str, Callable[[Parts, Step], str]] = {
    "x": lambda parts, step: parts.place(step.inputs[0]),
    "other": lambda parts, step: parts.place(step.inputs[1]),
    "y": lambda parts, step: parts.place(step.output),
    "g": Parts.window,
    "codes": lambda parts, step: parts.constant(step, "weight"),
    "results": lambda parts, step: parts.constant(step, "table"),
    "n": lambda parts, step: parts.size(step.output),
    "inputs": lambda parts, step: parts.size(step.inputs[0]),
    "outputs": lambda parts, step: parts.size(step.output),
    "maps": lambda parts, step: str(parts.program.shapes[step.output][0]),
    "places": lambda parts, step: str(prod(parts.program.shapes[step.output][1:])),
}
