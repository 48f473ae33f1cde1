"""storage: round trips, forged files, and what remains after a failed write."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load_file

from attacks.safetensors_files import forged
from badak import storage
from badak.errors import BadakError, FormatError

arrays = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
names = st.text(st.characters(codec="utf-8"), max_size=9).filter(lambda n: n != "__metadata__")


@given(st.dictionaries(names, arrays, max_size=4), st.dictionaries(st.text(max_size=5), st.text()))
def test_what_is_saved_comes_back_bit_by_bit(tmp_path_factory, content, metadata):
    path = tmp_path_factory.mktemp("s") / "a.safetensors"
    storage.save(path, content, metadata)
    back, told = storage.load(path)
    assert told == metadata
    assert back.keys() == content.keys()
    for name, array in content.items():
        assert back[name].dtype == array.dtype
        assert back[name].tobytes() == array.tobytes()
        assert back[name].shape == array.shape
        assert back[name].flags.writeable


def test_equal_content_is_equal_bytes(tmp_path):
    """The safetensors library writes metadata of several keys in a random order."""
    for number in range(20):
        storage.save(tmp_path / f"{number}", {"w": np.ones(2), "b": np.zeros(3)}, {"a": 1, "b": 2})
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


def test_other_readers_open_the_file(tmp_path):
    storage.save(tmp_path / "a.safetensors", {"w": np.arange(6.0).reshape(2, 3)}, {"epoch": 1})
    np.testing.assert_array_equal(
        load_file(tmp_path / "a.safetensors")["w"], np.arange(6.0).reshape(2, 3)
    )


@pytest.mark.parametrize("name", forged())
def test_forged_file_is_refused_by_name(tmp_path, name):
    content, words = forged()[name]
    path = tmp_path / "forged.safetensors"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"forged\.safetensors") as fault:
        storage.load(path)
    assert words in str(fault.value)
    assert path.read_bytes() == content


def test_forged_files_need_little_memory_and_never_crash(tmp_path):
    """All of them in one process of 2 GB address space: no signal, no MemoryError, no hang."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30,) * 2)\n"
        "from pathlib import Path\n"
        "from attacks.safetensors_files import forged\n"
        "from badak import FormatError, storage\n"
        "import numpy as np\n"
        "path = Path(sys.argv[1])\n"
        "for name, (content, words) in forged().items():\n"
        "    path.write_bytes(content)\n"
        "    try: storage.load(path)\n"
        "    except FormatError as fault: assert words in str(fault), (name, fault)\n"
        "    else: raise SystemExit(name + ' was accepted')\n"
        "storage.save(path, {'w': np.ones(2)}, {})\n"
        "print(len(forged()), storage.load(path)[0]['w'].sum())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "f.safetensors", Path(__file__).parent],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{len(forged())} 2.0\n"), done.stderr


@given(st.data())
def test_every_flipped_bit_is_noticed(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("s") / "a.safetensors"
    storage.save(path, {"w": np.arange(5, dtype=np.float32)}, {"epoch": 3})
    content = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(bytes(content))
    try:
        back, metadata = storage.load(path)
    except FormatError:
        return
    # A blank in the header's padding may become another blank; then nothing else may change.
    assert metadata == {"epoch": 3}
    np.testing.assert_array_equal(back["w"], np.arange(5, dtype=np.float32))


@given(st.integers(0, 200))
def test_a_file_cut_short_is_refused(tmp_path_factory, kept):
    path = tmp_path_factory.mktemp("s") / "a.safetensors"
    storage.save(path, {"w": np.arange(20, dtype=np.float32)}, {"epoch": 3})
    content = path.read_bytes()
    path.write_bytes(content[: min(kept, len(content) - 1)])
    with pytest.raises(FormatError):
        storage.load(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(BadakError, match=r"nothing\.safetensors .*No such file"):
        storage.load(tmp_path / "nothing.safetensors")
    with pytest.raises(BadakError, match="not a valid file name"):
        storage.load("a\0b")


def test_permissions_of_an_existing_file_stay(tmp_path):
    path = tmp_path / "a"
    storage.write_atomically(path, b"old")
    fresh = path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    assert fresh == 0o666 & ~umask
    path.chmod(0o640)
    storage.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    storage.write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_device_is_never_replaced():
    with pytest.raises(BadakError, match=r"/dev/null.*device"):
        storage.write_atomically("/dev/null", b"data")
    assert Path("/dev/null").is_char_device()


def test_threads_may_save_to_one_path(tmp_path):
    def save(number):
        for _ in range(20):
            storage.save(tmp_path / "a", {"w": np.full(1000, number)}, {})
            storage.load(tmp_path / "a")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(4)))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("name", "words"), [("folder", "directory"), ("x" * 300, "too long"), ("no/such", "No such")]
)
def test_unwritable_path_is_said_and_leaves_nothing(tmp_path, name, words):
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadakError, match=f"cannot (write .*|be used: .*){words}"):
        storage.write_atomically(tmp_path / name, b"data")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """RLIMIT_FSIZE acts like a full disk: the write fails in the middle."""
    path = tmp_path / "a.safetensors"
    storage.save(path, {"w": np.ones(3)}, {"epoch": 1})
    script = (
        "import resource, signal, sys, numpy as np\n"
        "from badak import BadakError, storage\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: storage.save(sys.argv[1], {'w': np.ones(10**5)}, {'epoch': 2})\n"
        "except BadakError as fault: print(fault)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=True
    )
    assert "cannot write" in done.stdout
    assert "File too large" in done.stdout
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.safetensors"]
    assert storage.load(path)[1] == {"epoch": 1}


def test_temporaries_of_a_killed_save_are_removed(tmp_path):
    (tmp_path / f".a.123{storage.TEMPORARY}").write_bytes(b"half")
    (tmp_path / "a").write_bytes(b"whole")
    storage.remove_temporaries(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_metadata_that_is_no_json_is_refused_before_writing(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        storage.save(tmp_path / "a", {}, {"loss": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_digest_covers_the_metadata(tmp_path):
    path = tmp_path / "a.safetensors"
    storage.save(path, {"w": np.ones(2)}, {"epoch": 3})
    content = path.read_bytes()
    inner = json.dumps('"epoch": 3').encode()[1:-1]
    assert inner in content
    path.write_bytes(content.replace(inner, inner.replace(b"3", b"4")))
    with pytest.raises(FormatError, match="checksum"):
        storage.load(path)
