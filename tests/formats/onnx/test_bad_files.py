"""Forged ONNX files raise FormatError, read nothing outside their folder, allocate no memory."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import badak
from attacks.onnx_files import forged
from attacks.onnx_models import external, sound, with_input
from badak import BadakError, FormatError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are POSIX's")
CASES = sorted(forged())


@pytest.fixture
def folder(tmp_path):
    """A folder with the file that external data may name, and a secret outside of it."""
    (tmp_path / "secret").write_bytes(bytes(1000))
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    (inside / "sub" / "secret").write_bytes(bytes(1000))
    (inside / "short").write_bytes(bytes(10))
    (inside / "link").symlink_to(tmp_path / "secret")
    (inside / "hard").hardlink_to(tmp_path / "secret")
    os.mkfifo(inside / "pipe")
    return inside


def write(folder, content):
    path = folder / "net.onnx"
    path.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
    return path


def test_the_file_that_the_forged_ones_change_is_read(folder):
    net = badak.onnx.load(write(folder, sound()))
    assert list(net.layers) == ["conv1", "relu1", "flatten1", "linear1"]
    assert net(np.ones((2, 2, 6, 5), np.float32)).shape == (2, 5)


@pytest.mark.parametrize("case", CASES)
def test_a_forged_file_is_refused(folder, case):
    content, words = forged()[case]
    path = write(folder, content)
    with pytest.raises(FormatError, match=words) as fault:
        badak.onnx.load(path)
    assert str(path) in str(fault.value)


REPLAY = """
import builtins, os, resource, sys
import badak.onnx
from badak import FormatError
opened = []
def note(event, values):
    if event == "open" and not isinstance(values[0], int):  # a number is a file opened before
        opened.append(values[0])
sys.addaudithook(note)
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30,) * 2)
for path in sys.stdin.read().split("\\n"):
    opened.clear()
    try:
        badak.onnx.load(path)
    except FormatError:
        folder = os.path.dirname(path)
        strange = [one for one in opened if os.path.dirname(os.path.abspath(str(one))) != folder]
        if strange:
            print(path, "opened", strange)
    else:
        print(path, "was read")
print("done")
"""


@pytest.mark.little_memory
def test_no_forged_file_opens_another_or_needs_memory(folder):
    """All in one process with 2 GiB of memory; 'done' is printed only if none crashes it."""
    paths = []
    for number, (content, _) in enumerate(forged().values()):
        path = folder / f"{number}.onnx"
        path.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
        paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", REPLAY],
        input="\n".join(paths),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "done\n"


def test_data_beside_the_file_is_read(folder):
    model = sound()
    data = model.graph.initializer[0].raw_data
    (folder / "weights").write_bytes(b"head" + data)
    moved = external(("location", "weights"), ("offset", "4"), ("length", str(len(data))))
    x = np.random.default_rng(0).random((3, 2, 6, 5), np.float32)
    expected = badak.onnx.load(write(folder, model))(x)
    np.testing.assert_array_equal(badak.onnx.load(write(folder, moved))(x), expected)


def test_an_input_that_repeats_an_initializer_is_no_second_input(folder):
    net = badak.onnx.load(write(folder, with_input("b", [4])))
    assert net.input_shape == (2, 6, 5)


@pytest.mark.parametrize("name", ["nothing.onnx", "sub", "pipe", "a\0b"])
def test_what_is_no_file_is_said_to_be_none(folder, name):
    with pytest.raises(BadakError, match=r"cannot be read|not a valid file name"):
        badak.onnx.load(folder / name)


def test_a_file_cut_anywhere_is_refused(folder):
    whole = sound().SerializeToString()
    for end in range(0, len(whole), 13):
        with pytest.raises(FormatError):
            badak.onnx.load(write(folder, whole[:end]))


def test_a_file_with_any_byte_changed_is_read_or_refused(folder):
    """No other error is raised, whatever a byte is."""
    whole = sound().SerializeToString()
    generator = np.random.default_rng(0)
    refused = 0
    for place in range(0, len(whole), 5):
        changed = bytearray(whole)
        changed[place] = generator.integers(256)
        try:
            badak.onnx.load(write(folder, bytes(changed)))
        except FormatError:
            refused += 1
    assert refused > 20


def test_the_checks_are_not_left_to_onnx():
    """The reader must not call onnx.checker or onnx.load: they open files that a model names."""
    folder = Path(badak.__file__).parent / "formats" / "onnx"
    for name in ("file.py", "tensor.py", "load.py"):
        text = (folder / name).read_text()
        assert "check_model" not in text
        assert "onnx.load" not in text
