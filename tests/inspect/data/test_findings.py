"""findings: what was planted in a folder is found, and nothing in an orderly one."""

from dataclasses import replace

import numpy as np
import pytest
from messy import photo
from PIL import Image

from badak.errors import BadakError
from badak.inspect import findings, survey
from badak.inspect.data import odd
from badak.inspect.data.facts import facts

ANTS, BEES = 'ants <b>"&/', "bees $x/"


@pytest.fixture(scope="module")
def found(seen):
    return {finding.title: finding for finding in findings(seen)}


def names(seen, finding):
    return [{seen.names[place] for place in group} for group in finding.groups]


def titled(found, words):
    (finding,) = [finding for title, finding in found.items() if words in title]
    return finding


def test_damaged_and_unused_files_are_listed_with_reasons(found):
    corrupt, passed = titled(found, "cannot be decoded"), titled(found, "not used")
    assert len(corrupt.notes) == 3
    assert any(note.startswith(f"{ANTS}cut.png: is a damaged image: ") for note in corrupt.notes)
    assert f"{ANTS}zero.png" in corrupt.notes[1]
    assert corrupt.notes[1].endswith("got an empty file")
    assert "skip_corrupt=True" in corrupt.advice
    assert len(passed.notes) == 6


def test_copies_are_sorted_by_where_they_are(seen, found):
    wrong = titled(found, "equal files in different classes")
    assert names(seen, wrong) == [{f"{ANTS}01.png", f'{BEES}" onerror=alert(1).png'}]
    twice = titled(found, "equal files in one class")
    assert names(seen, twice) == [{f"{BEES}02.png", f"{BEES}again.png"}]
    near = [group for title, finding in found.items() if "near-" in title
            for group in names(seen, finding)]  # fmt: skip
    assert {f"{BEES}03.png", f"{BEES}half.jpg"} in near


def test_copies_in_both_parts_are_found(seen):
    place = seen.names.index(f"{BEES}again.png")
    parts = seen.parts.copy()
    parts[place] = 1 - parts[place]
    finding = titled({each.title: each for each in findings(replace(seen, parts=parts))},
                     "equal files in different parts")  # fmt: skip
    assert names(seen, finding) == [{f"{BEES}02.png", f"{BEES}again.png"}]
    assert finding.level == "fix"
    assert "test accuracy will be too high" in finding.advice


def test_odd_images_are_found(seen, found):
    for words, name in (
        ("blank", f"{ANTS}blank.png"),
        ("very dark", f"{ANTS}night.png"),
        ("blurred", f"{ANTS}blurred.png"),
        ("as long as wide", f"{BEES}long.png"),
        ("below 32 pixels", f"{BEES}tiny.png"),
    ):
        assert {name} in names(seen, titled(found, words)), words


def test_the_class_without_images_is_named(found):
    assert titled(found, "without an image").notes == ("empty",)


def test_what_spoils_a_result_comes_first(seen):
    levels = [finding.level for finding in findings(seen)]
    assert levels == sorted(levels, key=["fix", "look"].index)


def test_an_orderly_folder_has_nothing_to_report(tmp_path):
    for number, name in enumerate(("red", "green")):
        for part, count in (("train", 24), ("test", 12)):
            (tmp_path / part / name).mkdir(parents=True)
            for k in range(count):
                image = np.asarray(photo(1000 * number + 100 * (part == "test") + k)).copy()
                image[..., number] //= 2
                Image.fromarray(image).save(tmp_path / part / name / f"{k}.png")
    seen = survey(tmp_path)
    assert [finding.title for finding in findings(seen)] == []
    assert facts(seen) == {
        "Images": "72", "Classes": "2", "Parts": "48 training, 24 test", "Size": "96x64",
        "Kinds": "72 PNG colour",
    }  # fmt: skip
    labels = seen.labels.copy()
    labels[[3, 40]] = 1 - labels[[3, 40]]
    (finding,) = findings(replace(seen, labels=labels))
    assert finding.title == "2 images look like another class; about 2 labels are wrong"
    assert {group[0] for group in finding.groups} == {3, 40}
    assert finding.notes[0].startswith("labelled ")


def test_given_features_judge_labels(seen):
    features = np.eye(3)[seen.labels] + 0.01 * np.random.default_rng(0).normal(size=(len(seen), 3))
    features[5] = [0, 1, 0]  # an ant that looks like a bee
    (finding,) = [each for each in findings(seen, features) if "another class" in each.title]
    assert finding.groups == ((5,),)
    assert finding.notes == ('labelled ants <b>"&, looks like bees $x',)
    with pytest.raises(BadakError, match=f"features must be {len(seen)} rows, one per image; got"):
        findings(seen, features[:3])


def test_weak_features_accuse_nobody(seen):
    features = np.random.default_rng(0).normal(size=(len(seen), 3))
    titles = [each.title for each in findings(seen, features)]
    assert not any("another class" in title for title in titles)
    assert any(title.startswith("wrong labels cannot be found by features") for title in titles)


def test_uneven_classes_are_named(seen):
    labels = np.where(np.arange(len(seen)) < 30, 1, 0)
    train = replace(seen, labels=labels, parts=np.zeros(len(seen), int))
    title = next(each.title for each in findings(train) if "uneven" in each.title)
    assert title.startswith("the classes are uneven: 30 training images of bees $x, ")


def test_an_image_unlike_all_others_is_found(seen):
    many = np.random.default_rng(0).normal(0, 1, (200, 30)).astype(np.float32)
    many[17] += 12
    rows = np.arange(200) % len(seen)
    wide = replace(seen, features=many, contrast=np.ones(200), labels=seen.labels[rows])
    assert odd.unlike(wide).tolist() == [17]
