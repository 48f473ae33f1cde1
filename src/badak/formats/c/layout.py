"""The layout of a C file and its header."""

from badak.formats.c import text
from badak.formats.c.calls import HELPERS, Parts
from badak.network import Network


def head(net: Network, name: str, ram: int, flash: int, integers: bool) -> str:
    """Return the comment at the start of both files; `ram` and `flash` are in bytes."""
    c, h, w = net.input_shape
    k = net.num_classes
    prefix = text.identifier(name)
    nan = "NaN counts as the smallest value" if integers else "the logits then mean nothing"
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
 * Flash: {flash:,} bytes of constants; the code comes on top.
 * Arithmetic: {"int8 weights and activations, int32 sums" if integers else "float32"}.
 * Pixels that are NaN or infinite are not looked for: {nan}.
 * One prediction at a time: the working memory is shared.
 */
"""


def header(prefix: str, net: Network, head: str) -> str:
    """Return the text of the .h file."""
    c, h, w = net.input_shape
    upper = prefix.upper()
    return f"""{head}
#ifndef {upper}_H
#define {upper}_H

#ifdef __cplusplus
extern "C" {{
#endif

#define {upper}_CHANNELS {c}
#define {upper}_ROWS {h}
#define {upper}_COLUMNS {w}
#define {upper}_CLASSES {net.num_classes}

extern const char *const {prefix}_class_names[{upper}_CLASSES];

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
    parts.function("predict")
    predict = parts.functions.pop("predict").replace("UPPER", upper)
    names = "".join(f"    {text.text(name)},\n" for name in class_names)
    kind = "int8_t" if parts.integers else "float"
    size = parts.arena.size
    blocks = [
        f'{head}\n#include "{name}.h"\n\n#include <math.h>\n#include <stdint.h>',
        f"const char *const {prefix}_class_names[{upper}_CLASSES] = {{\n{names}}};",
        *_in_order(parts),
        *parts.arrays.values(),
        *([f"static {kind} {prefix}_arena[{size}];"] if size else []),
        f"void {prefix}_run(const float *image, float *logits)\n{{\n"
        + "".join(line + "\n" for line in parts.calls)
        + "}",
        predict.rstrip("\n"),
    ]
    return "\n\n".join(block.rstrip("\n") for block in blocks) + "\n"


def _in_order(parts: Parts) -> list[str]:
    """The functions, helpers first."""
    first = [key for key in HELPERS if key in parts.functions]
    rest = [key for key in parts.functions if key not in first]
    return [parts.functions[key] for key in first + rest]
