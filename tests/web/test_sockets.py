"""What a real server does with sockets that do not keep to the rules."""

import asyncio
import socket

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from badak.web.server import MESSAGE
from pages import asked, serving


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("sockets")) as (process, address):
        yield address
        assert process.poll() is None


@pytest.fixture(autouse=True)
def still_serves(address):
    yield
    assert b"conv1" in asked(address)


def place_of(address):
    home, _, token = address.partition("?token=")
    return home.removeprefix("http://"), token


@pytest.mark.parametrize("case", ["no token", "another token", "another origin", "another host"])
def test_w6_a_websocket_of_another_page_is_refused(address, case):
    place, token = place_of(address)
    headers = {"X-Badak-Token": {"no token": "", "another token": "a"}.get(case, token)}
    origin = "http://evil.example" if case == "another origin" else None
    if case == "another host":
        place = place.replace("127.0.0.1", "127.0.0.2")

    async def connect():
        host, port = "127.0.0.1", int(place.rstrip("/").rpartition(":")[2])
        async with websockets.connect(
            f"ws://{place}api/live", additional_headers=headers, origin=origin, host=host, port=port
        ):
            pass

    with pytest.raises(InvalidStatus) as refusal:
        asyncio.run(connect())
    assert refusal.value.response.status_code == 403


def test_w1_a_websocket_message_that_is_too_large_ends_its_connection(address):
    place, token = place_of(address)

    async def send():
        async with websockets.connect(
            f"ws://{place}api/live",
            additional_headers={"X-Badak-Token": token},
            origin=f"http://{place.rstrip('/')}",
        ) as connection:
            await connection.send("a" * (MESSAGE + 1))
            while True:
                await connection.recv()

    with pytest.raises(ConnectionClosed) as end:
        asyncio.run(send())
    assert end.value.rcvd.code == 1009


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /api/ask/about HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/ask/about HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + 2**20 * b"a",
        b"\x16\x03\x01\x02\x00\x01\x00",  # TLS
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=lambda content: content[:30].decode("latin-1"),
)
def test_what_is_no_request_is_refused(address, request_bytes):
    place, _ = place_of(address)
    port = int(place.rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(request_bytes)
            reply = connection.recv(100)
        except ConnectionError:
            reply = b""
    assert reply == b"" or reply.split(b" ")[1] in (b"400", b"403", b"431"), reply
