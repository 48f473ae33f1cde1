"""Constants in flash: on AVR, whose programs read it by instructions of its own."""

# How constants are read on AVR; elsewhere as any memory.
READS = {
    "FLOAT": "pgm_read_float",
    "INT8": "(int8_t)pgm_read_byte",
    "UINT8": "pgm_read_byte",
    "INT32": "(int32_t)pgm_read_dword",
}
# AVR reads constants by 16-bit addresses; tables for jumps and class names need some as well.
NEAR = 2**16 - 2**11


def access(upper: str, functions: str, in_flash: bool) -> str:
    """The macros with which functions read constants.

    Args:
        upper: the prefix of macros.
        functions: the text of all.
        in_flash: whether arrays are in flash, on machines where that is apart.
    """
    reads = {kind: read for kind, read in READS.items() if f"{upper}_{kind}(" in functions}
    plain = "".join(f"#define {upper}_{kind}(at) (*(at))\n" for kind in reads)
    far = "".join(f"#define {upper}_{kind}(at) {read}(at)\n" for kind, read in reads.items())
    inside, outside = (far, plain) if in_flash else ("", "")
    return (
        f"#ifdef __AVR__\n#include <avr/pgmspace.h>\n#define {upper}_FLASH PROGMEM\n{inside}"
        f"#else\n#define {upper}_FLASH\n{outside}#endif\n{'' if in_flash else plain}"
    )


def room(name: str, flash: int) -> str:
    """An error for AVR if there are more constants than it can read."""
    if flash <= NEAR:
        return ""
    words = f"{name}: AVR reads 64 KiB of constants at most; these are {flash:,} bytes"
    return f'#ifdef __AVR__\n#error "{words}"\n#endif'


def geometry(prefix: str, name: str, numbers: list[int]) -> str:
    """The definition of a window."""
    words = ", ".join(map(str, numbers))
    return f"static const {prefix}_window {name} {prefix.upper()}_FLASH = {{{words}}};"
