"""A network as one C99 file and its header: no malloc, no library but libm, for small machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from badak import checks, storage
from badak.arrays import Images
from badak.errors import BadakError
from badak.formats.c import layout, text
from badak.formats.c.calls import Parts
from badak.formats.steps.fold import folded
from badak.formats.steps.lower import lowered
from badak.formats.steps.program import Operation, Program
from badak.formats.steps.quantise import quantised
from badak.network import Network

WHAT = "a C file"
# Beyond it compilers need minutes and gigabytes, and no small machine has the room.
MOST_WEIGHTS = 2**24
# The headers of C's own library, which a program may include beside ours.
HEADERS = (
    "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits",
    "locale", "math", "setjmp", "signal", "stdarg", "stdbool", "stddef", "stdint", "stdio",
    "stdlib", "string", "tgmath", "time", "wchar", "wctype",
)  # fmt: skip


@dataclass(frozen=True)
class CSource:
    """A network in C, and what it takes to run.

    Attributes:
        source: the text of the .c file.
        header: the text of the .h file.
        ram: bytes of static memory that a prediction works in.
        flash: bytes of constants; the code comes on top.
        program: the steps that were written, `badak.formats.steps.run` runs them too.
    """

    source: str
    header: str
    ram: int
    flash: int
    program: Program

    def save(self, path: Path) -> tuple[Path, Path]:
        """Write the .c file, and the header beside it; neither ever stands there by half.

        Raises:
            BadakError: one cannot be written.
        """
        header = path.with_suffix(".h")
        storage.write_atomically(header, self.header.encode())
        storage.write_atomically(path, self.source.encode())
        return path, header


def c_source(
    net: Network,
    name: str,
    class_names: Sequence[str] | None = None,
    calibration: Images | None = None,
) -> CSource:
    """Write a network in C99.

    Args:
        net: the network.
        name: the files', without ending. Every name in them begins with it, as
            `badak.formats.c.text.identifier` makes it one of C; the header says how. Two networks
            of different names link into one program.
        class_names: K names; "0", "1", ... where None.
        calibration: images (N, C, H, W), some hundreds like those that will come; where given, all
            arithmetic is in 8-bit integers with these images' ranges.

    Returns:
        The files' text and sizes.

    Raises:
        BadakError: layers that cannot be written (all are listed), weights that are not finite,
            or more of them than a compiler takes.

    Example:
        >>> from badak.models import LeNet5
        >>> written = c_source(LeNet5(), "my_lenet")
        >>> written.ram, "int my_lenet_predict(const float *image);" in written.header
        (23520, True)
    """
    names = checks.class_names(class_names, net.num_classes)
    _check_name(name)
    program = lowered(net, WHAT)
    program.check_weights(WHAT, MOST_WEIGHTS)
    if program.output == 0:  # nothing is computed: copy
        copy = Operation("leaky_relu", {"negative_slope": 1.0})
        program.output = program.add(copy, "copy", (0,), program.shapes[0])
    integers = calibration is not None
    program = folded(program) if calibration is None else quantised(program, calibration)
    prefix = text.identifier(name)
    parts = Parts(prefix, program, integers)
    ram = parts.arena.size * (1 if integers else 4)
    head = layout.head(net, name, ram, parts.flash, integers)
    source = layout.source(parts, head, name, names)
    return CSource(source, layout.header(prefix, net, head), ram, parts.flash, program)


def _check_name(name: str) -> None:
    """Refuse what cannot stand in an #include, or would hide a header of C's own."""
    if not name.isprintable() or set(name) & set('"?\\/'):
        raise BadakError(
            f"a C file's name must have no quote, question mark, slash or backslash; got {name!r}"
        )
    if name.lower() in HEADERS:
        raise BadakError(f"a C file called {name} would hide C's own {name}.h; choose another name")
