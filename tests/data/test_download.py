"""Downloads from a local server: good, dead, wrong, cut short; one and two at a time."""

import hashlib
import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

import badak
from badak.data import download
from badak.data.download import Source, cache_folder, fetch
from badak.errors import BadakError

CONTENT = bytes(range(256)) * 40
OTHER = b"the second file"
FILES = {
    name: (hashlib.md5(content, usedforsecurity=False).hexdigest(), len(content))
    for name, content in {"one.bin": CONTENT, "two.bin": OTHER}.items()
}
CONTENTS = {"one.bin": CONTENT, "two.bin": OTHER}


class Handler(http.server.BaseHTTPRequestHandler):
    """The first folder of the path says how the server behaves."""

    def do_GET(self):
        behaviour, name = self.path.strip("/").split("/")
        self.server.asked.append((behaviour, name))
        content = CONTENTS[name]
        if behaviour == "missing":
            self.send_error(404)
            return
        if behaviour == "moved":
            self.send_response(302)
            self.send_header("Location", f"/good/{name}")
            self.end_headers()
            return
        if behaviour == "together":
            end = time.monotonic() + 30
            while self.server.asked.count((behaviour, "one.bin")) < 2 and time.monotonic() < end:
                time.sleep(0.01)
        if behaviour == "asleep":
            time.sleep(3)
        sent = {
            "wrong": bytes(len(content)),
            "long": content + b"more",
            "short": content[:10],
            "few": content[:10],
        }.get(behaviour, content)
        self.send_response(200)
        length = len(content) if behaviour == "short" else len(sent)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        try:
            self.wfile.write(sent)
        except OSError:  # the client disconnected
            return

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "badak" / "mnist"


@pytest.fixture
def mirrors(server):
    """A source with mirrors that behave in these ways."""

    def choose(*behaviours):
        addresses = {"dead": f"http://127.0.0.1:{closed_port()}/dead/{{file}}"}
        root = f"http://127.0.0.1:{server.server_port}"
        urls = [addresses.get(kind, f"{root}/{kind}/{{file}}") for kind in behaviours]
        return Source(tuple(urls), FILES)

    return choose


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def held(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_a_good_mirror_fills_the_cache(cache, mirrors, server):
    source = mirrors("good", "dead")
    assert fetch("mnist", source) == cache == cache_folder("mnist")
    assert held(cache) == CONTENTS
    assert server.asked == [("good", "one.bin"), ("good", "two.bin")]


def test_what_is_there_is_not_fetched_again(cache, mirrors, server):
    source = mirrors("good")
    fetch("mnist", source)
    server.asked.clear()
    fetch("mnist", source)
    assert server.asked == []
    (cache / "two.bin").write_bytes(b"damaged on the disk")
    fetch("mnist", source)
    assert server.asked == [("good", "two.bin")]
    assert held(cache) == CONTENTS


FAULTS = {
    "dead": "no connection",
    "missing": "HTTP 404",
    "wrong": "wrong checksum, discarded",
    "short": "stopped before all 10240 bytes arrived",
    "few": "cut short: 10 of 10240 bytes arrived",
    "long": "sent more than the 10240 bytes",
}


@pytest.mark.parametrize("behaviour", FAULTS)
def test_a_bad_mirror_is_named_and_leaves_nothing(cache, mirrors, behaviour):
    source = mirrors(behaviour)
    with pytest.raises(BadakError, match=FAULTS[behaviour]) as error:
        fetch("mnist", source)
    assert f"/{behaviour}/one.bin" in str(error.value)
    assert held(cache) == {}


@pytest.mark.parametrize("behaviour", FAULTS)
def test_after_a_bad_mirror_the_next_is_tried(cache, mirrors, behaviour):
    source = mirrors(behaviour, "good")
    fetch("mnist", source)
    assert held(cache) == CONTENTS


def test_every_mirror_and_its_fault_are_listed(cache, mirrors):
    source = mirrors(*FAULTS)
    with pytest.raises(BadakError, match=r"one\.bin.*tried") as error:
        fetch("mnist", source)
    assert [words in str(error.value) for words in FAULTS.values()] == [True] * 6
    assert "\n" not in str(error.value)


def test_a_file_that_came_is_kept_when_the_next_does_not(cache, mirrors, server, monkeypatch):
    source = mirrors("good")
    monkeypatch.setitem(CONTENTS, "two.bin", b"something else")
    with pytest.raises(BadakError, match=r"two\.bin could not be downloaded"):
        fetch("mnist", source)
    assert held(cache) == {"one.bin": CONTENT}


def test_moved_is_followed(cache, mirrors):
    source = mirrors("moved")
    fetch("mnist", source)
    assert held(cache) == CONTENTS


def test_a_silent_server_is_left(cache, mirrors, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    source = mirrors("asleep")
    with pytest.raises(BadakError, match=r"no answer within 0\.2 s"):
        fetch("mnist", source)


def test_from_https_to_http_is_not_followed(cache, monkeypatch):
    class Reply:
        url = "http://example.org/one.bin"

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def raise_for_status(self):
            pass

        def iter_content(self, _):
            yield CONTENT

    monkeypatch.setattr(requests, "get", lambda *_, **__: Reply())
    source = Source(("https://example.org/{file}",), FILES)
    with pytest.raises(
        BadakError, match=r"redirected to http://example\.org/.*, which is not https"
    ):
        fetch("mnist", source)
    assert held(cache) == {}


def test_a_cache_that_is_a_file(tmp_path, monkeypatch, mirrors):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    source = mirrors("good")
    with pytest.raises(BadakError, match=r"the cache folder .* cannot be used: .*XDG_CACHE_HOME"):
        fetch("mnist", source)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_cache_that_cannot_be_made(monkeypatch, mirrors, server):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    source = mirrors("good")
    with pytest.raises(BadakError, match=r"cache folder /proc/nowhere"):
        fetch("mnist", source)
    assert server.asked == []


SCRIPT = """
import sys
from badak.data import download
{before}
print(download.fetch("mnist", download.Source((sys.argv[1],), {files!r})))
"""


def start(server, behaviour, cache, before=""):
    url = f"http://127.0.0.1:{server.server_port}/{behaviour}/{{file}}"
    source = Path(badak.__file__).parents[1]
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(files=FILES, before=before), url],
        env=os.environ | {"PYTHONPATH": str(source), "XDG_CACHE_HOME": str(cache.parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_at_once(cache, server):
    processes = [start(server, "together", cache) for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert held(cache) == CONTENTS
    assert server.asked.count(("together", "one.bin")) == 2  # the two did overlap


def test_a_full_disk(cache, server):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))"
    process = start(server, "good", cache, limit)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "BadakError: the cache folder" in errors
    assert "cannot be used: File too large" in errors
    assert held(cache) == {}
