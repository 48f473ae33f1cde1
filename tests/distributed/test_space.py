"""A sweep's space: what a TOML file may say, and what it says is written back the same."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.distributed.sweep import Choices, Range, Search, Space, differences, read_space
from badak.distributed.sweep.space import space_of
from badak.errors import BadakError, FormatError

KNOWN = {
    "model": [str],
    "lr": [float],
    "epochs": [int],
    "batch_size": [int],
    "balance": [bool],
    "finetune": [str, bool],
    "split": [str],
}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
reals = st.floats(-1e6, 1e6, allow_nan=False, allow_subnormal=False)
positives = st.floats(1e-9, 1e9)
integers = st.integers(-(2**31) + 1, 2**31 - 1)
OF = {"model": texts, "lr": reals, "epochs": integers, "balance": st.booleans()}
steps = st.none() | st.integers(2, 9)


def pairs(numbers):
    return st.tuples(numbers, numbers).filter(lambda two: two[0] != two[1]).map(sorted)


@st.composite
def spaces(draw):
    """A space of some options, fixed or searched, in any order."""
    fixed, searched = {}, {}
    names = draw(st.permutations(list(OF)))
    for place, name in enumerate(names):
        values = st.lists(OF[name], min_size=1, max_size=3, unique=True).map(tuple)
        if place and draw(st.booleans()):
            fixed[name] = draw(OF[name])
        elif name in ("lr", "epochs") and draw(st.booleans()):
            log, whole = draw(st.booleans()), name == "epochs"
            numbers = {
                (False, False): reals,
                (True, False): positives,
                (False, True): integers,
                (True, True): st.integers(1, 2**31 - 1),
            }[log, whole]
            searched[name] = Range(*draw(pairs(numbers)), log, whole, draw(steps))
        else:
            searched[name] = Choices(draw(values))
    seed = draw(st.integers(0, 2**31 - 1))
    method = draw(st.sampled_from([("grid",), ("random", 7), ("asha", 7)]))
    more = {"grace": 2, "reduction": 4} if method[0] == "asha" else {}
    return Space(fixed, searched, Search(*method, seed=seed, **more))


@given(spaces())
def test_a_space_is_written_and_read_back(tmp_path_factory, space):
    path = tmp_path_factory.getbasetemp() / "space.toml"
    path.write_text(space.as_text(), "utf-8", newline="")
    again = read_space(path, KNOWN)
    assert again == space
    assert list(again.searched) == list(space.searched)
    assert not list(differences(space, again))


@given(spaces().filter(lambda space: "epochs" in space.fixed))
def test_another_space_is_told(space):
    other = Space(space.fixed | {"epochs": space.fixed["epochs"] + 1}, space.searched, space.search)
    (said,) = differences(space, other)
    assert said == f"epochs was {space.fixed['epochs']}, and is {other.fixed['epochs']}"


@given(st.floats(0, 1), pairs(positives), st.booleans(), st.booleans())
def test_a_drawn_number_lies_in_its_range(share, bounds, log, whole):
    low, high = bounds
    if whole:
        low, high = math.ceil(low), math.ceil(high) + 1
    number = Range(low, high, log, whole).at(share)
    assert low <= number <= high
    assert isinstance(number, int if whole else float)


def test_a_whole_range_draws_each_number_alike():
    drawn = [Range(1, 4, whole=True).at(share / 1000) for share in range(1000)]
    assert [drawn.count(number) for number in (1, 2, 3, 4)] == [250] * 4


def test_a_narrow_range_has_many_numbers():
    drawn = {Range(0.5, 0.5001).at(share / 100) for share in range(100)}
    assert len(drawn) > 90


WRONG = {
    "unknown": ({"modle": "lenet"}, r"'modle' is no option.*did you mean 'model'"),
    "nothing": ({"model": "lenet"}, "nothing to search"),
    "empty list": ({"lr": []}, "lr must have at least one value"),
    "twice": ({"lr": [0.1, 0.2, 0.1]}, "lr must have different values.*0.1 twice"),
    "text": ({"lr": ["fast"]}, "lr must be a number; got 'fast'"),
    "real": ({"epochs": [1.5]}, "epochs must be a whole number; got 1.5"),
    "flag": ({"epochs": [True]}, "epochs must be a whole number; got True"),
    "number": ({"model": [3]}, "model must be text; got 3"),
    "two kinds": ({"finetune": [3]}, "finetune must be text or true or false; got 3"),
    "list in list": ({"lr": [[0.1]]}, r"lr must be a number; got \[0.1\]"),
    "infinite": ({"lr": [math.inf]}, "lr must be finite; got inf"),
    "equal": ({"lr": {"min": 0.1, "max": 0.1}}, "lr.min must be below lr.max; got 0.1 and 0.1"),
    "above": ({"lr": {"min": 0.2, "max": 0.1}}, "lr.min must be below lr.max; got 0.2 and 0.1"),
    "log of 0": ({"lr": {"min": 0, "max": 1, "log": True}}, "lr.min must be above 0 .*got 0"),
    "log": ({"lr": {"min": 0.1, "max": 1, "log": 1}}, "lr.log must be True or False; got 1"),
    "too wide": ({"lr": {"min": -1e308, "max": 1e308}}, "lr.min and lr.max are too far apart"),
    "too wide a log": ({"lr": {"min": 1e-300, "max": 1e300, "log": True}}, "are too far apart"),
    "nan": ({"lr": {"min": math.nan, "max": 1}}, "lr.min must be finite; got nan"),
    "half": ({"epochs": {"min": 1.5, "max": 3}}, "epochs.min must be an integer; got 1.5"),
    "no max": ({"lr": {"min": 0.1}}, "lr must have min and max; max is missing"),
    "key": ({"lr": {"min": 0.1, "max": 1, "lgo": True}}, "lr: 'lgo' is unknown.*'log'"),
    "steps": ({"lr": {"min": 0.1, "max": 1, "steps": 1}}, "lr.steps must be at least 2; got 1"),
    "no numbers": ({"model": {"min": 1, "max": 2}}, "model must be text, and has no numbers"),
    "fixed": ({"split": ["85:15", "70:30"]}, "split must be one value, for trials"),
    "method": ({"lr": [1], "sweep": {"method": "gird"}}, "method must be one of 'grid'.*'gird'"),
    "sweep": ({"lr": [1], "sweep": 3}, r"sweep must be a table, \[sweep\]; got 3"),
    "setting": ({"lr": [1], "sweep": {"trails": 3}}, r"\[sweep\]: 'trails'.*'trials'"),
    "trials": ({"lr": [1], "sweep": {"trials": 3}}, "trials is for the method random or asha"),
    "no trials": (
        {"lr": [1], "sweep": {"method": "random", "trials": 0}},
        "trials must be at least 1; got 0",
    ),
    "grace": (
        {"lr": [1], "sweep": {"method": "random", "grace": 2}},
        "grace is for the method asha; got 2 and the method random",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_space_is_refused(kind):
    tables, words = WRONG[kind]
    with pytest.raises(BadakError, match=words):
        space_of(tables, KNOWN, fixed=["split"])


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"lr = [", "space.toml: "), (b"\xff", "space.toml: "), (b"a = " + b"[" * 9999, "nested")],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path, content, words):
    path = tmp_path / "space.toml"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=words):
        read_space(path, KNOWN)


def test_lists_alone_make_a_grid_and_a_range_a_random_search():
    assert space_of({"lr": [0.1]}, KNOWN).search.method == "grid"
    table = {"min": 0.1, "max": 1.0}
    assert space_of({"lr": table}, KNOWN).search.method == "random"
    assert space_of({"lr": table | {"steps": 3}}, KNOWN).search.method == "grid"
