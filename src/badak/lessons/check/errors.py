"""cause_of_error: what an exception's words say about its cause, whatever the exercise."""

import re

# The exception's kind, a pattern of its text -> the fault. The first that fits.
CAUSES = (
    ("NameError|UnboundLocalError", "", "name_unknown"),
    ("AttributeError|TypeError", "'NoneType'", "used_before_set"),
    ("AttributeError", "", "attribute_unknown"),
    ("KeyError", "", "key_unknown"),
    ("RecursionError", "", "recursion"),
    ("MemoryError", "", "memory"),
    ("ModuleNotFoundError|ImportError", "", "module_unknown"),
    (
        "TypeError|IndexError",
        "'?(numpy\\.)?float.*as an integer|slice indices must be",
        "size_float",
    ),
    ("IndexError", "only integers, slices", "size_float"),
    ("IndexError", "boolean index did not match", "mask_of_other_input"),
    ("IndexError", "too many indices|out of bounds|out of range", "index_outside"),
    ("TypeError", "positional argument|unexpected keyword|required keyword", "arguments_differ"),
    ("TypeError", "not subscriptable|not callable", "brackets_differ"),
    ("ValueError", "cannot reshape array", "reshape_count"),
    (
        "ValueError",
        "not aligned|mismatch in its core dimension|shape-mismatch for sum",
        "product_shapes",
    ),
    (
        "ValueError",
        "broadcast together with shapes|could not broadcast|non-broadcastable",
        "broadcast",
    ),
    ("ValueError", "remapped shapes .*requested shape", "pad_pairs"),
    ("ValueError", "axes don't match", "axes_count"),
    ("ValueError", "remapped shapes", "broadcast"),
    ("ValueError", "negative dimensions", "size_negative"),
    ("AxisError", "", "axes_count"),
    ("ValueError", "(not enough|too many) values to unpack", "unpack_count"),
    ("BadakError", "takes \\d+ inputs", "product_shapes"),
    ("BadakError", "shape", "shape_unfit"),
    ("UFuncTypeError|_UFuncOutputCastingError", "", "integers"),
)


def cause_of_error(kind: str, text: str) -> str:
    """Return the fault that an exception names by itself; "" for some.

    Example:
        >>> cause_of_error("ValueError", "cannot reshape array of size 4 into shape (3,)")
        'reshape_count'
        >>> cause_of_error("ValueError", "no")
        ''
    """
    for kinds, pattern, fault in CAUSES:
        if re.fullmatch(kinds, kind) and re.search(pattern, text):
            return fault
    return ""
