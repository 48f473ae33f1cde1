"""badak's own files: what tests/attacks forges, and places that cannot be read or written."""

from attacks.safetensors_files import forged
from badak import files, storage


def _read(content):
    def call(folder):
        (folder / "forged.safetensors").write_bytes(content)
        storage.load(folder / "forged.safetensors")

    return call


def _too_large(folder):
    (folder / "file").write_bytes(bytes(6))
    files.read(folder / "file", largest=5)


# The small ones of the forged files; the message about a number ends with Python's words.
CALLS = {
    **{
        name: _read(content)
        for name, (content, _) in forged().items()
        if len(content) < 2**20 and "5,000 digits" not in name
    },
    "missing": lambda folder: storage.load(folder / "nothing.safetensors"),
    "a folder": lambda folder: storage.load(folder),
    "NUL in the name": lambda folder: storage.load("a\0b"),
    "a number for a name": lambda folder: storage.load(3),
    "too large": _too_large,
    "write to a device": lambda folder: storage.write_atomically("/dev/null", b"data"),
    "write into a missing folder": lambda folder: storage.write_atomically(folder / "a/b", b""),
}
