"""Arrays that stay in their files: the numbers of the array, without its memory."""

import gzip
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak import Network
from badak.arrays import as_images
from badak.data import Dataset, Loader, open_array
from badak.data.stored import StoredImages
from badak.errors import BadakError, FormatError
from badak.layers import Flatten, Linear

PIXELS = np.random.default_rng(0).integers(0, 256, (8, 2, 3, 5), np.uint8)
LABELS = np.arange(8) % 3


def npy(folder, array):
    np.save(folder / "a.npy", array)
    return open_array(folder / "a.npy")


def npz(folder, array):
    np.savez(folder / "a.npz", other=np.arange(3), images=array, labels=LABELS)
    return open_array(folder / "a.npz", "images")


def idx(folder, array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    code = {"uint8": 8, "float32": 0x0D, "float64": 0x0E}[array.dtype.name]
    content = array.astype(array.dtype.newbyteorder(">")).tobytes()
    (folder / "a").write_bytes(bytes([0, 0, code, array.ndim]) + sizes + content)
    return open_array(folder / "a")


@pytest.mark.parametrize("opened", [npy, npz, idx])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_the_numbers_of_the_array(tmp_path, opened, dtype):
    array = PIXELS if dtype == np.uint8 else PIXELS.astype(dtype) / dtype(255)
    data = Dataset(opened(tmp_path, array), LABELS)
    in_file = opened is not idx or dtype == np.uint8  # IDX's floats are big-endian
    assert isinstance(data.images, StoredImages if in_file else np.ndarray)
    np.testing.assert_array_equal(data.images[:], as_images(array))
    np.testing.assert_array_equal(data[2:7].images[[3, 0]], as_images(array[[5, 2]]))
    for batch, other in zip(Loader(data, 3), Loader(Dataset(array, LABELS), 3), strict=True):
        assert batch.images.tobytes() == other.images.tobytes()


@given(st.integers(0, 6), st.integers(1, 2))
def test_parts_of_a_mapped_array_are_read_from_their_place(tmp_path_factory, start, step):
    whole = npy(tmp_path_factory.mktemp("mapped"), PIXELS)
    for part, array in (
        (whole[start:], PIXELS[start:]),
        (whole[start::step], PIXELS[start::step]),
        (whole.reshape(8, 1, 6, 5)[start:], PIXELS.reshape(8, 1, 6, 5)[start:]),
        (np.asarray(whole)[start : start + 1], PIXELS[start : start + 1]),
        (whole[..., ::-1], PIXELS[..., ::-1]),
        (whole.swapaxes(2, 3), PIXELS.swapaxes(2, 3)),
    ):
        np.testing.assert_array_equal(Dataset(part, [0] * len(array)).images[:], as_images(array))


def test_only_what_lies_in_a_file_as_it_is_stays_there(tmp_path):
    np.save(tmp_path / "a.npy", PIXELS)
    np.save(tmp_path / "f.npy", np.asfortranarray(PIXELS))
    for images, stays in (
        (np.load(tmp_path / "a.npy", mmap_mode="r"), True),
        (np.load(tmp_path / "a.npy", mmap_mode="r+"), True),
        (np.load(tmp_path / "a.npy", mmap_mode="c"), False),  # may differ from its file
        (open_array(tmp_path / "f.npy"), False),
        (PIXELS, False),
    ):
        data = Dataset(images, LABELS)
        assert isinstance(data.images, StoredImages) == stays
        np.testing.assert_array_equal(data.images[:], as_images(PIXELS))


def test_nan_is_found_when_it_is_read(tmp_path):
    array = np.zeros((200, 1, 2, 2), np.float32)
    array[150, 0, 1, 1] = np.nan
    data = Dataset(npy(tmp_path, array), np.zeros(200, int))
    assert not data.images[:150].any()
    with pytest.raises(BadakError, match="images must be finite; image 150 holds NaN"):
        data.images[100:]
    with pytest.raises(BadakError, match="image 150 holds NaN"):
        list(Loader(data, 50))
    with pytest.raises(BadakError, match="image 150 holds NaN"):
        Network([Flatten(), Linear(2)], (1, 2, 2)).evaluate(data)


def test_odd_images_are_warned_of_by_a_sample(tmp_path):
    with pytest.warns(UserWarning, match="images reach 200"):
        Dataset(npy(tmp_path, np.full((3, 1, 2, 2), 200.0)), [0, 1, 0])
    with pytest.raises(BadakError, match=r"labels must have shape \(8,\)"):
        Dataset(npy(tmp_path, PIXELS), [0, 1])
    with pytest.raises(TypeError, match="got int64"):
        Dataset(npy(tmp_path, PIXELS.astype(int)), LABELS)


def test_evaluating_and_training_need_the_memory_of_a_batch(tmp_path):
    data = Dataset(npy(tmp_path, np.zeros((4000, 1, 32, 32), np.uint8)), np.zeros(4000, int))
    net = Network([Flatten(), Linear(2)], (1, 32, 32))
    tracemalloc.start()
    net.evaluate(data)
    net.predict(data.images)
    for _ in Loader(data, 100):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * 2**20  # all at once are 16 MiB


def packed(folder):
    np.savez_compressed(folder / "a.npz", images=PIXELS)
    return folder / "a.npz"


def zipped(folder):
    with gzip.open(folder / "a", "wb") as file:
        file.write(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]))
    return folder / "a"


def cut(folder):
    np.save(folder / "a.npy", PIXELS)
    content = (folder / "a.npy").read_bytes()
    (folder / "a.npy").write_bytes(content[:-1])
    return folder / "a.npy"


def objects(folder):
    np.save(folder / "a.npy", np.array([{}], object))
    return folder / "a.npy"


def empty(folder):
    np.save(folder / "a.npy", PIXELS[:0])
    return folder / "a.npy"


def flipped(folder):
    np.savez(folder / "a.npz", images=PIXELS)
    content = bytearray((folder / "a.npz").read_bytes())
    place = content.index(PIXELS.tobytes())
    content[place + 5] ^= 1
    (folder / "a.npz").write_bytes(content)
    return folder / "a.npz"


def several(folder):
    np.savez(folder / "a.npz", images=PIXELS, labels=LABELS)
    return folder / "a.npz"


def text(folder):
    (folder / "a.csv").write_text("1,2,3")
    return folder / "a.csv"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (packed, r"images\.npy is compressed: save it by numpy\.savez"),
        (zipped, r"must be \.npy, \.npz or IDX, unpacked; got gzip data"),
        (cut, "declares 8x2x3x5 values, 240 bytes, and 239 follow"),
        (objects, "holds Python objects"),
        (empty, "declares 0x2x3x5 values, 0 bytes"),
        (flipped, "is damaged"),
        (several, r"holds 'images', 'labels'; name must be one of them; got None"),
        (text, r"must be \.npy.*got bytes 31 2c 32 2c"),
    ],
)
def test_refuses(tmp_path, file, words):
    with pytest.raises(FormatError, match=words):
        open_array(file(tmp_path))


@given(st.data())
def test_a_damaged_file_is_refused_or_read_as_numpy_reads_it(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    np.save(folder / "a.npy", PIXELS)
    content = bytearray((folder / "a.npy").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, 140))] = data.draw(st.integers(0, 255))
    (folder / "a.npy").write_bytes(content)
    try:
        array = np.array(open_array(folder / "a.npy"))
    except BadakError:
        return
    np.testing.assert_array_equal(array, np.load(folder / "a.npy"))


def test_the_only_array_needs_no_name(tmp_path):
    np.savez(tmp_path / "a.npz", PIXELS)
    np.testing.assert_array_equal(open_array(tmp_path / "a.npz"), PIXELS)
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("readme.txt", "no array")
    np.testing.assert_array_equal(open_array(tmp_path / "a.npz"), PIXELS)
