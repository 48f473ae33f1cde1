"""Folders are decoded once, in threads; what lies in the cache is right or decoded again."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from badak import ops
from badak.cli import words
from badak.data import decoding, load, read_image, scratch, stored_cache
from badak.data.content import digest
from badak.data.decoding import decode
from badak.data.folder import read_folder
from badak.errors import BadakError, FormatError

SIZE = (5, 7)
LARGE, SMALL = 0, 2**30  # bytes up to which pixels stay in memory


def pictures(folder, count=12, ending="png"):
    """Image files, all different, of different sizes."""
    generator = np.random.default_rng(0)
    paths = []
    for number in range(count):
        folder.joinpath("ants" if number % 2 else "bees").mkdir(parents=True, exist_ok=True)
        pixels = generator.integers(0, 256, (9 + number % 3, 8, 3), np.uint8)
        paths.append(folder / ("ants" if number % 2 else "bees") / f"{number:02}.{ending}")
        Image.fromarray(pixels).save(paths[-1])
    return paths


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of the cache; all files count as settled, however new."""
    monkeypatch.setattr(scratch, "cache_folder", lambda name: tmp_path / "cache" / name)
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(decoding, "UNSETTLED", -3600)
    return tmp_path / "cache" / "images"


@pytest.fixture(params=[LARGE, SMALL], ids=["large", "small"])
def kept(request, monkeypatch):
    monkeypatch.setattr(decoding, "SMALL", request.param)
    return request.param


@pytest.fixture
def threads():
    before = ops.processor.num_threads()
    yield ops.processor.set_num_threads
    ops.processor.set_num_threads(before)


def read(decoded):
    return decoded.rows.read(np.arange(decoded.rows.shape[0]))


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def refuse_to_decode(monkeypatch):
    def fail(*_):
        raise AssertionError("decoded again")

    monkeypatch.setattr(decoding, "read_pixels", fail)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_pixels_are_those_of_read_image_with_any_number_of_threads(
    tmp_path, cache, kept, threads, count
):
    threads(count)
    files = pictures(tmp_path / "images", 70, "jpg")
    decoded = decode(files, SIZE, 0.8, skip_corrupt=False)
    expected = np.concatenate([read_image(file, (3, *SIZE), crop=0.8) for file in files])
    np.testing.assert_array_equal(read(decoded), np.rint(expected * 255))
    assert decoded.table["digest"].tolist() == [digest(file) for file in files]
    assert decoded.table["coloured"].all()
    assert [t for t in threading.enumerate() if "badak-decoder" in t.name] == []


def test_the_second_time_nothing_is_decoded(tmp_path, cache, kept, monkeypatch):
    files = pictures(tmp_path / "images")
    first = decode(files, SIZE, 1.0, skip_corrupt=False)
    assert [Path(name).suffix for name in names(cache)] == [".images"]
    refuse_to_decode(monkeypatch)
    again = decode(files, SIZE, 1.0, skip_corrupt=False)
    np.testing.assert_array_equal(read(again), read(first))
    np.testing.assert_array_equal(again.table, first.table)
    for other in ((files[1:], SIZE, 1.0), (files, (7, 5), 1.0), (files, SIZE, 0.5)):
        with pytest.raises(AssertionError, match="decoded again"):
            decode(*other, skip_corrupt=False)


@pytest.mark.parametrize("change", ["content", "touched", "renamed"])
def test_what_changed_is_decoded_again(tmp_path, cache, kept, change):
    files = pictures(tmp_path / "images", ending="bmp")
    decode(files, SIZE, 1.0, skip_corrupt=False)
    if change == "content":  # of the same length and with the same time
        time_before = files[3].stat()
        content = bytearray(files[3].read_bytes())
        content[60:200] = bytes(140)
        time.sleep(0.02)  # more than the tick of the clock that stamps files
        files[3].write_bytes(content)
        os.utime(files[3], ns=(time_before.st_atime_ns, time_before.st_mtime_ns))
    elif change == "touched":
        os.utime(files[3])
    else:
        files[3] = files[3].rename(files[3].with_name("new.bmp"))
    decoded = decode(files, SIZE, 1.0, skip_corrupt=False)
    np.testing.assert_array_equal(
        read(decoded)[3], np.rint(read_image(files[3], (3, *SIZE))[0] * 255)
    )
    assert len(names(cache)) == 2


def test_files_that_may_still_change_are_not_cached(tmp_path, cache, kept, monkeypatch):
    monkeypatch.setattr(decoding, "UNSETTLED", 3600)
    files = pictures(tmp_path / "images")
    rows = decode(files, SIZE, 1.0, skip_corrupt=False).rows
    assert names(cache) == names(tmp_path / "temporary") == []
    assert rows.read(np.array([3])).any()


def test_a_file_that_changes_while_it_is_decoded_is_not_cached(tmp_path, cache, kept, monkeypatch):
    files = pictures(tmp_path / "images")
    honest = decoding.read_pixels

    def meddle(file, *how):
        pixels = honest(file, *how)
        if file == files[4]:
            file.write_bytes(file.read_bytes() + b" ")
        return pixels

    monkeypatch.setattr(decoding, "read_pixels", meddle)
    decode(files, SIZE, 1.0, skip_corrupt=False)
    assert names(cache) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_cache_is_never_believed(tmp_path, cache, kept, data):
    if not (tmp_path / "images").exists():
        pictures(tmp_path / "images", 4)
    files = sorted((tmp_path / "images").rglob("*.png"))
    expected = read(decode(files, SIZE, 1.0, skip_corrupt=False))
    (name,) = names(cache)
    content = bytearray((cache / name).read_bytes())
    place = data.draw(st.integers(0, 400))
    kind = data.draw(st.sampled_from(["cut", "longer", "bit"]))
    if kind == "cut":
        del content[place:]
    elif kind == "longer":
        content[place:place] = bytes(data.draw(st.integers(1, 99)))
    else:
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    (cache / name).write_bytes(content)
    if kept == LARGE and kind == "bit" and 16 <= place < 16 + expected.size:
        # Noticed when the pixels are read.
        with pytest.raises(FormatError, match=f"damaged at image {(place - 16) // 105}; it was"):
            read(decode(files, SIZE, 1.0, skip_corrupt=False))
    np.testing.assert_array_equal(read(decode(files, SIZE, 1.0, skip_corrupt=False)), expected)


def test_another_version_of_the_file_is_decoded_again(tmp_path, cache, monkeypatch):
    files = pictures(tmp_path / "images")
    decode(files, SIZE, 1.0, skip_corrupt=False)
    (name,) = names(cache)
    content = (cache / name).read_bytes()
    (cache / name).write_bytes(b"badak images 2\n\0" + content[16:])
    decode(files, SIZE, 1.0, skip_corrupt=False)
    assert (cache / name).read_bytes() == content


def test_a_cache_that_cannot_be_written(tmp_path, cache, kept):
    cache.parent.write_text("a file where the folder should be")
    files = pictures(tmp_path / "images")
    rows = decode(files, SIZE, 1.0, skip_corrupt=False).rows
    assert names(tmp_path / "temporary") == []  # the file is open, but has no name
    np.testing.assert_array_equal(
        rows.read(np.array([2]))[0], np.rint(read_image(files[2], (3, *SIZE))[0] * 255)
    )


def test_a_full_disk_is_noticed_before_the_first_image(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(decoding, "SMALL", LARGE)
    refuse_to_decode(monkeypatch)
    usage = type("usage", (), {"free": 700})
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda _: usage)
    files = pictures(tmp_path / "images")
    message = (
        r"12 images of 5x7 need 0\.0 GiB of disk once they are decoded \(.*images: 0\.0 GiB are "
        r"free; .*temporary: 0\.0 GiB.*\): free some space, set XDG_CACHE_HOME"
    )
    with pytest.raises(BadakError, match=message):
        decode(files, SIZE, 1.0, skip_corrupt=False)


def test_a_disk_that_fills_up_leaves_nothing(tmp_path):
    files = pictures(tmp_path / "images")
    code = f"""
        import resource
        from pathlib import Path
        from badak.data import decoding
        from badak.errors import BadakError
        resource.setrlimit(resource.RLIMIT_FSIZE, (800, 800))
        files = sorted(Path({str(tmp_path)!r}, "images").rglob("*.png"))
        try:
            for decoding.SMALL in (2**30, 0):
                decoding.decode(files, {SIZE}, 1.0, False)
                print("in memory")
        except BadakError as fault:
            print(fault)
    """
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("in memory\n12 images of 5x7 need"), done.stderr
    assert "File too large" in done.stdout
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path not in files]
    assert left == []


def test_the_first_fault_in_order_is_the_error_and_comes_from_the_cache_too(
    tmp_path, cache, kept, threads
):
    threads(5)
    files = pictures(tmp_path / "images", 40)
    files[30].write_bytes(b"no image")
    files[17].unlink()  # removed after it was listed
    with pytest.raises(FormatError, match=r"17\.png cannot be read: No such file.*skip_corrupt"):
        decode(files, SIZE, 1.0, skip_corrupt=False)
    assert names(cache) == names(tmp_path / "temporary") == []
    files[17].write_bytes(b"neither")
    for _ in range(2):
        decoded = decode(files, SIZE, 1.0, skip_corrupt=True)
        assert list(decoded.faults) == [17, 30]
        assert "30.png must be an image" in decoded.faults[30]
    assert len(names(cache)) == 1
    with pytest.raises(FormatError, match=r"17\.png must be an image.*skip_corrupt"):
        decode(files, SIZE, 1.0, skip_corrupt=False)


def test_a_removed_file_counts_as_corrupt(tmp_path, cache, monkeypatch):
    pictures(tmp_path / "images")
    honest = decoding.read_pixels

    def remove(file, *how):
        if file.name == "03.png":
            file.unlink()
        return honest(file, *how)

    monkeypatch.setattr(decoding, "read_pixels", remove)
    with pytest.warns(UserWarning, match=r"1 image could not be decoded.*03\.png cannot be read"):
        parts = read_folder(tmp_path / "images", 6, skip_corrupt=True)
    assert sum(len(part) for part in parts) == 11


def test_a_file_that_could_not_be_read_is_tried_again(tmp_path, cache, kept, monkeypatch):
    files = pictures(tmp_path / "images")
    with monkeypatch.context() as refusing:
        refusing.setattr("badak.files.os.open", _refused(files[2], os.open))
        decoded = decode(files, SIZE, 1.0, skip_corrupt=True)
    assert list(decoded.faults) == [2]
    assert "Permission denied" in decoded.faults[2]
    assert decode(files, SIZE, 1.0, skip_corrupt=False).faults == {}


def _refused(file, honest):
    def refuse(path, *more):
        if path == file:
            raise PermissionError(13, "Permission denied")
        return honest(path, *more)

    return refuse


def test_any_other_fault_in_a_thread_reaches_the_caller(tmp_path, cache, kept, monkeypatch):
    def fail(*_):
        raise MemoryError("no memory")

    monkeypatch.setattr(decoding, "read_pixels", fail)
    with pytest.raises(MemoryError):
        decode(pictures(tmp_path / "images"), SIZE, 1.0, skip_corrupt=True)
    assert names(cache) == names(tmp_path / "temporary") == []
    assert [t for t in threading.enumerate() if "badak-decoder" in t.name] == []


def test_several_processes_at_once(tmp_path):
    pictures(tmp_path / "images", 60)
    code = f"""
        import hashlib
        from badak.data import decoding, load
        decoding.SMALL, decoding.UNSETTLED = 0, -3600
        train, test = load("folder:{tmp_path / "images"}", image_size=9)
        print(hashlib.sha256(train.images.raw(slice(None)).tobytes()).hexdigest())
    """
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", textwrap.dedent(code)]
    runs = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    sums = {run.communicate()[0] for run in runs}
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len(sums) == 1
    assert [path.suffix for path in (tmp_path / "badak" / "images").iterdir()] == [".images"]


def start(folder, code):
    """A process that decodes the folder's images, and notes each file that it decodes."""
    lines = f"""
        import os, time
        from pathlib import Path
        from badak.data import decoding
        from badak.data.folder import read_folder
        decoding.SMALL, decoding.UNSETTLED = 0, -3600
        folder, honest = Path({str(folder)!r}), decoding.read_pixels
        def noted(file, *how):
            with open(folder / "decoded", "a") as notes:
                notes.write(f"{{file.name}}\\n")
            return honest(file, *how)
        decoding.read_pixels = noted
    """
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder), "OMP_NUM_THREADS": "1"}
    whole = textwrap.dedent(lines) + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-c", whole], env=environment, stdout=subprocess.PIPE, text=True
    )


READ = "print(len(read_folder(folder / 'images', 9)[0]), flush=True)\n"


def noted(folder):
    return sorted((folder / "decoded").read_text().split())


def test_of_several_processes_at_once_one_decodes(tmp_path):
    pictures(tmp_path / "images", 60)
    runs = [start(tmp_path, READ) for _ in range(3)]
    assert len({run.communicate(timeout=60)[0] for run in runs}) == 1
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert noted(tmp_path) == [f"{number:02}.png" for number in range(60)]
    assert [path.suffix for path in (tmp_path / "badak" / "images").iterdir()] == [".images"]


def test_when_the_one_that_decodes_is_killed_another_goes_on(tmp_path):
    pictures(tmp_path / "images", 20)
    hang = "honest = lambda *_: time.sleep(600)\n"
    killed = start(tmp_path, hang + READ)
    while not (tmp_path / "decoded").exists():
        time.sleep(0.01)
        assert killed.poll() is None
    waiting = start(tmp_path, "print('here', flush=True)\n" + READ)
    assert waiting.stdout.readline() == "here\n"
    killed.kill()
    killed.communicate(timeout=60)
    assert int(waiting.communicate(timeout=60)[0]) > 0
    assert len(noted(tmp_path)) > 20  # some by the first, all by the second
    assert set(noted(tmp_path)) == {f"{number:02}.png" for number in range(20)}


def test_threads_wait_too_and_one_without_a_lock_decodes_alone(tmp_path, cache, kept, monkeypatch):
    files = pictures(tmp_path / "images")
    honest, count = decoding.read_pixels, []

    def noting(*arguments):
        count.append(arguments)
        return honest(*arguments)

    monkeypatch.setattr(decoding, "read_pixels", noting)
    workers = [
        threading.Thread(target=decode, args=(files, SIZE, 1.0, False), daemon=True)
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert len(count) == len(files)
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows
    decode(files, SIZE, 0.5, skip_corrupt=False)
    assert len(count) == 2 * len(files)
    assert {Path(name).suffix for name in names(cache)} == {".images"}


def test_what_was_used_longest_ago_makes_room(tmp_path, cache, monkeypatch):
    files = pictures(tmp_path / "images")
    one = 12 * (3 * 35 + stored_cache.TABLE.itemsize)
    monkeypatch.setattr(scratch, "MAX_BYTES", 3 * one)
    for age, crop in ((400, 0.5), (300, 0.6), (200, 0.7)):
        before = set(names(cache))
        decode(files, SIZE, crop, skip_corrupt=False)
        (new,) = set(names(cache)) - before
        os.utime(cache / new, (time.time() - age,) * 2)
    oldest_but_used = set(names(cache))
    decode(files, SIZE, 0.5, skip_corrupt=False)  # from the cache: used now
    (cache / "killed.part").write_bytes(b"x")
    os.utime(cache / "killed.part", (time.time() - 2 * 24 * 3600,) * 2)
    (cache / "killed.lock").write_bytes(b"")
    os.utime(cache / "killed.lock", (time.time() - 2 * 24 * 3600,) * 2)
    (cache / "running.part").write_bytes(b"x")
    decode(files, SIZE, 0.9, skip_corrupt=False)
    assert "running.part" in names(cache)
    assert not {"killed.part", "killed.lock"} & set(names(cache))
    left = {name for name in names(cache) if name.endswith(".images")}
    assert len(left) <= 3
    assert len(left & oldest_but_used) == len(left) - 1
    refuse_to_decode(monkeypatch)
    decode(files, SIZE, 0.5, skip_corrupt=False)
    with pytest.raises(AssertionError, match="decoded again"):
        decode(files, SIZE, 0.6, skip_corrupt=False)


def test_progress_counts_to_the_end_and_not_from_the_cache(tmp_path, cache, capsys, monkeypatch):
    pictures(tmp_path / "images", 40)
    told = []
    for _ in range(2):
        read_folder(tmp_path / "images", 6, progress=lambda *counts: told.append(counts))
    assert told == [(16, 40), (32, 40), (40, 40)]
    monkeypatch.setattr(words, "DECODING", -1)
    load(f"folder:{tmp_path / 'images'}", image_size=7, progress=words.Decoding())
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "decoding the images, once: 16 of 40"
    assert len(lines) == 3


def test_names_in_any_bytes(tmp_path, cache, kept, monkeypatch):
    files = pictures(tmp_path / "images")
    new = tmp_path / "images" / "ants" / "\ub098\ubb34 caf\u00e9.png"
    files[1].rename(new)
    os.rename(files[3], os.fsencode(files[3].parent) + b"/b\xe9e.png")  # noqa: PTH104
    (tmp_path / "images" / "bees" / "bad\u00e9.png").write_bytes(b"no image")
    for _ in range(2):
        with pytest.warns(UserWarning, match="1 image could not be decoded.*bad\u00e9"):
            parts = read_folder(tmp_path / "images", 6, skip_corrupt=True)
        assert sum(len(part) for part in parts) == 12
        refuse_to_decode(monkeypatch)


def test_images_of_0_and_1_are_nearly_black(tmp_path, cache, monkeypatch):
    for number in range(6):
        folder = tmp_path / "images" / ("ants" if number % 2 else "bees")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray((np.arange(12).reshape(3, 4) % (number + 2) < 1).astype(np.uint8)).save(
            folder / f"{number}.png"
        )
    with pytest.warns(UserWarning, match="all pixels are 0 or 1 of 255"):
        read_folder(tmp_path / "images", (3, 4))
