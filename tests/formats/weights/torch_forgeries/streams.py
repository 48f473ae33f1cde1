"""Forged files of the form before PyTorch 1.6."""

import os
import pickle

from formats.weights.torch_forgeries import MARK, case
from formats.weights.torch_written import BIAS, WEIGHT, state, stored, streamed, tensor


class Runs:
    """Unpickled by the standard library, this would write a file."""

    def __reduce__(self):
        return os.system, (f"touch {MARK}",)


case("Python's own pickle of a call", r"first pickle names posix\.system", pickle.dumps(Runs()))
case("a pickle of another program", "not one that torch.save wrote", pickle.dumps({"a": 1}))
# The stream itself.
case("another version", "must be of version 1001; got 1000", streamed(version=1000))
case("another magic", "not one that torch.save wrote", streamed(magic=2**79))
for title, machine in {
    "big-endian": {"little_endian": False},
    "no dictionary": 3,
    "not said": {},
    "1": {"little_endian": 1},
}.items():
    case(f"machine {title}", "must be written on a little-endian", streamed(machine=machine))
TWICE = ((6, WEIGHT), (6, WEIGHT), (2, BIAS))
case("a storage twice", "each must be listed once", streamed(keys=("0", "0", "1"), storages=TWICE))
case("a storage too few", "lists 1 storages.*in 2", streamed(keys=("0",)))
case("a storage that nothing uses", "lists 3 storages.*in 2", streamed(keys=("0", "1", "2")))
case("storages that are no text", "must be a list of text", streamed(keys=(0, 1)))
for count in (5, 7, 0, 2**63, 2**64 - 1):
    case(
        f"{count} elements before 6",
        f"must have 6 elements, 24 bytes; it declares {count} ",
        streamed(storages=((count, WEIGHT), (2, BIAS))),
    )
case("cut in a storage", "8 bytes; it declares 2 elements, and 4 bytes follow", streamed()[:-4])
case("cut before a storage", "8 bytes; it declares", streamed()[:-12])
case("cut in the object", "is a damaged pickle", streamed()[:300])
case("cut after the magic", "version is a damaged pickle", streamed()[:25])
case("bytes behind the end", "4 bytes follow its last storage", streamed() + b"more")
case(
    "two types in one storage",
    "must have 6 elements, 48 bytes|must have 3",
    streamed(
        state(
            weight=tensor(stored("0", 6), (2, 3), (3, 1)),
            bias=tensor(stored("0", 6, "torch DoubleStorage"), (2,), (1,)),
        ),
        keys=("0",),
        storages=((6, WEIGHT),),
    ),
)
