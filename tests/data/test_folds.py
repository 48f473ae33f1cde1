"""folds: each image held out once, classes as even as scikit-learn's, groups kept together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from badak.data import Dataset, folds
from badak.errors import ArgumentTypeError, BadakError


def labelled(labels):
    pixels = np.arange(len(labels), dtype=np.float32).reshape(-1, 1, 1, 1) / 1000
    return Dataset(pixels, labels, [f"class {k}" for k in range(6)])


def numbers(dataset):
    return np.rint(dataset.images[:, 0, 0, 0] * 1000).astype(int).tolist()


@st.composite
def cases(draw):
    count = draw(st.integers(2, 5))
    sizes = draw(st.lists(st.integers(count, 20), min_size=1, max_size=6))
    labels = draw(st.permutations(np.repeat(np.arange(len(sizes)), sizes).tolist()))
    return labels, count, draw(st.integers(0, 2**32))


@given(cases())
def test_each_image_is_held_out_once_and_classes_are_as_even_as_scikit_learns(case):
    labels, count, seed = case
    data = labelled(labels)
    parts = folds(data, count, seed)
    assert sorted(n for _, held in parts for n in numbers(held)) == list(range(len(labels)))
    for rest, held in parts:
        assert sorted(numbers(rest) + numbers(held)) == list(range(len(labels)))
        np.testing.assert_array_equal(held.labels, np.array(labels)[numbers(held)])
    sizes = [len(held) for _, held in parts]
    assert max(sizes) - min(sizes) <= 1
    theirs = StratifiedKFold(count, shuffle=True, random_state=0).split(labels, labels)
    expected = [np.bincount(np.array(labels)[held], minlength=6) for _, held in theirs]
    own = [np.bincount(held.labels, minlength=6) for _, held in parts]
    np.testing.assert_array_equal(np.sort(own, axis=0), np.sort(expected, axis=0))


@given(cases())
def test_the_seed_decides_alone(case):
    labels, count, seed = case
    one, other = (folds(labelled(labels), count, seed) for _ in range(2))
    assert [numbers(held) for _, held in one] == [numbers(held) for _, held in other]


def test_another_seed_gives_other_folds():
    data = labelled([0, 1] * 30)
    assert numbers(folds(data, 3, 0)[0][1]) != numbers(folds(data, 3, 1)[0][1])


@given(st.integers(0, 2**32), st.integers(2, 4))
def test_groups_stay_together_and_folds_stay_even(seed, count):
    generator = np.random.default_rng(seed)
    animals = generator.integers(0, 24, 200)
    labels = animals % 2
    groups = np.array([f"animal {k}" for k in animals])
    parts = folds(labelled(labels), count, seed, groups)
    held = [set(groups[numbers(part)]) for _, part in parts]
    assert sum(len(one) for one in held) == len(set(groups))  # no group in two folds
    sizes = [len(part) for _, part in parts]
    assert max(sizes) - min(sizes) <= np.unique(animals, return_counts=True)[1].max() + 1


@pytest.mark.parametrize(
    ("labels", "count", "groups", "words"),
    [
        ([0] * 3, 4, None, "folds must be at most 3, the number of images; got 4"),
        ([0] * 9 + [1] * 2, 3, None, "at most 2, the number of images of class 'class 1'; got 3"),
        ([0] * 9, 4, [1, 2, 3] * 3, "at most 3, the number of groups of class 'class 0'; got 4"),
        ([0] * 9, 1, None, "folds must be at least 2; got 1"),
        ([0] * 9, 2, [1, 2], r"groups must be 9, one per image; got shape \(2,\)"),
    ],
)
def test_impossible_folds_are_refused_by_name_and_value(labels, count, groups, words):
    with pytest.raises(BadakError, match=words):
        folds(labelled(labels), count, groups=groups)


def test_wrong_types_are_refused():
    with pytest.raises(ArgumentTypeError, match="dataset must be a Dataset; got list"):
        folds([1, 2], 2)
    with pytest.raises(ArgumentTypeError, match=r"groups must be integers or strings.*float64"):
        folds(labelled([0] * 9), 2, groups=np.ones(9))


@given(cases())
def test_copies_of_a_file_stay_in_one_fold(case):
    labels, count, seed = case
    twice = Dataset(
        np.zeros((2 * len(labels), 1, 1, 1)),
        [*labels, *labels],
        [f"class {k}" for k in range(6)],
        digests=np.array([*range(len(labels))] * 2, np.uint64) + 5,
    )
    for rest, held in folds(twice, count, seed):
        assert not set(rest.digests.tolist()) & set(held.digests.tolist())
