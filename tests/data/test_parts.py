"""split(stable=True): content decides, so nothing moves when images come or go."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from badak.data import Dataset, split
from badak.data.content import choose_tested
from badak.data.parts import deal_by_key
from badak.errors import BadakError

SHARES = (0.7, 0.15, 0.15)


def drawn(seed, count, classes=3):
    generator = np.random.default_rng(seed)
    digests = generator.integers(0, 2**64, count, np.uint64)
    labels = np.concatenate([np.arange(classes), generator.integers(0, classes, count - classes)])
    return Dataset(
        np.zeros((count, 1, 1, 1)), labels, [str(k) for k in range(classes)], "", digests
    )


@given(st.integers(0, 2**32), st.integers(250, 400))
def test_adding_images_moves_no_other(seed, count):
    data = drawn(seed, count)
    some = data[: count - 60]
    # A smaller class may lack a part, and then one image moves.
    assume(min(np.bincount(some.labels, minlength=3)) >= 40)
    before, after = (split(which, SHARES, stable=True) for which in (some, data))
    for few, all_of_them in zip(before, after, strict=True):
        assert set(few.digests) <= set(all_of_them.digests)


@given(st.integers(0, 2**32))
def test_shares_are_met_on_average(seed):
    parts = split(drawn(seed, 3000), SHARES, stable=True)
    for part, share in zip(parts, SHARES, strict=True):
        deviation = np.sqrt(3000 * share * (1 - share))
        assert abs(len(part) - 3000 * share) < 5 * deviation
    assert sorted(np.concatenate([part.digests for part in parts])) == sorted(
        drawn(seed, 3000).digests
    )


@given(st.integers(0, 2**32), st.integers(3, 30))
def test_every_part_has_every_class_that_has_enough_images(seed, count):
    labels = np.repeat(np.arange(3), count)
    keys = np.random.default_rng(seed).integers(0, 2**64, 3 * count, np.uint64)
    part = deal_by_key(labels, keys, SHARES)
    for place in range(3):
        assert set(labels[part == place]) == {0, 1, 2}


@given(st.integers(0, 2**32), st.integers(2, 40))
def test_two_parts_are_those_of_a_folder(seed, count):
    """The test part of a folder without parts, and of a split 80:20, is the same."""
    data = drawn(seed, 3 * count)
    classes = [data.digests[data.labels == k].tolist() for k in range(3)]
    assume(min(len(own) for own in classes) >= 2)
    _, test = split(data, (0.8, 0.2), stable=True)
    assert set(test.digests.tolist()) == choose_tested(classes)


def test_the_test_part_is_within_that_of_a_folder():
    data = drawn(0, 500)
    usual = choose_tested([data.digests[data.labels == k].tolist() for k in range(3)])
    *_, test = split(data, SHARES, stable=True)
    assert set(test.digests.tolist()) <= usual


def test_copies_and_groups_stay_together():
    data = drawn(0, 200)
    twice = data[np.repeat(np.arange(200), 2)]
    parts = split(twice, SHARES, stable=True)
    assert sum(len(set(part.digests)) for part in parts) == 200
    groups = np.arange(200) // 7
    sizes = split(data, SHARES, groups=groups)
    of = dict(zip(data.digests.tolist(), groups, strict=True))
    held = [{of[number] for number in part.digests.tolist()} for part in sizes]
    assert sum(len(one) for one in held) == len(set(groups))


def test_images_without_files_are_divided_by_their_pixels():
    pixels = np.random.default_rng(0).random((300, 1, 2, 2), np.float32)
    data = Dataset(pixels, np.arange(300) % 2)
    few, many = (split(which, SHARES, stable=True)[2].images for which in (data[:200], data))
    assert {image.tobytes() for image in few} <= {image.tobytes() for image in many}
    assert len(split(data, SHARES, seed=1, stable=True)[2])
    assert not np.array_equal(split(data, SHARES, seed=1, stable=True)[2].images, many)


def test_a_part_without_images_is_refused():
    data = drawn(0, 9, classes=2)
    with pytest.raises(BadakError, match=r"fraction of 0.15 of 9 images has no image"):
        split(data, SHARES, groups=["one"] * 9)
    with pytest.raises(BadakError, match=r"groups must be 9, one per image; got shape \(3,\)"):
        split(data, SHARES, groups=["one"] * 3)
