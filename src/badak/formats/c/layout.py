"""The layout of a C file and its header."""

from badak.formats.c import flash, text, weights
from badak.formats.c.calls import HELPERS, Parts
from badak.network import Network


def head(net: Network, parts: Parts, name: str) -> str:
    """Return the comment at the start of both files, which are called `name`."""
    c, h, w = net.input_shape
    k = net.num_classes
    prefix, integers, ram = parts.prefix, parts.integers, parts.ram
    nan = "NaN counts as the smallest value" if integers else "the logits then mean nothing"
    weights = (
        f"\n * Weights: those of {text.comment(name)}.bin, which the caller loads." * parts.apart
    )
    working = f"A prediction works in {ram:,} bytes, static" if ram else "None of its own"
    return f"""\
/* {text.comment(name)}: a convolutional network, written by badak.
 *
 * Names: all begin with {prefix}_ or {prefix.upper()}_.
 * C99, no malloc, no library but libm.
 * In:    {c} x {h} x {w} floats (channels, rows, columns), scaled as in training: mostly 0 to 1.
 * Out:   {k} logits, the largest for the likeliest class.
 * RAM:   {working};
 *        image ({4 * c * h * w:,} bytes) and logits ({4 * k:,} bytes) are the caller's.
 * Flash: {parts.flash:,} bytes of constants; the code comes on top.{weights}
 * Arithmetic: {"int8 weights and activations, int32 sums" if integers else "float32"}.
 * Pixels that are NaN or infinite are not looked for: {nan}.
 * One prediction at a time: the working memory is shared.
 */
"""


def header(net: Network, parts: Parts, head: str, name: str) -> str:
    """Return the text of the .h file."""
    c, h, w = net.input_shape
    prefix, upper = parts.prefix, parts.prefix.upper()
    size_t = "\n#include <stddef.h>\n" if parts.apart else ""
    load = weights.declarations(prefix, name) if parts.apart else ""
    return f"""{head}
#ifndef {upper}_H
#define {upper}_H
{size_t}
#ifdef __cplusplus
extern "C" {{
#endif

#define {upper}_CHANNELS {c}
#define {upper}_ROWS {h}
#define {upper}_COLUMNS {w}
#define {upper}_CLASSES {net.num_classes}

/* On AVR in flash: strcpy_P(buffer, (const char *)pgm_read_ptr(&{prefix}_class_names[k])). */
extern const char *const {prefix}_class_names[{upper}_CLASSES];
{load}
/* Compute the logits of one image. */
void {prefix}_run(const float *image, float *logits);

/* Return the number of the likeliest class. */
int {prefix}_predict(const float *image);

#ifdef __cplusplus
}}
#endif

#endif
"""


def source(parts: Parts, head: str, name: str, class_names: list[str]) -> str:
    """Return the text of the .c file."""
    prefix, upper = parts.prefix, parts.prefix.upper()
    last = ["load", "predict"] if parts.apart else ["predict"]
    ends = [parts.last_function(function) for function in last]
    functions = _in_order(parts)
    blocks = [
        f'{head}\n#include "{name}.h"\n\n#include <math.h>\n#include <stdint.h>',
        flash.access(upper, "".join(functions), in_flash=not parts.apart),
        flash.room(name, parts.flash),
        _names(prefix, class_names),
        *functions,
        *(flash.geometry(prefix, *window) for window in parts.windows.items()),
        _arrays(parts),
        _working(parts),
        f"void {prefix}_run(const float *image, float *logits)\n{{\n"
        + (weights.guard(prefix) if parts.apart else "")
        + "".join(line + "\n" for line in parts.calls)
        + "}",
        *ends,
    ]
    return "\n\n".join(block.rstrip("\n") for block in blocks if block) + "\n"


def _names(prefix: str, class_names: list[str]) -> str:
    """The names of the classes, each in flash too."""
    upper = prefix.upper()
    strings = [
        f"static const char {prefix}_class_{k}[] {upper}_FLASH = {text.text(name)};\n"
        for k, name in enumerate(class_names)
    ]
    places = "".join(f"    {prefix}_class_{k},\n" for k in range(len(class_names)))
    table = f"const char *const {prefix}_class_names[{upper}_CLASSES] {upper}_FLASH"
    return f"{''.join(strings)}{table} = {{\n{places}}};"


def _arrays(parts: Parts) -> str:
    """The definitions of the weights, or of where they are once they are loaded."""
    if parts.apart:
        return weights.definitions(parts.prefix, parts.arrays)
    where = f"{parts.prefix.upper()}_FLASH"
    return "\n\n".join(text.array(name, array, where) for name, array in parts.arrays.items())


def _working(parts: Parts) -> str:
    """The definition of the working memory; in integers 16-bit columns lie in it too."""
    size = parts.arena.size
    if not size:
        return ""
    if not parts.integers:
        return f"static float {parts.prefix}_arena[{size}];"
    arrays = f"    int8_t values[{size}];\n    int16_t columns[{size // 2}];\n"
    return f"static union {{\n{arrays}}} {parts.prefix}_arena;"


def _in_order(parts: Parts) -> list[str]:
    """The functions, helpers first."""
    first = [key for key in HELPERS if key in parts.functions]
    rest = [key for key in parts.functions if key not in first]
    return [parts.functions[key] for key in first + rest]
