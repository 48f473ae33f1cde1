"""Images on disk read as the array they are, in pieces of any shape, and notice damage."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.arrays import InBlocks, as_images
from badak.data import Dataset
from badak.data.image import grey
from badak.data.stored import StoredImages
from badak.data.stored_file import FileRows, MemoryRows
from badak.errors import BadakError, FormatError

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 3, 4, 5), np.uint8)


def in_file(folder, array=PIXELS, offset=3, **more):
    path = folder / "rows"
    path.write_bytes(b"x" * offset + array.tobytes())
    return FileRows(path, array.shape, array.dtype, offset, **more)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return StoredImages(in_file(tmp_path_factory.mktemp("rows")))


EXPECTED = as_images(PIXELS)
places = st.integers(-7, 6)
bounds = st.none() | st.integers(-9, 9)
steps = st.sampled_from([None, 1, 2, -1, -3])
indices = st.one_of(
    places,
    st.builds(slice, bounds, bounds, steps),
    st.lists(places).map(lambda chosen: np.array(chosen, int)),
    st.lists(st.booleans(), min_size=7, max_size=7).map(np.array),
    st.tuples(st.builds(slice, bounds, bounds, steps), st.integers(0, 2)),
    st.tuples(places, st.integers(0, 2), st.builds(slice, bounds, bounds, steps)),
    st.tuples(st.lists(places, min_size=2, max_size=2), st.just([0, 1])),
    st.just(...),
    st.just(None),
    st.just(()),
    st.just((slice(None), slice(None), 0, 0)),
)


@given(indices)
def test_indexing_gives_what_an_array_gives(stored, index):
    result, expected = stored[index], EXPECTED[index]
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, expected)
    assert result.shape == expected.shape


@given(st.data())
def test_parts_of_parts_and_their_bytes(stored, data):
    part, array = stored, PIXELS
    for _ in range(3):
        index = np.array(data.draw(st.lists(st.integers(0, max(0, len(array) - 1)))), int)
        index = index[: len(array)] if len(array) else index[:0]
        part, array = part.part(index), array[index]
        assert part.shape == array.shape
        np.testing.assert_array_equal(part.raw(slice(None)), array)
    np.testing.assert_array_equal(np.asarray(part), as_images(array))


def test_it_is_like_an_array(stored):
    assert isinstance(stored, InBlocks)
    assert not isinstance(EXPECTED, InBlocks)
    assert (len(stored), stored.ndim, stored.shape) == (7, 4, PIXELS.shape)
    assert (stored.dtype, stored.size) == (np.float32, PIXELS.size)
    np.testing.assert_array_equal(np.asarray(stored), EXPECTED)
    np.testing.assert_array_equal(np.array(stored, np.float64), EXPECTED.astype(np.float64))
    assert [image.tobytes() for image in stored] == [image.tobytes() for image in EXPECTED]
    for index in (7, -8, [0, 9]):
        with pytest.raises(IndexError):
            stored[index]


def test_grey(stored):
    np.testing.assert_array_equal(stored.as_grey().raw([2, 1]), grey(PIXELS[[2, 1]]))
    assert stored.as_grey()[3:5].shape == (2, 1, 4, 5)


def test_a_dataset_of_stored_images_chooses_without_reading(tmp_path):
    rows = in_file(tmp_path)
    data = Dataset(StoredImages(rows), np.arange(7) % 2, name="some")
    rows.read = None  # reading would fail
    part = data[[4, 2, 2]][1:]
    assert (len(part), part.image_shape, part.labels.tolist()) == (2, (3, 4, 5), [0, 0])
    del rows.read
    np.testing.assert_array_equal(part.images[:], EXPECTED[[2, 2]])
    image, label = part[0]
    assert label == 0
    np.testing.assert_array_equal(image, EXPECTED[2])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_do_not_need_the_file(tmp_path, duplicate):
    data = Dataset(StoredImages(in_file(tmp_path)), np.arange(7) % 2)
    other = duplicate(data)
    (tmp_path / "rows").unlink()
    np.testing.assert_array_equal(other.images[:], EXPECTED)
    np.testing.assert_array_equal(data.images[:], EXPECTED)  # the file is still open


def test_a_temporary_file_has_no_name(tmp_path):
    rows = in_file(tmp_path, temporary=True)
    assert list(tmp_path.iterdir()) == []
    np.testing.assert_array_equal(rows.read(np.arange(7)), PIXELS)


def test_a_file_that_is_cut_short_while_in_use(tmp_path):
    images = StoredImages(in_file(tmp_path))
    with (tmp_path / "rows").open("r+b") as file:
        file.truncate(3 + 5 * 60 + 1)
    np.testing.assert_array_equal(images[:5], EXPECTED[:5])
    for index in (5, slice(None), [0, 6]):
        with pytest.raises(FormatError, match="rows was cut short while it was in use"):
            images[index]


def test_one_wrong_bit_is_noticed_and_the_file_removed(tmp_path):
    import zlib

    checksums = np.array([zlib.crc32(image.tobytes()) for image in PIXELS], np.uint32)
    images = StoredImages(in_file(tmp_path, checksums=checksums))
    with (tmp_path / "rows").open("r+b") as file:
        file.seek(3 + 4 * 60 + 9)
        file.write(bytes([PIXELS[4].reshape(-1)[9] ^ 1]))
    np.testing.assert_array_equal(images[:4], EXPECTED[:4])
    with pytest.raises(FormatError, match=r"rows is damaged at image 4; it was removed"):
        images[3:6]
    assert not (tmp_path / "rows").exists()


def test_floats_come_as_they_are(tmp_path):
    array = PIXELS.astype(np.float64) / 3
    images = StoredImages(in_file(tmp_path, array))
    assert images.raw(0).dtype == np.float64
    np.testing.assert_array_equal(images[:], array.astype(np.float32))


def test_images_that_could_never_fit_are_refused(monkeypatch):
    images = StoredImages(MemoryRows(PIXELS))
    monkeypatch.setattr("badak.checks.memory_limit", lambda: 1000)
    with pytest.raises(BadakError, match="the images as one array would need"):
        np.asarray(images)
    assert images[0].shape == (3, 4, 5)
