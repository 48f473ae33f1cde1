"""Rows W of the list of bad inputs: what other pages, programs and files could send.

W9 and W11, the port and the address, are in test_command.py; W10, crowds, in test_crowd.py; W12,
names with markup, with the screen's tests too.
"""

import base64
import json

import anyio
import numpy as np
import pytest
from starlette.websockets import WebSocketDisconnect

from badak.web.body import MODEL_FILE, QUESTION
from badak.web.guard import HEADERS
from badak.web.session import NoSuchNetwork

BYTES = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
IMAGE = base64.b64encode(np.full(784, 0.5, "<f4").tobytes()).decode()


@pytest.fixture(autouse=True)
def still_serves(client):
    """After each attack the same server answers the same question as before."""
    question = {"input": IMAGE}
    before = client.post("/api/ask/forward", json=question)
    yield
    after = client.post("/api/ask/forward", json=question)
    assert (after.status_code, after.content) == (200, before.content)


def refused(reply, code, words):
    assert reply.status_code == code, reply.text
    assert words in reply.json()["error"]
    assert {name: reply.headers[name] for name in HEADERS} == HEADERS


# W1: too large a body


@pytest.mark.parametrize(("path", "limit"), [("/api/ask/forward", QUESTION)])
def test_w1_a_body_that_says_it_is_too_large_is_not_read(client, path, limit):
    def unread():
        raise AssertionError("the body was read")
        yield b""

    headers = {**JSON, "Content-Length": str(limit + 1)}
    refused(client.post(path, content=unread(), headers=headers), 413, "too large: at most")


@pytest.mark.parametrize("claimed", [None, "10"])
def test_w1_a_body_without_its_length_is_read_to_the_limit_alone(claimed, guard, keys):
    """Straight to the application: a server in front would cut the body by its length."""
    read = 0

    async def receive():
        nonlocal read
        read += 2**20
        return {"type": "http.request", "body": bytes(2**20), "more_body": True}

    headers = {"host": "127.0.0.1:8765", "x-badak-token": keys.token, **JSON}
    if claimed:
        headers["content-length"] = claimed
    sent = ended(guard, headers, receive)
    assert sent[0]["status"] == 413
    assert read <= QUESTION + 2**20


def test_w1_a_model_file_may_be_larger_than_a_question():
    assert MODEL_FILE > 2**27.9 > QUESTION


def ended(guard, headers, receive, method="POST", path="/api/ask/forward"):
    """Run one request in the guarded application -> the messages that it sent."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    anyio.run(guard, scope, receive, send)
    return sent


def test_w1_a_body_that_does_not_arrive_is_given_up(guard, keys, monkeypatch):
    monkeypatch.setattr("badak.web.body.SECONDS", 0.05)
    headers = {"host": "127.0.0.1:8765", "x-badak-token": keys.token, **JSON}
    assert ended(guard, headers, anyio.sleep_forever)[0]["status"] == 408


def test_w1_a_page_that_goes_away_gets_no_answer(guard, keys):
    async def gone():
        return {"type": "http.disconnect"}

    headers = {"host": "127.0.0.1:8765", "x-badak-token": keys.token, **JSON}
    assert ended(guard, headers, gone) == []


def test_w1_a_question_whose_page_has_gone_is_not_answered(guard, keys):
    messages = [{"type": "http.request", "body": b"{}", "more_body": False}]

    async def receive():
        return messages.pop() if messages else {"type": "http.disconnect"}

    headers = {"host": "127.0.0.1:8765", "x-badak-token": keys.token, **JSON}
    assert ended(guard, headers, receive)[0]["status"] == 499


@pytest.mark.parametrize("claimed", ["-1", "1e3", "", "²", "9" * 5000])
def test_w1_a_length_that_is_no_length(guard, keys, claimed):
    async def receive():
        return {"type": "http.request", "body": b"{}", "more_body": False}

    headers = {"host": "127.0.0.1:8765", "x-badak-token": keys.token, **JSON}
    headers["content-length"] = claimed
    assert ended(guard, headers, receive)[0]["status"] in (400, 413)


# W2: what is not the JSON of the question


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Field required"),
        (b"hello", "JSON decode error"),
        (b"[]", "valid dictionary"),
        (b"null", ""),
        (b"\xff\xfe{}", ""),
        (b'{"input": NaN}', "input: Input should be a valid string"),
        (b'{"edits": [{"parameter": "conv1.bias", "index": [0], "value": NaN}]}', "finite"),
        (b'{"edits": [{"parameter": "conv1.bias", "index": [0], "value": 1e999}]}', "finite"),
        (b'{"edits": [{"parameter": "conv1.bias", "index": [0.5], "value": 1}]}', "index"),
        (b'{"edits": [{"parameter": "conv1.bias", "index": [true], "value": 1}]}', "index"),
        (b'{"edits": [{"parameter": "conv1.bias", "index": [0], "value": "1"}]}', "value"),
        (b'{"layers": 3}', "layers: Input should be a valid list"),
        (b'{"layres": []}', "layres: Extra inputs are not permitted"),
        (b'{"network": null}', "network: Input should be a valid string"),
    ],
)
def test_w2_what_is_not_the_questions_json(client, content, words):
    reply = client.post("/api/ask/forward", content=content, headers=JSON)
    assert reply.status_code in (400, 422)
    assert words in reply.json()["error"]


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"edits":['])
def test_w2_json_that_is_deeply_nested(client, opening):
    reply = client.post("/api/ask/forward", content=opening * 200_000, headers=JSON)
    assert reply.status_code in (400, 422)
    closed = "[" * 100_000 + "]" * 100_000
    reply = client.post("/api/ask/forward", content=f'{{"edits": {closed}}}', headers=JSON)
    assert reply.status_code in (400, 422)


def test_w2_an_integer_of_many_digits(client):
    content = '{"edits": [{"parameter": "conv1.bias", "index": [%s], "value": 1}]}' % (
        9 * "9" * 999
    )
    reply = client.post("/api/ask/forward", content=content, headers=JSON)
    assert reply.status_code in (400, 422)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (("conv9.weight", [0], 1.0), "parameter must be one of 'conv1.weight'"),
        (("conv1.bias", [30], 1.0), "conv1.bias: index must be at most 29; got 30"),
        (("conv1.bias", [-1], 1.0), "conv1.bias: index must be at least 0; got -1"),
        (("conv1.bias", [], 1.0), "conv1.bias: index must be a place in (30,); got 0 numbers"),
        (("conv1.bias", [0] * 9, 1.0), "at most 8 items"),
        (("conv1.bias", [2**70], 1.0), "index"),
        (("conv1.bias", [0], 1e300), "value must be at least -1e+06 and at most 1e+06"),
    ],
)
def test_w2_an_edit_that_fits_nowhere(client, edit, words):
    named = dict(zip(("parameter", "index", "value"), edit, strict=True))
    reply = client.post("/api/ask/forward", json={"input": IMAGE, "edits": [named]})
    assert reply.status_code in (400, 422)
    assert words in reply.json()["error"]


def test_w2_too_many_edits(client):
    edit = {"parameter": "conv1.bias", "index": [0], "value": 1.0}
    reply = client.post("/api/ask/forward", json={"edits": 10_001 * [edit]})
    refused(reply, 422, "at most 10000 items")


# W3, W4: images that are none


def floats(*numbers, count=784):
    return base64.b64encode(np.resize(np.array(numbers, "<f4"), count).tobytes()).decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "input must be the 784 numbers of an image (1, 28, 28); got 0"),
        (floats(0, count=783), "input must be the 784 numbers of an image (1, 28, 28); got 783"),
        (
            floats(0, count=1_000_000),
            "input must be the 784 numbers of an image (1, 28, 28); got 1000000",
        ),
        (floats(0, np.nan), "input must be numbers between -1e+06 and 1e+06"),
        (floats(np.inf), "input must be numbers between -1e+06 and 1e+06"),
        (floats(2e6), "input must be numbers between -1e+06 and 1e+06"),
        (base64.b64encode(bytes(785)).decode(), "4 bytes a number; got 785 bytes"),
        ("data:image/svg+xml;base64,PHN2Zy8+", "input must be base64"),  # W4
        ("data:text/html,<script>alert(1)</script>", "input must be base64"),
        ("<svg onload=alert(1)>", "input must be base64"),
        ("AAA", "input must be base64"),
        ("é" * 8, "input must be base64"),
        ("\ud800", "input"),
    ],
)
def test_w3_w4_an_image_that_is_none(client, text, words):
    content = json.dumps({"input": text})
    reply = client.post("/api/ask/forward", content=content, headers=JSON)
    assert reply.status_code in (400, 422)
    assert words in reply.json()["error"]


def test_w3_numbers_that_overflow_inside_give_no_500(client):
    reply = client.post("/api/ask/forward", json={"input": floats(1e6, -1e6)})
    assert reply.status_code in (200, 400)


def test_w3_a_question_that_needs_an_image(client):
    refused(client.post("/api/ask/forward", json={}), 400, "needs an image")


# W5: another name for this computer (DNS rebinding)


@pytest.mark.parametrize("path", ["/", "/main.js", "/api/openapi.json"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example:8765",
        "localhost",
        "localhost:80",
        "127.0.0.1:8766",
        "127.0.0.2:8765",
        "0.0.0.0:8765",
        "127.0.0.1:8765@evil.example",
        "evil.example:8765/127.0.0.1:8765",
        "[::1",
        "",
    ],
)
def test_w5_another_host(client, host, path):
    refused(client.get(path, headers={"Host": host}), 403, "not the one that badak serve printed")


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765"]
)
def test_w5_our_own_names(client, host):
    assert client.get("/main.js", headers={"Host": host}).status_code == 200


def test_w5_two_hosts(client):
    hosts = [("Host", "127.0.0.1:8765"), ("Host", "evil.example")]
    assert client.get("/main.js", headers=hosts).status_code == 403


# W6: requests of other pages


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "https://127.0.0.1:8765", "http://127.0.0.1:8766",
     "http://localhost:8765", "http://127.0.0.1:8765.evil.example"],
)  # fmt: skip
def test_w6_another_origin(client, origin):
    reply = client.post("/api/ask/about", json={}, headers={"Origin": origin})
    refused(reply, 403, "pages of other addresses")
    assert client.get("/main.js", headers={"Origin": origin}).status_code == 403


def test_w6_our_own_origin(client):
    reply = client.post("/api/ask/about", json={}, headers={"Origin": "http://127.0.0.1:8765"})
    assert reply.status_code == 200


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a",
     "text/plain; application/json", "application/octet-stream", "application/jsonp", ""],
)  # fmt: skip
def test_w6_a_form_cannot_ask(client, kind):
    reply = client.post("/api/ask/about", content=b"{}", headers={"Content-Type": kind})
    refused(reply, 415, "the content type must be application/json")


def test_w6_a_form_cannot_send_a_file(client):
    reply = client.post(
        "/api/open?name=a.onnx", content=b"a", headers={"Content-Type": "text/plain"}
    )
    refused(reply, 415, "the content type must be application/octet-stream")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_w6_other_methods(client, method):
    reply = client.request(method, "/api/ask/about")
    assert reply.status_code == 405
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Badak-Token": ""}, {"X-Badak-Token": "a"}, {"Cookie": "badak-8765=a"},
     {"Cookie": "badak-8765="}, {"Cookie": "badak-8765"}, {"Cookie": ";;=;é"}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/ask/about", "/api/open?name=a", "/api/nothing", "/api"])
def test_w6_without_the_token(stranger, path, headers):
    coded = {name: value.encode() for name, value in headers.items()}
    reply = stranger.post(path, json={}, headers=coded)
    refused(reply, 403, "open the whole address")
    assert stranger.get("/api/openapi.json", headers=coded).status_code == 403


def test_w6_the_token_becomes_a_cookie_that_scripts_cannot_read(stranger, keys):
    reply = stranger.get(f"/?token={keys.token}")
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert stranger.post("/api/ask/about", json={}).status_code == 200
    assert stranger.get("/").status_code == 200


@pytest.mark.parametrize("token", ["", "a", "%ff", "%00", "a" * 1000])
def test_w6_another_token(stranger, token):
    refused(stranger.get(f"/?token={token}"), 403, "of another session")
    assert not stranger.cookies


def test_w6_a_ticket_lets_in_once(stranger, keys):
    ticket = keys.ticket()
    assert stranger.get(f"/?token={ticket}").status_code == 303
    assert stranger.get(f"/?token={ticket}").status_code == 303  # it has the cookie now
    stranger.cookies.clear()
    refused(stranger.get(f"/?token={ticket}"), 403, "of another session")


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"X-Badak-Token": "a"}]
)
def test_w6_another_page_cannot_open_a_websocket(client, headers):
    with (
        pytest.raises(WebSocketDisconnect) as end,
        client.websocket_connect("/api/live", headers=headers),
    ):
        pass
    assert end.value.code == 1008


# W7: paths


@pytest.mark.parametrize(
    "path",
    ["/../bundle.py", "/static/../main.js", "//main.js", "/main.js/", "/main.js\0",
     "/main.js\0.css", "/views/../main.js", "/C:/main.js", "/..\\bundle.py", "/.", "/main",
     "/MAIN.JS", "/etc/passwd", "//etc/passwd", "/file:///etc/passwd", "/\xff", "",
     "/" + 60_000 * "a", "main.js", "http://127.0.0.1:8765/main.js", "/api/../main.js"],
)  # fmt: skip
def test_w7_a_path_that_is_no_file_of_the_page(guard, keys, path):
    """The paths arrive as they are: clients and servers in between would tidy them."""

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = {"host": "127.0.0.1:8765", "x-badak-token": keys.token}
    assert ended(guard, headers, receive, "GET", path)[0]["status"] == 404


# W8: names


@pytest.mark.parametrize(
    "name",
    ["../secret", "..", ".", "", "a/b", "a\\b", "/etc", "a\0b", ".hidden", "a" * 201, "C:x",
     "caf\udce9", "two\nlines", "\u202eright", "숫" * 86],
)  # fmt: skip
def test_w8_a_name_that_could_lead_out_of_the_runs_folder(session, tmp_path, name):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "config.toml").write_text("")
    with pytest.raises(ValueError, match="a run's name must"):
        session.run(name)


def test_w8_a_run_that_is_not_there(client, session):
    with pytest.raises(NoSuchNetwork, match="holds no run 'first'"):
        session.run("first")
    for network in ("run/first", "run/../secret", "given", "file/0", "nonsense", "\0", "/"):
        reply = client.post("/api/ask/about", json={"network": network})
        assert reply.status_code in (400, 404)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a/b.onnx", "the file's name must"),
        ("a%00.onnx", "the file's name must"),
        ("..%2fa.onnx", "the file's name must"),
        ("", "the file's name must"),
        ("a.exe", "must end in .safetensors or .onnx"),
        ("onnx", "must end in .safetensors or .onnx"),
        ("a.safetensors", "a.safetensors"),
        ("a.onnx", "a.onnx"),
        ("%3Cscript%3E.onnx", "<script>.onnx"),
    ],
)
@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<svg onload=alert(1)>", bytes(100), b"\x80\x05"]
)
def test_w8_a_file_that_is_no_model(client, name, words, content):
    reply = client.post(f"/api/open?name={name}", content=content, headers=BYTES)
    refused(reply, 400, words)
    assert "/tmp" not in reply.text
    assert reply.headers["content-type"] == "application/json"


# W12: markup in names


def test_w12_markup_in_names_stays_text(client, tmp_path):
    """A reply is never HTML; tests/web/screen shows that the page draws it as text."""
    from badak.layers import Flatten, Linear
    from badak.network import Network

    net = Network({"<script>alert(1)</script>": Flatten(), "b": Linear(2)}, (1, 28, 28))
    net.save(tmp_path / "net.safetensors")
    content = (tmp_path / "net.safetensors").read_bytes()
    opened = client.post("/api/open?name=net.safetensors", content=content, headers=BYTES).json()
    reply = client.post("/api/ask/about", json={"network": opened["network"]})
    assert b'"<script>alert(1)</script>"' in reply.content
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["x-content-type-options"] == "nosniff"
    reply = client.post("/api/ask/forward", json={"layers": ["<b>"], "input": IMAGE})
    assert reply.headers["content-type"] == "application/json"
