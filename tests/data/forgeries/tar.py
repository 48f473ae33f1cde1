"""Rows D15, D6, D9, D10: CIFAR-10's binary archive, and its folder of batches."""

import gzip
import io
import tarfile

from badak.data.cifar import read_cifar10
from forgeries import case, flipped, forged, gzip_bomb


def member(name, content=b"", **changed):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in changed.items():
        setattr(info, field, value)
    return info, content


def record(label):
    return bytes([label]) + bytes(3072)


def batches(label=3):
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
    return {f"cifar-10-batches-bin/{name}": record(label) * 2 for name in names}


def tar_bytes(*members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def archive(*extra, but=()):
    good = [member(name, content) for name, content in batches().items() if name not in but]
    return gzip.compress(tar_bytes(*good, *extra), mtime=0)


def tar_case(name, words, content):
    forged(name, read_cifar10, words, content, "cifar-10-binary.tar.gz")


TAR = archive()
tar_case("D15 ..", r"\.\./evil leaves the archive", archive(member("../evil", b"x")))
tar_case(
    "D15 .. inside", "leaves the archive", archive(member("cifar-10-batches-bin/../../evil", b"x"))
)
tar_case("D15 absolute", "/etc/evil leaves the archive", archive(member("/etc/evil", b"x")))
for kind, name in (
    (tarfile.SYMTYPE, "symlink"),
    (tarfile.LNKTYPE, "hardlink"),
    (tarfile.CHRTYPE, "device"),
    (tarfile.FIFOTYPE, "pipe"),
):
    tar_case(
        f"D15 {name}",
        "is a link or a device; only files are read",
        archive(member("cifar-10-batches-bin/x", type=kind, linkname="/etc/passwd")),
    )
tar_case(
    "D15 link in place of a batch",
    "test_batch.bin is a link",
    archive(
        member("cifar-10-batches-bin/test_batch.bin", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        but=("cifar-10-batches-bin/test_batch.bin",),
    ),
)
tar_case(
    "D15 twice",
    "test_batch.bin occurs twice",
    archive(member("cifar-10-batches-bin/test_batch.bin", record(1))),
)
tar_case(
    "D15 missing batch",
    "is incomplete: it lacks data_batch_4.bin",
    archive(but=("cifar-10-batches-bin/data_batch_4.bin",)),
)
tar_case(
    "D15 elsewhere",
    "is incomplete: it lacks data_batch_1,",
    gzip.compress(tar_bytes(*(member(f"x/{name}", b"") for name in batches()))),
)
tar_case("D15 no tar", "is damaged", gzip.compress(b"not a tar archive at all" * 100))
tar_case("D15 no gzip", r"\.tar\.gz .*\.npz.*got bytes", tar_bytes())
tar_case("D15 cut", "is cut short|is damaged", TAR[: len(TAR) // 2])
tar_case("D15 cut at the end", "is cut short", TAR[:-4])
tar_case("D15 sum", "is damaged: CRC check failed", flipped(TAR, -8))
tar_case(
    "D15 bomb",
    "unpacks to more than",
    lambda: gzip_bomb(tar_bytes(*([member(name, content) for name, content in batches().items()]))),
)
tar_case(
    "D15 large member",
    "data_batch_1.bin is too large",
    lambda: gzip_bomb(member("cifar-10-batches-bin/data_batch_1.bin", size=2**31)[0].tobuf()),
)
tar_case(
    "D15 long name of 4 GiB",
    "unpacks to more than|is damaged",
    lambda: gzip_bomb(member("x", type=tarfile.GNUTYPE_LONGNAME, size=2**32 - 2**24)[0].tobuf()),
)


def binary(name, words, content):
    """Register a folder of binary batches of which one is changed."""

    @case(name, read_cifar10, words)
    def _(folder):
        for path, good in batches().items():
            path = folder / path
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if path.name == "data_batch_2.bin" else good)
        return folder


binary("D9 binary label", r"data_batch_2|labels.*0\.\.9; label 2 is 11", record(11))
binary("D6 binary length", "3073 bytes.*got 3000 bytes", bytes(3000))
binary("D10 binary page", "an HTML", b"<html></html>")
binary("D10 binary empty", "3073 bytes.*got 0 bytes", b"")


@case("D10 nowhere, batches", read_cifar10, "nowhere holds no CIFAR-10: neither")
def _(folder):
    return folder / "nowhere"


@case("D10 empty folder", read_cifar10, "holds no CIFAR-10: neither cifar-10-python.tar.gz")
def _(folder):
    (folder / "unrelated.txt").write_text("hello")
    return folder
