"""survey: every image measured, every other file named, whatever the folder's state."""

import numpy as np
import pytest
from messy import photo

from badak.data import Dataset, load
from badak.data.content import digest
from badak.errors import ArgumentTypeError, BadakError, FormatError
from badak.inspect import survey


def test_every_image_is_measured_and_every_other_file_named(messy, seen):
    names = {path.relative_to(messy).as_posix() for path in messy.rglob("*") if path.is_file()}
    corrupt, passed = ({each.name for each in rest} for rest in (seen.corrupt, seen.passed))
    assert names <= set(seen.names) | corrupt | passed
    assert corrupt == {'ants <b>"&/zero.png', 'ants <b>"&/cut.png', "bees $x/page.jpg"}
    reasons = {each.name: each.reason for each in seen.passed}
    assert reasons == {
        "loose.png": "an image outside the class folders",
        "notes.txt": ".txt: not the ending of an image",
        "empty": "a class folder without images",
        'ants <b>"&/inside': "a folder inside a class: its images are not read",
        'ants <b>"&/film.mp4': ".mp4: not the ending of an image",
        "bees $x/gone.png": "a broken link or a device",
    }
    assert seen.class_names == ('ants <b>"&', "bees $x", "empty")
    assert seen.counts.sum(axis=0).tolist() == [18, 20, 0]


def test_rows_describe_the_files(messy, seen):
    place = seen.names.index("bees $x/half.jpg")
    assert seen.sizes[place].tolist() == [48, 32]
    assert (seen.formats[place], seen.modes[place]) == ("JPEG", "RGB")
    assert seen.digests[place] == digest(messy / "bees $x" / "half.jpg")
    grey = np.asarray(photo(103).convert("L")) / 255
    original = seen.names.index("bees $x/03.png")
    assert seen.brightness[original] == pytest.approx(grey.mean(), abs=3e-3)
    assert seen.contrast[original] == pytest.approx(grey.std(), abs=3e-3)
    np.testing.assert_array_equal(
        seen.picture(original, 96), np.asarray(photo(103)).transpose(2, 0, 1)
    )


def test_the_number_of_threads_changes_no_bit(messy, seen):
    one = survey(messy, threads=1)
    assert one.names == seen.names
    for name in ("digests", "hashes", "tiny", "sharpness", "features", "parts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(seen, name))


def test_a_folder_with_parts_of_its_own(tmp_path):
    for part, count in (("train", 3), ("val", 2)):
        for name in ("cat", "dog"):
            (tmp_path / part / name).mkdir(parents=True)
            for k in range(count):
                photo(k).save(tmp_path / part / name / f"{k}.png")
    (tmp_path / "readme.md").write_text("none")
    seen = survey(tmp_path)
    assert seen.counts.tolist() == [[3, 3], [2, 2]]
    assert seen.passed[0].reason == "beside the training and test parts"


def test_the_parts_are_those_that_training_uses(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for k in range(12):
            photo(k + 50 * (name == "cat")).save(tmp_path / name / f"{k}.png")
    seen = survey(tmp_path)
    train, test = load(f"folder:{tmp_path}")
    assert set(seen.digests[seen.parts == 0]) == set(train.digests)
    assert set(seen.digests[seen.parts == 1]) == set(test.digests)


def test_data_sets_in_memory():
    images = np.random.default_rng(0).random((6, 3, 40, 50), np.float32)
    data = Dataset(images, [0, 1] * 3, ["cat", "dog"], "pets")
    steps = []
    seen = survey([data[:3], data[3:5], data[5:]], on_image=lambda *done: steps.append(done))
    assert seen.part_names == ("training", "validation", "test")
    assert seen.names[3] == "validation image 0"
    assert seen.counts.sum(axis=1).tolist() == [3, 2, 1]
    assert steps == [(k, 6) for k in range(1, 7)]
    np.testing.assert_allclose(seen.picture(4, 64), images[4] * 255, atol=0.51)
    assert (seen.sizes == [50, 40]).all()


def test_what_cannot_be_surveyed_is_refused(tmp_path):
    with pytest.raises(FormatError, match=r"none must be a folder of images; it does not exist"):
        survey(tmp_path / "none")
    (tmp_path / "a").mkdir()
    with pytest.raises(FormatError, match="none of its 1 sub-folders holds an image"):
        survey(tmp_path)
    (tmp_path / "a" / "b.png").touch()
    with pytest.raises(BadakError, match=r"holds 1 image files, and none can be decoded; .*empty"):
        survey(tmp_path)
    with pytest.raises(ArgumentTypeError, match="source must be a folder or a list of Datasets"):
        survey([3])
    data = Dataset(np.zeros((2, 1, 4, 4)), [0, 1])
    with pytest.raises(BadakError, match="at most 3 data sets; got 4"):
        survey([data] * 4)
    with pytest.raises(BadakError, match="data sets of the same classes; theirs differ"):
        survey([data, Dataset(np.zeros((2, 1, 4, 4)), [0, 1], ["a", "b"])])
    with pytest.raises(BadakError, match="at least one image; it is empty"):
        survey([data[:0]])
    with pytest.raises(BadakError, match="threads must be at least 1; got 0"):
        survey([data], threads=0)
