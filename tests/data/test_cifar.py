"""CIFAR-10 gives the same data set in all its forms; checks of the real one."""

import io
import pickle
import struct
import tarfile

import numpy as np
import pytest

from badak.data.cifar import CLASS_NAMES, read_cifar10
from badak.data.pickles import read_batch
from badak.errors import FormatError

NAMES = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]


def made(count=3):
    """Six batches: pixels (N, 3072) and labels."""
    rng = np.random.default_rng(0)
    return [
        (rng.integers(0, 256, (count, 3072), np.uint8), rng.integers(0, 10, count)) for _ in NAMES
    ]


def text(value, mark=b"U"):
    """The opcode that pushes a short Python 2 string."""
    return mark + bytes([len(value)]) + value


def python2(pixels, labels, number):
    """A batch as Krizhevsky's Python 2 pickled it: protocol 2, byte strings, cPickle's memo."""
    data = pixels.tobytes()
    numbers = b"".join(b"K" + bytes([label]) for label in labels)
    names = b"".join(text(b"%d_s_000001.png" % label) + b"q\x08" for label in labels)
    shape = b"K\x01M" + struct.pack("<H", len(pixels)) + b"M\x00\x0c\x86"  # (1, (N, 3072)
    kind = b"cnumpy\ndtype\nq\x0cU\x02u1K\x00K\x01\x87Rq\x0d"
    kind += b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x09cnumpy\nndarray\nq\x0a"
    array += b"K\x00\x85U\x01b\x87Rq\x0b(" + shape + kind + b"\x89"
    array += b"T" + struct.pack("<I", len(data)) + data + b"tb"
    return (
        b"\x80\x02}q\x01(" + text(b"batch_label") + b"q\x02" + text(b"training batch %d" % number)
        + b"q\x03" + text(b"labels") + b"q\x04]q\x05(" + numbers + b"e" + text(b"data") + b"q\x06"
        + array + text(b"filenames") + b"q\x07]r\x00\x01\x00\x00(" + names + b"eu."
    )  # fmt: skip


def python3(protocol, as_bytes):
    def encode(pixels, labels, number):
        batch = {"batch_label": "x", "labels": labels.tolist(), "data": pixels, "filenames": ["a"]}
        if as_bytes:
            batch = {key.encode(): value for key, value in batch.items()}
        return pickle.dumps(batch, protocol)

    return encode


def binary(pixels, labels, number):
    return np.column_stack([labels.astype(np.uint8), pixels]).tobytes()


ENCODERS = {
    "python 2": python2,
    "python 3, protocol 3": python3(3, as_bytes=True),
    "python 3, protocol 4": python3(4, as_bytes=False),
    "python 3, protocol 4, keys as bytes": python3(4, as_bytes=True),
    "binary": binary,
}


def files(form):
    encode = ENCODERS[form]
    folder, ending = ("bin", ".bin") if form == "binary" else ("py", "")
    contents = {
        f"cifar-10-batches-{folder}/{name}{ending}": encode(*batch, number)
        for number, (name, batch) in enumerate(zip(NAMES, made(), strict=True), 1)
    }
    return contents | {f"cifar-10-batches-{folder}/readme.html": b"<html></html>"}


def write_folder(folder, form):
    for name, content in files(form).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def write_archive(folder, form):
    kind = "binary" if form == "binary" else "python"
    with tarfile.open(folder / f"cifar-10-{kind}.tar.gz", "w:gz") as archive:
        root = tarfile.TarInfo(next(iter(files(form))).partition("/")[0])
        root.type = tarfile.DIRTYPE
        archive.addfile(root)
        for name, content in files(form).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def check(train, test):
    pixels, labels = zip(*made(), strict=True)
    expected = np.concatenate(pixels).reshape(-1, 3, 32, 32) / np.float32(255)
    for part, places in ((train, slice(0, 15)), (test, slice(15, 18))):
        np.testing.assert_array_equal(part.images, expected[places])
        np.testing.assert_array_equal(part.labels, np.concatenate(labels)[places])
        assert part.class_names == CLASS_NAMES
        assert part.name == "cifar10"


@pytest.mark.parametrize("write", [write_folder, write_archive])
@pytest.mark.parametrize("form", ENCODERS)
def test_every_form_gives_the_same(tmp_path, form, write):
    write(tmp_path, form)
    check(*read_cifar10(tmp_path))
    (only,) = tmp_path.iterdir()
    check(*read_cifar10(only))


@pytest.mark.parametrize("named", [True, False])
def test_npz(tmp_path, named):
    pixels, labels = zip(*made(), strict=True)
    names = {"class_names": np.array(CLASS_NAMES)} if named else {}
    np.savez(
        tmp_path / "cifar10-part.npz",
        x_train=np.concatenate(pixels[:5]).reshape(-1, 3, 32, 32),
        y_train=np.concatenate(labels[:5]),
        x_test=pixels[5].reshape(-1, 3, 32, 32),
        y_test=labels[5].astype(np.uint8),
        **names,
    )
    check(*read_cifar10(tmp_path))


@pytest.mark.parametrize("form", [form for form in ENCODERS if form != "binary"])
def test_the_standard_library_reads_the_same_from_our_test_batches(form):
    pixels, labels = made()[0]
    content = ENCODERS[form](pixels, labels, 1)
    theirs = {
        key.decode() if isinstance(key, bytes) else key: value
        for key, value in pickle.loads(content, encoding="bytes").items()
    }
    ours = read_batch(content, "batch")
    np.testing.assert_array_equal(ours[0], theirs["data"])
    np.testing.assert_array_equal(ours[1], theirs["labels"])


def test_an_official_batch_of_full_size_is_read():
    rng = np.random.default_rng(0)
    pixels, labels = rng.integers(0, 256, (10000, 3072), np.uint8), rng.integers(0, 10, 10000)
    rows, numbers = read_batch(python2(pixels, labels, 1), "batch")
    np.testing.assert_array_equal(rows, pixels)
    np.testing.assert_array_equal(numbers, labels)


def write_npz(path, value, count=4):
    """An .npz whose pixels are all `value`."""
    pixels, labels = np.full((count, 3, 32, 32), value, np.uint8), np.arange(count)
    np.savez(path, x_train=pixels, y_train=labels, x_test=pixels, y_test=labels)


@pytest.mark.parametrize("other", ["cifar100.npz", "cifar-100-part.npz", "cifar_100.npz"])
@pytest.mark.parametrize("own", ["cifar10.npz", "cifar-10.npz", "cifar10_part.npz"])
def test_cifar_100_is_another_data_set(tmp_path, own, other):
    write_npz(tmp_path / other, 7)
    with pytest.raises(FormatError, match="holds no CIFAR-10"):
        read_cifar10(tmp_path)
    write_npz(tmp_path / own, 9)
    assert np.all(read_cifar10(tmp_path)[0].images * 255 == 9)


def test_the_whole_is_read_and_not_a_part_beside_it(tmp_path):
    write_npz(tmp_path / "cifar10-part.npz", 7)
    write_npz(tmp_path / "cifar10.npz", 9)
    assert np.all(read_cifar10(tmp_path)[0].images * 255 == 9)


def test_the_real_part(data_dir):
    train, test = read_cifar10(data_dir / "cifar10")
    assert (train.images.shape, test.images.shape) == ((20000, 3, 32, 32), (6000, 3, 32, 32))
    np.testing.assert_array_equal(train.labels[:10], [6, 9, 9, 4, 1, 1, 2, 7, 8, 3])
    assert train.class_names[int(train.labels[0])] == "frog"
    means = train.images.mean(axis=(0, 2, 3), dtype=np.float64)
    np.testing.assert_allclose(means, [0.4914, 0.4822, 0.4465], atol=0.003)  # of all 50,000
    # The order is red, green, blue: the first frog sits on brown ground.
    assert train.images[0, 0].mean() > train.images[0, 2].mean()
