"""The table of classifiers that were read: what each gives in every form that badak writes."""

from dataclasses import dataclass, field

import numpy as np

from badak.formats.c.source import CSource, c_source
from badak.formats.steps import run_int8
from formats import page_network
from formats.c.compiled import Program

COLUMNS = ("outputs", "gradients", "again", "C", "int8", "HTML")


def distance(y, expected):
    """The largest difference, in parts of the largest number expected."""
    assert y.shape == expected.shape
    return float(np.abs(y - expected).max() / max(1e-6, np.abs(expected).max()))


@dataclass
class Written:
    """A network in C and as a page, and what both must compute."""

    images: np.ndarray
    logits: np.ndarray
    code: CSource
    integers: CSource
    simulated: np.ndarray  # the integers' logits
    page: dict[str, str]  # its parts
    rounding: float  # how far int8's logits lie from float's on average


def written(name, net, images, count=20):
    """Write it, with int8's scales from images as bright as these, each of other colours."""
    generator = np.random.default_rng(1)
    noise = generator.random((count, *net.input_shape), np.float32)
    colours = generator.random((count, net.input_shape[0], 1, 1), np.float32)
    calibration = (noise + 3 * colours) / 4 * images.max()
    integers = c_source(net, f"{name} int8", calibration=calibration)
    floats = net(calibration)
    difference = np.abs(run_int8.logits(integers.program, calibration) - floats)
    return Written(
        images[:2],
        net(images[:2]),
        c_source(net, name),
        integers,
        run_int8.logits(integers.program, images[:2]),
        page_network.parts(net),
        float(difference.mean() / np.abs(floats).max()),
    )


@dataclass
class Table:
    """Cells by row and column, and the networks whose C and page are compared at the end."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    networks: dict[str, Written] = field(default_factory=dict)

    def add(self, name, net, **cells):
        leaves = sum(1 for top, layer in net.layers.items() for _ in layer.leaves(top))
        self.rows[name] = {"layers": str(leaves), **cells}

    def compare_c(self, folder):
        """Compile all in one call; return the rows that differ."""
        codes = {name: one.code for name, one in self.networks.items()}
        codes |= {f"{name} int8": one.integers for name, one in self.networks.items()}
        program = Program(folder, codes, "-O0")
        wrong = []
        for name, one in self.networks.items():
            far = distance(program.run(name, one.images), one.logits)
            y = program.run(f"{name} int8", one.images)
            same = np.array_equal(y, one.simulated)
            self.rows[name]["C"] = f"{far:.1e}"
            self.rows[name]["int8"] = f"{one.rounding:.1e}" if same else "no: not the simulation's"
            if far >= 1e-4 or not same:
                wrong.append(name)
        return wrong

    def compare_pages(self, folder):
        """Run each network as a page does; return the rows that differ."""
        wrong = []
        for name, one in self.networks.items():
            far = distance(page_network.outputs(one.page, one.images, folder), one.logits)
            self.rows[name]["HTML"] = f"{far:.1e}"
            if far >= 1e-4:
                wrong.append(name)
        return wrong

    def lines(self):
        """The whole table; a row that cannot be read has one cell, which says why."""
        yield f"{'network':32} layers  " + "  ".join(f"{column:12}" for column in COLUMNS)
        for name, cells in sorted(self.rows.items()):
            if "missing" in cells:
                yield f"{name:32} no: {cells['missing']}"
                continue
            shown = (f"{cells.get(column, ''):12}" for column in COLUMNS)
            yield f"{name:32} {cells['layers']:>6}  " + "  ".join(shown)
        yield "no: 61 M: so many weights are 0.1 to 2 GB of C; no: alike: all weights are"
