"""Duplicates: the groups of a brute-force search, and copies of photos among others."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messy import photo
from PIL import Image, ImageEnhance
from scipy.fft import dctn

from badak.errors import ArgumentTypeError, BadakError
from badak.inspect import exact_duplicates, near_duplicates
from badak.inspect.data.measures import measure, perceptual_hash


def chained(count, near):
    """Groups of images joined by chains of near pairs, the plain way."""
    groups = [{k} for k in range(count)]
    for i in range(count):
        for j in range(i):
            if near(i, j):
                one, other = (next(g for g in groups if k in g) for k in (i, j))
                if one is not other:
                    groups.remove(other)
                    one |= other
    return tuple(sorted(tuple(sorted(group)) for group in groups if len(group) > 1))


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(0, 2**32), st.integers(0, 64))
def test_groups_are_those_of_a_brute_force_search(numbers, seed, distance):
    generator = np.random.default_rng(seed)
    changed = [number ^ (1 << int(generator.integers(64))) for number in numbers[:10]]
    hashes = np.array(numbers + changed, np.uint64)
    values = hashes.tolist()
    near = near_duplicates(hashes, distance)
    assert near == chained(
        len(values), lambda i, j: (values[i] ^ values[j]).bit_count() <= distance
    )


@given(st.lists(st.integers(0, 5), max_size=40))
def test_equal_digests_are_one_group(numbers):
    expected = chained(len(numbers), lambda i, j: numbers[i] == numbers[j])
    assert exact_duplicates(np.array(numbers, np.uint64)) == expected


def test_more_hashes_than_a_block():
    hashes = np.random.default_rng(0).integers(0, 2**64, 1500, np.uint64)
    hashes[1400] = hashes[3] ^ np.uint64(1)
    assert near_duplicates(hashes) == ((3, 1400),)


def test_the_hash_is_of_the_cosine_transform():
    grey = np.random.default_rng(0).random((32, 32), np.float32)
    low = dctn(grey.astype(np.float64), type=2)[:8, :8]
    scaled = low * 1.0  # the unnormalised transform is four times the sum of cosines
    bits = scaled.ravel() > np.median(scaled.ravel()[1:])
    assert perceptual_hash(grey) == int("".join("01"[bit] for bit in bits.astype(int)), 2)


def recompressed(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=40)
    return Image.open(file)


COPIES = {
    "recompressed": recompressed,
    "half": lambda image: image.resize((48, 32)),
    "stretched": lambda image: image.resize((96, 58)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.1),
    "grey": lambda image: image.convert("L"),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_found_and_other_photos_are_not(name):
    images = [photo(k) for k in range(40)]
    images += [COPIES[name](image).convert("RGB") for image in images[:10]]
    measures = [measure(np.asarray(image).transpose(2, 0, 1)) for image in images]
    hashes = np.array([each.hash for each in measures], np.uint64)
    tiny = np.stack([each.tiny for each in measures])
    assert near_duplicates(hashes, tiny=tiny) == tuple((k, 40 + k) for k in range(10))


def test_blank_images_are_no_duplicates():
    hashes, tiny = np.zeros(3, np.uint64), np.full((3, 16, 16), 7, np.uint8)
    assert near_duplicates(hashes, tiny=tiny) == ()
    assert near_duplicates(hashes) == ((0, 1, 2),)


def test_wrong_arguments_are_refused():
    with pytest.raises(ArgumentTypeError, match=r"hashes must be uint64 of shape \(N,\); got int"):
        near_duplicates(np.zeros(3, np.int64))
    with pytest.raises(BadakError, match="distance must be at most 64; got 65"):
        near_duplicates(np.zeros(3, np.uint64), 65)
    with pytest.raises(BadakError, match="tiny must hold 3 pictures, one per hash; got 2"):
        near_duplicates(np.zeros(3, np.uint64), tiny=np.zeros((2, 16, 16), np.uint8))
