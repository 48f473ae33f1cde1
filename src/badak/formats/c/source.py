"""A network as one C99 file and its header: no malloc, no library but libm, for small machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from badak import checks, storage
from badak.arrays import Images, InBlocks
from badak.errors import BadakError
from badak.formats.c import layout, text, weights
from badak.formats.c.calls import Parts
from badak.formats.steps.fold import folded
from badak.formats.steps.lower import lowered
from badak.formats.steps.program import Operation, Program
from badak.formats.steps.quantise import quantised
from badak.network import Network

WHAT = "C export"
# With more weights in it compilers need minutes and gigabytes for a file.
MAX_WEIGHTS = 2**24
# In a file of their own, which C may still address by 32-bit integers.
MAX_WEIGHTS_APART = 2**29
# The headers of the C standard library: a program may include them next to ours.
HEADERS = (
    "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits",
    "locale", "math", "setjmp", "signal", "stdarg", "stdbool", "stddef", "stdint", "stdio",
    "stdlib", "string", "tgmath", "time", "wchar", "wctype",
)  # fmt: skip


@dataclass(frozen=True)
class CSource:
    """A network in C, and what it needs to run.

    Attributes:
        source: the text of the .c file.
        header: the text of the .h file.
        ram: bytes of static memory that a prediction works in.
        flash: bytes of constants in the .c file; the code comes on top.
        program: the steps of the file; `badak.formats.steps.run` and `run_int8` run them too.
        weights: the content of the .bin file, if the weights are in a file of their own.
    """

    source: str
    header: str
    ram: int
    flash: int
    program: Program
    weights: bytes | None = None

    def save(self, path: Path) -> tuple[Path, ...]:
        """Write the .c file, and next to it the header and the .bin file of weights, if any.

        Each file is written completely or not at all.
        """
        files = {path.with_suffix(".h"): self.header.encode(), path: self.source.encode()}
        if self.weights is not None:
            files = {path.with_suffix(".bin"): self.weights} | files
        for file, content in files.items():
            storage.write_atomically(file, content)
        return tuple(reversed(files))


def c_source(
    net: Network,
    name: str,
    class_names: Sequence[str] | None = None,
    calibration: Images | InBlocks | None = None,
    weights_file: bool = False,
) -> CSource:
    """Write a network in C99.

    Args:
        net: the network.
        name: of the files, without extension. `badak.formats.c.text.identifier` turns it into a
            legal C name, with which every name in the files begins. Networks with different names
            can be linked into one program.
        class_names: K names; "0", "1", ... if None.
        calibration: images (N, C, H, W), a few hundred that are like those in use. If present, all
            arithmetic is in 8-bit integers, with scales from these images.
        weights_file: whether the weights are in a .bin file, which the program loads or maps: for
            large networks, whose weights a compiler needs minutes for.

    Raises:
        BadakError: some layers are not supported (the message lists them), or there are weights
            that are not finite, or more than a compiler can handle.

    Example:
        >>> from badak.models import LeNet5
        >>> code = c_source(LeNet5(), "my_lenet")
        >>> code.ram, "int my_lenet_predict(const float *image);" in code.header
        (19472, True)
    """
    names = checks.class_names(class_names, net.num_classes)
    _check_name(name)
    program = lowered(net, WHAT)
    instead = "use a smaller model or another format"
    if not weights_file:
        instead = "weights_file=True writes them to a file of their own"
    program.check_weights(WHAT, MAX_WEIGHTS_APART if weights_file else MAX_WEIGHTS, instead)
    if program.output == 0:  # nothing is computed: copy
        copy = Operation("leaky_relu", {"negative_slope": 1.0})
        program.output = program.add(copy, "copy", (0,), program.shapes[0])
    integers = calibration is not None
    program = folded(program) if calibration is None else quantised(program, calibration)
    parts = Parts(text.identifier(name), program, integers, weights_file)
    head = layout.head(net, parts, name)
    return CSource(
        layout.source(parts, head, name, names),
        layout.header(net, parts, head, name),
        parts.ram,
        parts.flash,
        program,
        weights.packed(parts.arrays)[0] if weights_file else None,
    )


def _check_name(name: str) -> None:
    """Raise an error if an #include cannot contain the name, or it hides a standard header."""
    if not name.isprintable() or set(name) & set('"?\\/'):
        raise BadakError(
            "the name of a C file must not contain a quote, question mark, slash or backslash; "
            f"got {name!r}"
        )
    if name.lower() in HEADERS:
        raise BadakError(
            f"a C file named {name} would hide the standard header {name}.h; choose another name"
        )
