"""Forged objects, in either form of file."""

import struct

from formats.weights.torch_forgeries import MARK, part_case, value_case
from formats.weights.torch_written import (
    FLOATS,
    HOOKS,
    Raw,
    built,
    call,
    name,
    persistent,
    state,
    step,
    stored,
    tensor,
)

for words in (
    "os system",
    "posix system",
    "builtins eval",
    "builtins getattr",
    "torch load",
    "functools partial",
    "copyreg _reconstructor",
    "torch.storage _load_from_bytes",
    "torch.hub load",
    "torch.nn.modules.linear Linear",
    "__main__ Net",
    "torch ComplexFloatStorage",
    "torch._utils _rebuild_qtensor",
    "torch _utils._rebuild_tensor_v2",
    "torch.FloatStorage x",
    "numpy._core.multiarray _reconstruct",
    "torch nn",
    "torch._utils __builtins__",
    "collections Counter",
    "_codecs encode",
):
    value_case(
        f"names {words}",
        rf"names {words.replace(' ', '.')}; only tensors .*no code: .*torch\.save\(model",
        state(more=call(name(words), f"touch {MARK}")),
    )
value_case("a stack global", r"names os\.system", Raw(step("os") + step("system") + b"\x93"))
for title, steps in {
    "INST": b"(ios\nsystem\n",
    "OBJ": b"(o",
    "NEWOBJ": name("torch Size").steps + b")\x81",
    "NEWOBJ_EX": name("torch Size").steps + b")}\x92",
    "PERSID": b"Pname\n",
    "EXT1": b"\x82\x01",
    "NEXT_BUFFER": b"\x97",
    "DUP": b"N2",
    "FROZENSET": b"(\x91",
}.items():
    value_case(f"step {title}", f"asks for {title}", Raw(steps))
for title, called in {
    "a text": "os.system",
    "a number": 3,
    "a tensor": tensor(stored("0", 6), (2, 3), (3, 1)),
    "a persistent id": stored("0", 6),
    "a dictionary": {},
    "None": None,
}.items():
    value_case(f"calls {title}", "is a damaged pickle: Name expected", state(more=call(called)))
value_case("a name itself", "holds torch.FloatStorage itself", state(more=name(FLOATS)))
value_case("calls a storage", "does not describe a tensor", state(more=call(name(FLOATS), 6)))

good = tensor(stored("0", 6), (2, 3), (3, 1))
SETSTATE = {"__setstate__": "os.system"}
part_case("attributes of a tensor", "is given attributes", weight=built(good, SETSTATE))
value_case("attributes of a dictionary", "is a damaged pickle: Call", built(HOOKS, SETSTATE))
value_case("attributes of a tuple", "is a damaged pickle: Call", built((), SETSTATE))
part_case(
    "a negated tensor",
    "does not describe",
    weight=tensor(stored("0", 6), (2, 3), (3, 1), more=({"neg": True},)),
)
part_case(
    "hooks",
    "does not describe",
    weight=tensor(stored("0", 6), (2, 3), (3, 1), hooks={"hook": "os.system"}),
)
part_case(
    "a parameter of a parameter",
    "does not describe a tensor",
    weight=call(
        name("torch._utils _rebuild_parameter"),
        call(name("torch._utils _rebuild_parameter"), good, True, HOOKS),
        True,
        HOOKS,
    ),
)
part_case(
    "too few arguments",
    "does not describe",
    weight=call(name("torch._utils _rebuild_tensor_v2"), stored("0", 6), 0, (2, 3), (3, 1)),
)

for title, number in {
    "negative": -1,
    "huge": 2**80,
    "True": True,
    "float": 2.0,
    "text": "2",
    "None": None,
}.items():
    said = "must be at least 0 and below|described by"
    part_case(f"size {title}", said, weight=tensor(stored("0", 6), (number, 3), (3, 1)))
    part_case(f"stride {title}", said, weight=tensor(stored("0", 6), (2, 3), (number, 1)))
    part_case(f"offset {title}", said, weight=tensor(stored("0", 6), (2, 3), (3, 1), number))
    part_case(f"count {title}", said, weight=tensor(stored("0", number), (2, 3), (3, 1)))
part_case("size a list", "must be a tuple", weight=tensor(stored("0", 6), [2, 3], (3, 1)))
part_case("forty axes", "must be a tuple", weight=tensor(stored("0", 6), (1,) * 40, (1,) * 40))
part_case("fewer strides", "has the strides", weight=tensor(stored("0", 6), (2, 3), (3,)))
part_case(
    "reaches beyond",
    "needs 7 elements; its storage has 6",
    weight=tensor(stored("0", 6), (2, 3), (3, 1), 1),
)
part_case(
    "strides beyond",
    "needs 5000000000000000003 elements",
    weight=tensor(stored("0", 6), (2, 3), (5 * 10**18, 1)),
)
part_case(
    "2**40 elements", "elements; its storage has 6", weight=tensor(stored("0", 6), (2**40,), (1,))
)
part_case(
    "2**60 elements in the place of one",
    "fc .*has no match",
    weight=tensor(stored("0", 6), (2**30, 2**30), (0, 0)),
)
part_case(
    "an empty tensor of 2**62 rows",
    "fc .*has no match",
    weight=tensor(stored("0", 6), (2**62, 0, 2**62), (2**62, 1, 2**62)),
)
part_case(
    "another count",
    "must have (5 elements, )?20 bytes",
    weight=tensor(stored("0", 5), (2, 3), (1, 1)),
)
part_case(
    "a storage of 2**42 bytes",
    "must have (1099511627776 elements, )?4398046511104 bytes",
    weight=tensor(stored("0", 2**40), (2, 3), (3, 1)),
)
part_case(
    "doubles in floats' bytes",
    "must have (6 elements, )?48 bytes",
    weight=tensor(stored("0", 6, "torch DoubleStorage"), (2, 3), (3, 1)),
)

for title, ident in {
    "a module": ("module", "Net", "net.py", "import os"),
    "text": "0",
    "a number": 3,
    "no location": ("storage", name(FLOATS), "0", 6),
    "a number as key": ("storage", name(FLOATS), 0, "cpu", 6),
    "a call": ("storage", call(name("torch Size"), (1,)), "0", "cpu", 6),
    "a text as kind": ("storage", FLOATS, "0", "cpu", 6),
    "a size as kind": ("storage", name("torch Size"), "0", "cpu", 6),
    "a view of another storage": ("storage", name(FLOATS), "0", "cpu", 6, ("1", 0, 6)),
}.items():
    part_case(
        f"persistent id: {title}",
        "described by|does not describe",
        weight=tensor(persistent(ident), (2, 3), (3, 1)),
    )
for title, words in {
    "float8_e4m3fn": "names torch.float8",
    "float32": "names torch.float32",
    "FloatStorage": "does not describe",
    "Size": "does not describe",
}.items():
    part_case(
        f"elements of type {title}",
        words,
        weight=tensor(
            stored("0", 24, "torch.storage UntypedStorage"),
            (2, 3),
            (3, 1),
            more=(name(f"torch {title}"),),
            rebuild="torch._utils _rebuild_tensor_v3",
        ),
    )
for rebuild, kind in (("v2", "torch.storage UntypedStorage"), ("v3", FLOATS)):
    part_case(
        f"the other kind of storage for {rebuild}",
        "does not describe",
        weight=tensor(
            stored("0", 6, kind),
            (2, 3),
            (3, 1),
            more=(name("torch uint16"),),
            rebuild=f"torch._utils _rebuild_tensor_{rebuild}",
        ),
    )

value_case("a number as name", "names must be text; got 3", state() | {3: None})
for title, key in {
    "a tuple": (),
    "None": None,
    "True": True,
    "a float": 1.0,
    "2**40": 2**40,
    "a tensor": good,
}.items():
    steps = Raw(b"}" + step(key) + b"Ns")
    value_case(f"{title} as name", "is a damaged pickle: str expected", steps)
value_case("a list", "must hold a dictionary of tensors by name; got a value of type list", [1, 2])
value_case("an empty dictionary", "no tensors by name; its keys: none", {})
value_case(
    "an optimizer alone",
    "its keys: 'state', 'param_groups'",
    {"state": {0: {"step": 1}}, "param_groups": []},
)
value_case(
    "two state dicts",
    "several dictionaries of tensors: 'student', 'teacher'",
    {"student": {"a": good}, "teacher": {"b": good}},
)
value_case(
    "a number among tensors", r"epoch \(of type int\): not an array.*strict=False", state(epoch=3)
)

value_case("memo of 2**32", "must hold a dictionary", Raw(b"]r" + struct.pack("<I", 2**32 - 1)))
value_case("memo unknown", "is a damaged pickle", Raw(b"h\x07"))
value_case("tuples in tuples", "nested more than 20 deep", Raw(b")" + b"\x85" * 10**5))
value_case(
    "dictionaries in dictionaries",
    "nested more than 20 deep",
    Raw(b"}" + b"X\1\0\0\0a}" * 5000 + b"s" * 5000),
)
value_case("a million tuples as a name", "str expected", Raw(b"})" + b"\x85" * 2 * 10**5 + b"Ns"))
value_case(
    "pairs of pairs",
    "nested more than 20 deep",
    Raw(b")q\0" + b"".join(b"h%ch%c\x86q%c" % (n, n, n + 1) for n in range(99))),
)
value_case(
    "2**19 pairs",
    "must hold a dictionary",
    Raw(b")q\0" + b"".join(b"h%ch%c\x86q%c" % (n, n, n + 1) for n in range(19))),
)
value_case("a dictionary in itself", "nested more than 20 deep", Raw(b"}q\0X\1\0\0\0ah\0s"))
value_case("2**63 bytes", "is a damaged pickle", Raw(b"\x8e" + struct.pack("<Q", 2**63)))
value_case("2**31 of text", "is a damaged pickle", Raw(b"X" + struct.pack("<I", 2**31)))
value_case("too many steps", "takes more than 524,288 steps", Raw(b"(t" * 2**18 + b"N"))
value_case("an escape in a name", "a name has an escape", Raw(b"ctorch\n\\cFloatStorage\n"))
value_case("an empty stack", "is a damaged pickle", Raw(b"\x87"))
value_case("no mark", "is a damaged pickle", Raw(b"t"))
