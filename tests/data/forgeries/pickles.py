"""Row D16: pickled batches of CIFAR-10, some of them programs."""

import os
import pickle
import struct

import numpy as np

from badak.data.cifar import read_cifar10
from badak.data.pickles import read_batch
from forgeries import case, forged

MARK = "/tmp/badak_pickle_was_run"


class Runs:
    """Unpickled by the standard library, this would write a file."""

    def __reduce__(self):
        return os.system, (f"touch {MARK}",)


def pickled(data=None, labels=(1, 2), protocol=2, **more):
    data = np.zeros((2, 3072), np.uint8) if data is None else data
    return pickle.dumps({"data": data, "labels": list(labels), **more}, protocol=protocol)


def pickle_case(name, words, content):
    def read(path):
        return read_batch(path.read_bytes(), str(path))

    forged(name, read, words, content)


def steps(*parts):
    return b"\x80\x04" + b"".join(parts) + b"."


def words_of(text):
    return b"\x8c" + bytes([len(text)]) + text


pickle_case("D16 runs a command", r"names posix\.system; .*nothing else", pickle.dumps(Runs()))
pickle_case("D16 inside", r"names posix\.system", pickled(protocol=4, extra=Runs()))
for number, (module, name) in enumerate(
    [(b"builtins", b"eval"), (b"numpy", b"load"), (b"badak.data", b"load"), (b"os", b"system")]
):
    call = module + b"\n" + name + b"\n"
    pickle_case(f"D16 global {number}", "names .*; only NumPy arrays", b"\x80\x02c" + call + b".")
    pickle_case(
        f"D16 stack global {number}",
        "names .*; only NumPy arrays",
        steps(words_of(module), words_of(name), b"\x93"),
    )
pickle_case("D16 inst", "asks for INST", b"\x80\x02(ios\nsystem\n.")
pickle_case("D16 obj", "asks for OBJ", b"\x80\x02(o.")
pickle_case("D16 new object", "asks for NEWOBJ", b"\x80\x02cnumpy\nndarray\n)\x81.")
pickle_case("D16 persistent", "asks for PERSID", b"\x80\x02Pname\n.")
pickle_case("D16 extension", "asks for EXT1", b"\x80\x02\x82\x01.")
pickle_case("D16 next buffer", "asks for NEXT_BUFFER", b"\x80\x05\x97.")
pickle_case("D16 long string", "is a damaged pickle", b"\x80\x04\x8e" + struct.pack("<Q", 2**40))
pickle_case("D16 2**63 bytes", "is a damaged pickle", b"\x80\x04\x8e" + struct.pack("<Q", 2**63))
pickle_case("D16 frame", "is a damaged pickle", b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"}")
pickle_case("D16 memo", "dictionary with data", b"\x80\x02}r" + struct.pack("<I", 2**32 - 1) + b".")
pickle_case("D16 memo unknown", "is a damaged pickle", b"\x80\x02h\x07.")
pickle_case(
    "D16 deep key",
    "is a damaged pickle: str expected, tuple",
    b"\x80\x02})" + b"\x85" * 10**5 + b"Ns.",
)
pickle_case(
    "D16 deep value",
    "is nested more than 20 deep",
    b"\x80\x02" + b"]" * 10**5 + b"a" * (10**5 - 1) + b".",
)
pickle_case("D16 underflow", "is a damaged pickle", b"\x80\x02\x87.")
pickle_case("D16 no mark", "is a damaged pickle", b"\x80\x02t.")
pickle_case("D16 append to None", "is a damaged pickle: list expected", b"\x80\x02NNa.")
pickle_case("D16 build on a list", "is a damaged pickle: Call expected", b"\x80\x02]Nb.")
pickle_case("D16 call a string", "is a damaged pickle: Name expected", b"\x80\x02U\x02os)R.")
pickle_case("D16 odd items", "is a damaged pickle", b"\x80\x02}(U\x01au.")
pickle_case("D16 no end", "is a damaged pickle", pickled(protocol=4)[:-1])
pickle_case("D16 cut", "is a damaged pickle", pickled(protocol=4)[:3000])
pickle_case("D16 text", "pickle.*got JSON", b'{"data": []}')
pickle_case("D16 protocol 0", "pickle.*got bytes", pickled(protocol=0))
pickle_case("D16 list", "dictionary", pickle.dumps([1, 2]))
pickle_case("D16 no labels", "dictionary", pickle.dumps({"data": 3}))
pickle_case("D16 label 11", r"labels.*got 11", pickled(labels=[3, 11], protocol=4))
pickle_case("D16 huge label", r"labels.*0\.\.9", pickled(labels=[3, 2**80], protocol=4))
pickle_case("D16 label True", "labels.*list of integers", pickled(labels=[True, 1], protocol=4))
pickle_case("D16 label text", "labels.*list of integers", pickled(labels=["1", 1], protocol=4))
for name, array in {
    "float": np.zeros((2, 3072), np.float32),
    "objects": np.array([[None, 1]], object),
    "flat": np.zeros(6144, np.uint8),
    "list": [[0] * 3072] * 2,
}.items():
    pickle_case(f"D16 data {name}", "data.* uint8|'O8'", pickled(array, protocol=4))
# A list of two lists of two lists ...: 2**20 values, if each were made.
pickle_case(
    "D16 shared lists",
    "dictionary",
    b"\x80\x02]q\x00" + b"".join(b"](h%ch%ceq%c" % (n, n, n + 1) for n in range(19)) + b".",
)
pickle_case("D16 list in itself", "is nested more than", b"\x80\x02]q\x00h\x00a.")
SHAPE = b"K\x02K\x03\x86"  # the steps that make (2, 3)
pickle_case(
    "D16 shape 2**40",
    "an array of .* cannot have 6 bytes",
    pickled(np.zeros((2, 3), np.uint8), protocol=4).replace(
        SHAPE, b"\x8a\x06\0\0\0\0\0\x01K\x03\x86"
    ),
)


def python_folder(name, words, content):
    @case(name, read_cifar10, words)
    def _(folder):
        for number in range(1, 6):
            (folder / f"data_batch_{number}").write_bytes(pickled(protocol=4))
        (folder / "test_batch").write_bytes(content)
        return folder


python_folder("D16 in a folder", "test_batch names posix.system", pickle.dumps(Runs()))
python_folder("D8 rows", "test_batch: labels.* 2 ", pickled(labels=[1], protocol=4))
python_folder(
    "D6 pixels",
    r"test_batch: images.*got uint8 \(2, 3071\)",
    pickled(np.zeros((2, 3071), np.uint8), protocol=4),
)
python_folder("D10 too large", "test_batch is too large: it has 67,108,865 bytes", bytes(2**26 + 1))
