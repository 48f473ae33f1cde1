"""Forged zip archives."""

import struct
import zlib

from formats.weights.torch_forgeries import case
from formats.weights.torch_written import (
    BIAS,
    WEIGHT,
    members,
    pickled,
    state,
    stored,
    tensor,
    zipped,
)

# The zip archive itself.
WHOLE = zipped(members())
case(
    "two pickles",
    "holds 2 members named",
    lambda: zipped([*members().items(), ("w/data.pkl", pickled({}))]),
)
case(
    "two storages of a name",
    "holds 2 members named",
    lambda: zipped([*members().items(), ("w/data/0", WEIGHT)]),
)
for title, odd in {
    "up": "../evil",
    "inside": "w/../../evil",
    "absolute": "/etc/evil",
    "backslashes": "w\\..\\evil",
}.items():
    case(
        f"a name that leads {title}",
        "leads out of",
        lambda odd=odd: zipped(members() | {odd: b"a"}),
    )
case("pickles of two folders", "holds 2 pickles", lambda: zipped(members() | {"v/data.pkl": b"a"}))
case("no pickle", "got another zip archive", lambda: zipped({"w/data/0": WEIGHT}))
case("no member", "got bytes 50 4b 05 06", lambda: zipped({}))
case(
    "a byte order that is none",
    "byteorder' must be little or big; got b'middle'",
    lambda: zipped(members(byteorder=b"middle")),
)
case(
    "a byte order of a megabyte",
    "byteorder' must be little or big",
    lambda: zipped(members(byteorder=b"little" * 10**5)),
)
case(
    "a program of TorchScript",
    r"TorchScript program: torch\.save\(torch\.jit\.load",
    lambda: zipped(members() | {"w/constants.pkl": b"a"}),
)
case("no storage", "'w/data/0' must have 24 bytes; it is missing", zipped(members(data_0=None)))
case("a short storage", "must have 24 bytes; it has 20", zipped(members(data_0=WEIGHT[4:])))
case("a long storage", "must have 24 bytes; it has 28", zipped(members(data_0=WEIGHT + BIAS[4:])))
case(
    "a key that leads up",
    "'w/data/../../evil' must .*it is missing",
    lambda: zipped(members(state(weight=tensor(stored("../../evil", 6), (2, 3), (3, 1))))),
)


# A field's place in a member's local header and in the directory, and its form.
FIELDS = {
    "flags": (6, 8, "<H"),
    "method": (8, 10, "<H"),
    "packed": (18, 20, "<I"),
    "unpacked": (22, 24, "<I"),
}


def changed(content, member, **fields):
    """Change what the archive says of a member."""
    content = bytearray(content)
    local, entry = content.index(member.encode()) - 30, content.rindex(member.encode()) - 46
    for field, value in fields.items():
        in_local, in_entry, form = FIELDS[field]
        struct.pack_into(form, content, local + in_local, value)
        struct.pack_into(form, content, entry + in_entry, value)
    return bytes(content)


def bomb(member, size):
    """So many zeros, deflated to a thousandth."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = block * (size // 2**24) + packer.flush()
    return changed(zipped(members() | {member: data}), member, method=8, unpacked=size)


def overlapping():
    """Both storages in the directory lie in the place of one."""
    content = bytearray(zipped(members(data_1=WEIGHT)))
    entries = [content.rindex(f"w/data/{key}".encode()) - 46 for key in (0, 1)]
    offset = struct.unpack_from("<I", content, entries[0] + 42)
    struct.pack_into("<I", content, entries[1] + 42, *offset)
    return bytes(content)


case("encrypted", "'w/data/1' is encrypted$", lambda: changed(WHOLE, "w/data/1", flags=1))
case(
    "a storage of 3 GiB in 3 MB",
    "unpacks to 3,221,225,472 bytes",
    lambda: bomb("w/data/0", 3 * 2**30),
)
case("a pickle of 512 MB in 512 kB", "data.pkl' is too large", lambda: bomb("w/data.pkl", 2**29))
case(
    "a storage of the largest size",
    "must have 24 bytes; it has 536870912",
    lambda: bomb("w/data/0", 2**29),
)
case("overlapping members", "overlaps|Overlapped", overlapping)
case(
    "more than packed bytes can hold",
    "more than they can hold",
    lambda: changed(WHOLE, "w/data/1", method=8, unpacked=2**31),
)
case(
    "more than stored bytes",
    "more than they can hold",
    lambda: changed(WHOLE, "w/data/1", unpacked=2**31),
)
case("packed in another way", "got method 14", lambda: changed(WHOLE, "w/data/1", method=14))
case("beyond the end", "overlaps", lambda: changed(WHOLE, "w/version", packed=2**31))
case("half a zip", "damaged zip", WHOLE[: len(WHOLE) // 2])
case(
    "a flipped byte of a storage",
    "'w/data/0' is damaged: Bad CRC",
    lambda: WHOLE.replace(WEIGHT, WEIGHT[:-1] + b"\0"),
)
case(
    "a flipped byte of the pickle",
    "data.pkl' is damaged: Bad CRC",
    lambda: WHOLE.replace(b"fc.bias", b"fc.bibs"),
)
