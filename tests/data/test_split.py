"""split: every image once, the right share of every class, the same each time."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from badak.data import Dataset, split
from badak.errors import BadakError


def labelled(labels):
    """A data set whose image k holds the number k, in thousandths."""
    pixels = np.arange(len(labels), dtype=np.float32).reshape(-1, 1, 1, 1) / 1000
    return Dataset(pixels, labels, [str(k) for k in range(10)])


def numbers(dataset):
    return np.rint(dataset.images[:, 0, 0, 0] * 1000).astype(int)


@st.composite
def cases(draw):
    labels = draw(st.lists(st.integers(0, 9), min_size=10, max_size=200))
    weights = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    fractions = [weight / sum(weights) for weight in weights]
    assume(min(fractions) * len(labels) >= 2)
    assume(fractions[0] * len(labels) >= len(set(labels)))  # room for one of each class
    return labels, fractions, draw(st.integers(0, 2**32))


LACKING = "ignore:part . of . has no image of"


@pytest.mark.filterwarnings(LACKING)
@given(cases())
def test_parts_hold_every_image_once_and_every_class_in_its_share(case):
    labels, fractions, seed = case
    parts = split(labelled(labels), fractions, seed)
    assert sorted(np.concatenate([numbers(part) for part in parts])) == list(range(len(labels)))
    assert set(parts[0].labels) == set(labels)
    tiny = sum(0 < fractions[0] * labels.count(label) < 1 for label in range(10))
    for place, (part, fraction) in enumerate(zip(parts, fractions, strict=True)):
        assert abs(len(part) - fraction * len(labels)) <= 1 + tiny
        np.testing.assert_array_equal(part.labels, np.array(labels)[numbers(part)])
        np.testing.assert_array_equal(numbers(part), np.sort(numbers(part)))
        for label in range(10):
            share = fraction * labels.count(label)
            assert abs(np.count_nonzero(part.labels == label) - share) < place + 1.001


@pytest.mark.filterwarnings(LACKING)
@given(cases())
def test_is_deterministic(case):
    labels, fractions, seed = case
    one, other = (split(labelled(labels), fractions, seed) for _ in range(2))
    for part, same in zip(one, other, strict=True):
        np.testing.assert_array_equal(numbers(part), numbers(same))


def test_seeds_differ_and_classes_are_shuffled():
    data = labelled([0] * 50 + [1] * 50)
    firsts = {tuple(numbers(split(data, (0.5, 0.5), seed)[0])) for seed in range(5)}
    assert len(firsts) == 5


def test_three_parts_of_balanced_classes_are_exact():
    parts = split(labelled(list(range(10)) * 10), (0.8, 0.1, 0.1), seed=1)
    for part, count in zip(parts, (8, 1, 1), strict=True):
        np.testing.assert_array_equal(np.bincount(part.labels), [count] * 10)


def test_each_class_keeps_the_order_in_which_it_was_shuffled():
    """An unstable sort by class would shuffle again, and differently on other machines."""
    labels = np.random.default_rng(1).integers(0, 3, 1000)
    shuffled = np.random.default_rng(7).permutation(1000).tolist()
    order = sorted(shuffled, key=lambda image: labels[image])  # Python's sort is stable
    first, second = split(labelled(labels), (0.5, 0.5), seed=7)
    assert numbers(first).tolist() == sorted(order[0::2])
    assert numbers(second).tolist() == sorted(order[1::2])


# Sizes of the classes, fractions, sizes in each part. If one class got an image more, another has
# one less if it has enough.
SMALL = {
    "one image": ([2, 1, 10], (0.8, 0.2), ([1, 1, 8], [1, 0, 2])),
    "three": ([3, 17, 20], (0.5, 0.5), None),
    "one image each": ([1, 1, 1, 5], (0.5, 0.5), ([1, 1, 1, 2], [0, 0, 0, 3])),
    "three parts": ([1, 1, 30], (0.6, 0.2, 0.2), None),
    "a tiny first part": ([4, 4, 4], (0.1, 0.9), ([1, 1, 1], [3, 3, 3])),
}


@pytest.mark.parametrize("case", SMALL)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.filterwarnings(LACKING)
def test_a_small_class_is_in_the_first_part(case, seed):
    sizes, fractions, expected = SMALL[case]
    parts = split(labelled(np.repeat(range(len(sizes)), sizes)), fractions, seed)
    counts = [np.bincount(part.labels, minlength=len(sizes)).tolist() for part in parts]
    assert min(counts[0]) >= 1
    assert np.sum(counts, axis=0).tolist() == sizes
    if expected:
        assert counts == list(expected)
    else:
        assert abs(len(parts[0]) - fractions[0] * sum(sizes)) <= 1


def test_warns_of_the_classes_that_a_part_lacks():
    labels = [0] * 5 + [1] + [2] * 10
    with pytest.warns(UserWarning, match=r"part 2 of 2.*image of 1:") as seen:
        split(labelled(labels), (0.8, 0.2))
    assert [warning.filename for warning in seen] == [__file__]
    split(labelled([0] * 5 + [1] * 5), (0.8, 0.2))  # no warning: nothing is missing


BAD = {
    "sum": ((0.5, 0.4), 0, r"fractions.*got \[0\.5, 0\.4\], which sum to 0\.9"),
    "none": ((), 0, r"fractions.*got \[\], which sum to 0"),
    "zero": ((1.0, 0.0), 0, r"fraction.*got 0\.0"),
    "negative": ((1.5, -0.5), 0, r"fraction.*got -0\.5"),
    "NaN": ((np.nan, 0.5), 0, "fraction.*got nan"),
    "text": (("half", 0.5), 0, "fraction.*got 'half'"),
    "number": (0.5, 0, r"fractions.*got 0\.5"),
    "empty part": ((0.99, 0.01), 0, "fraction.* 0.01 .*10 images"),
    "seed": ((0.5, 0.5), -1, "seed.*got -1"),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(case):
    fractions, seed, words = BAD[case]
    with pytest.raises(BadakError, match=words):
        split(labelled([0, 1] * 5), fractions, seed)


def test_refuses_what_is_no_dataset():
    with pytest.raises(BadakError, match=r"dataset.*got list"):
        split([1, 2], (0.5, 0.5))


def test_refuses_an_empty_dataset():
    with pytest.raises(BadakError, match="of 0 images has no image"):
        split(labelled([]), (0.5, 0.5))
