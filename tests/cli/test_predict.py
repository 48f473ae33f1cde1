"""`badak predict`: many images, bad images, and output for programs."""

import csv
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import badak as library
from badak import data
from badak.cli import predict
from badak.cli.answers import Answer, show
from badak.cli.image_files import image_files, picture_names
from badak.terminal import shortened, width


@pytest.fixture
def album(tmp_path):
    """Five images in folders of several depths and in several formats, and other files."""
    _, test = data.load("digits")
    folder = tmp_path / "album"
    (folder / "deep" / "er.png").mkdir(parents=True)
    (folder / "empty").mkdir()
    for number, name in enumerate(["b.png", "a.TIF", "deep/c.webp", "deep/er.png/d.ppm", "e.jpeg"]):
        image = Image.fromarray((test.images[number, 0] * 255).astype(np.uint8))
        image.save(folder / name, lossless=True)
    (folder / "notes.txt").write_text("no image")
    for hidden in ("._b.png", "__MACOSX/b.png", ".thumbnails/b.png"):
        (folder / hidden).parent.mkdir(exist_ok=True)
        (folder / hidden).write_bytes(b"not for us")
    return folder


IN_ORDER = ["a.TIF", "b.png", "deep/c.webp", "deep/er.png/d.ppm", "e.jpeg"]


def test_a_folder_stands_for_all_its_images(badak, trained, album):
    done = badak("predict", trained, album, "--json", "-")
    assert done.code == 0, done.err
    records = json.loads(done.out)
    assert [record["image"] for record in records] == [str(album / name) for name in IN_ORDER]
    assert all(len(record["classes"]) == 3 for record in records)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("album/*.png", ["b.png"]),
        ("album/[ab].*", ["a.TIF", "b.png"]),
        ("album/**/*.ppm", ["deep/er.png/d.ppm"]),
        ("album/d*", ["deep/c.webp", "deep/er.png/d.ppm"]),
    ],
)
def test_a_pattern_stands_for_what_it_matches(badak, trained, album, pattern, names):
    done = badak("predict", trained, pattern, "--json", "-")
    assert done.code == 0, done.err
    assert [record["image"] for record in json.loads(done.out)] == [str(album / n) for n in names]


def test_a_file_whose_name_looks_like_a_pattern(badak, trained, album):
    (album / "b.png").rename(album / "[ab]*.png")
    assert badak("predict", trained, "album/[ab]*.png").code == 0
    (album / "*").symlink_to("nowhere")
    assert list(image_files([album / "*"])) == [album / "*"]  # and no endless search


def test_bad_files_are_named_once_and_the_rest_goes_on(badak, trained, album, tmp_path):
    (album / "broken.png").write_bytes((album / "b.png").read_bytes()[:60])
    words = ["gone.png", album / "b.png", album, "none/*.png", album / "empty", album / "notes.txt"]
    done = badak("predict", trained, *words, "--csv", tmp_path / "all.csv")
    assert done.code == 2
    *bad, count = done.err.splitlines()
    assert count == "Error: 5 of 11 images cannot be used"
    expected = {
        "gone.png": "no such file",
        "broken.png": "is a damaged image",
        "none/*.png": "no such file",
        "empty": "holds no images",
        "notes.txt": "must be an image",
    }
    for line, (name, why) in zip(bad, expected.items(), strict=True):
        assert line.startswith("Error: ")
        assert line.count(name) == 1
        assert why in line.lower()
    assert sum(name in done.out for name in ("a.TIF", "b.png", "c.webp", "d.ppm")) == 4
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text().splitlines()))
    assert [bool(row["error"]) for row in rows] == [
        *(True, False, False, False, True, False, False, False, True, True, True)
    ]
    assert rows[0]["class_1"] == rows[0]["probability_3"] == ""


def test_one_bad_file_alone_is_one_line(badak, trained, album):
    done = badak("predict", trained, album / "empty")
    assert done.code == 2
    assert done.err == f"Error: {album / 'empty'} holds no images that can be read\n"
    assert done.out == ""


@pytest.mark.parametrize(("asked", "shown"), [(1, 1), (4, 4), (99, 10)])
def test_top_and_full_precision(badak, trained, album, tmp_path, asked, shown):
    done = badak("predict", trained, album, "--top", asked, "--csv", "-", "--json", "all.json")
    assert done.code == 0, done.err
    rows = list(csv.reader(io.StringIO(done.out)))
    places = range(1, shown + 1)
    columns = [f"{kind}_{place}" for place in places for kind in ("class", "probability")]
    assert rows[0] == ["image", *columns, "error"]
    net = library.load(trained / "model.safetensors")
    images = [data.read_image(album / name, net.input_shape) for name in IN_ORDER]
    outputs = net.predict_proba(np.concatenate(images))
    for row, name, chances in zip(rows[1:], IN_ORDER, outputs, strict=True):
        best = np.argsort(-chances, kind="stable")[:shown]
        np.testing.assert_array_equal(np.array(row[2:-1:2], np.float32), chances[best])
        assert row[1:-1:2] == [str(index) for index in best]
        assert (row[0], row[-1]) == (str(album / name), "")
    records = json.loads((tmp_path / "all.json").read_text())
    for record, row in zip(records, rows[1:], strict=True):
        pairs = [(pair["class"], repr(pair["probability"])) for pair in record["classes"]]
        assert [cell for pair in pairs for cell in pair] == row[1:-1]
        assert (record["image"], record["error"]) == (row[0], None)
    ordinals = ("1st", "2nd", "3rd", "4th")[:shown]
    assert all(word in done.err for word in ordinals)  # for people; programs read the other stream


def test_standard_output_holds_nothing_else(badak, trained, album):
    done = badak("predict", trained, album, "--nearest", "2", "--csv", "-")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 6
    assert "nearest_a.png" in done.err
    assert badak("predict", trained, album).err == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--csv", "-", "--json", "-"], "cannot both be -"),
        (["--csv", "gone/all.csv"], "folder gone does not exist"),
        (["--top", "0"], "--top"),
        (["--json", "album"], "cannot write"),
    ],
)
def test_what_cannot_be_written_is_refused(badak, trained, album, options, words):
    before = sorted(album.rglob("*"))
    done = badak("predict", trained, album, *options)
    assert done.code == 2
    assert words in done.err
    assert sorted(album.rglob("*")) == before


def test_batches_are_as_small_as_memory_asks(badak, trained, album, monkeypatch):
    whole = badak("predict", trained, album, "--json", "-")
    for name, value in {"MAX_IMAGES": 2, "MAX_PIXELS": 28 * 28 * 3}.items():
        sizes = []
        proba = library.Network.predict_proba

        def noted(net, x, sizes=sizes, proba=proba):
            sizes.append(len(x))
            return proba(net, x)

        with monkeypatch.context() as patch:
            patch.setattr(predict, name, value)
            patch.setattr(library.Network, "predict_proba", noted)
            parts = badak("predict", trained, album, "--json", "-")
        assert sizes == ([2, 2, 1] if name == "MAX_IMAGES" else [3, 2])
        for ours, theirs in zip(json.loads(parts.out), json.loads(whole.out), strict=True):
            assert ours["image"] == theirs["image"]
            assert ours["classes"][0]["class"] == theirs["classes"][0]["class"]


def test_pictures_are_drawn_of_the_first_images_alone(badak, trained, album, monkeypatch):
    monkeypatch.setattr(predict, "MAX_DRAWN", 2)
    (album / "0.png").write_bytes(b"broken")
    done = badak("predict", trained, album, "--nearest", "1")
    assert "first 2 of" in done.out
    drawn = sorted(path.name for path in (trained / "plots").glob("nearest*"))
    assert drawn == ["nearest_a.png", "nearest_b.png"]


def test_a_network_that_diverged_has_no_answer(badak, trained, album, monkeypatch):
    nothing = lambda net, x: np.full((len(x), 10), np.nan, np.float32)  # noqa: E731
    monkeypatch.setattr(library.Network, "predict_proba", nothing)
    done = badak("predict", trained, album)
    assert done.code == 2
    assert "NaN" in done.err
    assert done.out == ""


def test_what_is_not_drawn_is_not_said_to_be(badak, trained, album, monkeypatch):
    monkeypatch.setattr(predict, "MAX_DRAWN", 1)
    done = badak("predict", trained, album)
    assert "are drawn" not in done.out
    done = badak("predict", trained, album, "--nearest", "2")
    assert "first 1 of 5 images" in done.out


@pytest.mark.skipif(os.name != "posix", reason="names there are always text")
def test_a_name_that_is_not_utf_8(badak, trained, album):
    odd = album / "odd\udcff.png"
    (album / "b.png").rename(odd)
    done = badak("predict", trained, odd, "--json", "-")
    assert done.code == 0, done.err
    assert json.loads(done.out)[0]["image"] == str(odd)
    done = badak("predict", trained, odd)
    assert "odd\\udcff.png" in done.out


def test_names_of_pictures_differ_on_any_file_system():
    paths = [Path("x/7.png"), Path("y/7.jpg"), Path("A.png"), Path("a.png"), Path("7-2.png")]
    paths += [Path("a b\x1b[2J:c.png"), Path("숫" * 300 + ".png"), Path("e\u0301.png")]
    names = picture_names(paths)
    assert names[:5] == ["7", "7-2", "A", "a-2", "7-2-2"]
    assert names[5:] == ["a_b_2J_c", "숫" * 60, "\u00e9"]


@pytest.mark.parametrize("path", ["/a/b/c.png", "/숫자/글자/삼.png", "x" * 90, "/" + "y/" * 60])
@pytest.mark.parametrize("room", [8, 24, 79])
def test_a_shortened_path_fits_and_ends_alike(path, room):
    short = shortened(path, room)
    assert width(short) <= room
    assert Path(path).as_posix().endswith(short.lstrip("…"))
    assert (short == path) == (width(path) <= room)


def test_long_paths_break_nowhere(badak, trained, album):
    deep = album / ("folder-" * 20) / "image.png"
    deep.parent.mkdir()
    (album / "b.png").rename(deep)
    done = badak("predict", trained, deep)
    heading, _, line, *_ = done.out.splitlines()
    assert heading.split() == ["Image", "1st", "2nd", "3rd"]
    assert line.split()[0].endswith("/image.png")
    assert line.startswith("…")


@pytest.mark.parametrize("columns", ["80", "70"])
def test_a_narrow_screen_folds_no_path(monkeypatch, capsys, columns):
    monkeypatch.setenv("COLUMNS", columns)
    path = Path("/data/photos/hymenoptera/val/bees/2060668999_d8cc6b8f73.jpg")
    answer = Answer(path, ("automobile",) * 3, (0.119, 0.111, 0.109))
    show([answer] * 2, 3, stderr=False)
    assert capsys.readouterr().out.count(".jpg ") == 2


def test_handwriting_goes_on_after_a_blank_page(badak, trained, tmp_path, monkeypatch):
    config = trained / "config.toml"
    text = config.read_text().replace('dataset = "digits"', 'dataset = "mnist"')
    config.write_text(f'data_dir = "nowhere"\n{text}')
    monkeypatch.setattr(predict, "MAX_DRAWN", 2)
    page = np.full((60, 50), 200, np.uint8)
    page[10:50, 20:26] = 30
    for place in ("0/page.png", "1/one.png", "2/One.jpg", "3/one.png"):
        (tmp_path / "pages" / place).parent.mkdir(parents=True)
        marked = place[0] != "0"
        Image.fromarray(page if marked else np.full_like(page, 200)).save(
            tmp_path / "pages" / place
        )
    done = badak("predict", trained, "pages")
    assert done.code == 2
    first, count = done.err.splitlines()
    assert first.startswith("Error: pages/0/page.png: the image shows no handwriting")
    assert count == "Error: 1 of 4 images cannot be used"
    drawn = {path.name for path in (trained / "plots").glob("digit*")}
    assert drawn == {"digit_one.png", "digit_One-2.png"}
