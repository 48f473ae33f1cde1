"""badak push and pull through the library's own client, against a small hub on this machine."""

import base64
import hashlib
import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

import badak as library
from badak.cli.calibration import Calibration, digest
from badak.training import RunDirectory

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """The few answers that a push and a pull need; files stay in memory."""

    def log_message(self, *_):
        pass

    def _answer(self, code, body=b"{}", **headers):
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        self.send_response(code)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        return content

    def do_POST(self):
        body = self._body()
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        if self.server.refuses:
            self._answer(403, {"error": "you may not"}, **{"X-Error-Message": "you may not"})
        elif "preupload" in self.path:
            files = json.loads(body)["files"]
            ways = [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False}
                    for f in files]  # fmt: skip
            self._answer(200, {"files": ways})
        elif "/commit/" in self.path:
            for line in body.splitlines():
                entry = json.loads(line)
                if entry["key"] == "file":
                    value = entry["value"]
                    self.server.files[value["path"]] = base64.b64decode(value["content"])
            address = f"https://huggingface.co/me/pets/commit/{COMMIT}"
            self._answer(200, {"commitUrl": address, "commitOid": COMMIT})
        else:
            self._answer(
                200, {"url": "https://huggingface.co/me/pets", "errors": [], "warnings": []}
            )

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        content = self.server.files.get(name)
        if "resolve" not in self.path or content is None:
            self._answer(404, b"", **{"X-Error-Code": "EntryNotFound"})
            return
        tag = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        self._answer(200, content, **tag)

    do_HEAD = do_GET


@pytest.fixture
def hub(monkeypatch, tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.files, server.asked, server.refuses = {}, [], False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    from huggingface_hub import constants

    address = f"http://127.0.0.1:{server.server_address[1]}"
    for name, value in (
        ("ENDPOINT", address),
        ("HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"),
        ("HF_HUB_CACHE", str(tmp_path / "cache")),
    ):
        monkeypatch.setattr(constants, name, value)
    monkeypatch.setenv("HF_TOKEN", "secret")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_was_pushed_is_pulled_again(badak, trained, hub, tmp_path):
    done = badak("push", trained, "me/pets", "--license", "mit")
    assert (done.code, COMMIT in done.out) == (0, True), done.err
    assert set(hub.files) == {"model.safetensors", "config.toml", "README.md"}
    assert {who for _, who in hub.asked} == {"Bearer secret"}
    words = hub.files["README.md"].decode()
    assert words.startswith("---\nlibrary_name: badak\n")
    assert "license: mit\n" in words
    assert "badak pull me/pets" in words
    done = badak("pull", "me/pets", "--run-dir", "pulled")
    assert done.code == 0, done.err
    first = library.load(trained / "best.safetensors")
    again = library.load(tmp_path / "pulled" / "model.safetensors")
    x = np.random.default_rng(0).random((3, 1, 28, 28), dtype=np.float32)
    np.testing.assert_array_equal(first(x), again(x))
    assert badak("evaluate", "pulled").code == 0
    assert badak("export", "pulled", "--to", "c").code == 0


def test_a_calibration_goes_along(badak, trained, hub, tmp_path):
    run = shutil.copytree(trained, tmp_path / "own")
    model = run / "best.safetensors"
    Calibration(2.0, 0.9, (0.5,) * 10, 30, digest(model)).save(RunDirectory(run))
    assert badak("push", run, "me/pets").code == 0
    assert badak("pull", "me/pets", "--run-dir", "pulled").code == 0
    done = badak("evaluate", "pulled")
    assert "temperature 2.00" in done.out
    net = library.load(tmp_path / "pulled" / "model.safetensors")
    assert "temperature" not in net.layers  # it is applied once


def test_paths_of_folders_are_not_sent(badak, trained, hub, tmp_path):
    private = tmp_path / "of-someone"
    shutil.copytree(trained, private)
    text = (private / "config.toml").read_text()
    (private / "config.toml").write_text(
        text.replace('dataset = "digits"', 'dataset = "folder:/home/ann/pets"\ndata_dir = "/home"')
    )
    assert badak("push", private, "me/pets").code == 0
    for content in hub.files.values():
        assert b"/home" not in content
    assert b"pets" in hub.files["config.toml"]


@pytest.mark.parametrize("name", ["pets", "a/b/c", "me/../x", "", "me/pets?x"])
def test_no_such_name(badak, trained, hub, name):
    for arguments in (("push", trained, name), ("pull", name, "--run-dir", "new")):
        done = badak(*arguments)
        assert (done.code, "is named USER/NAME" in done.err) == (2, True), done.err
    assert not hub.asked


def test_a_refusal_is_told(badak, trained, hub):
    hub.refuses = True
    done = badak("push", trained, "me/pets")
    assert (done.code, "nothing was pushed to me/pets" in done.err) == (2, True)
    assert "you may not" in done.err


@pytest.mark.parametrize("name", ["config.toml", "model.safetensors"])
def test_nothing_is_written_of_a_damaged_model(badak, trained, hub, tmp_path, name):
    badak("push", trained, "me/pets")
    hub.files[name] = hub.files[name][:-7]
    done = badak("pull", "me/pets", "--run-dir", "new")
    assert (done.code, name in done.err) == (2, True)
    assert not (tmp_path / "new").exists()


def test_an_existing_run_is_kept(badak, trained, hub):
    badak("push", trained, "me/pets")
    done = badak("pull", "me/pets", "--run-dir", trained)
    assert (done.code, "exists already" in done.err) == (2, True)
