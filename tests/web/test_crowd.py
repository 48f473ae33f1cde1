"""W10: many pages at once, pages that go away, and pages that send slowly."""

import asyncio
import json
import resource

import httpx2
import numpy as np
import pytest

from badak.models import SimpleConvNet
from badak.page import unpack
from pages import asked, in_base64, serving

CLIENTS, QUESTIONS, CROWD = 50, 10, 1000


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("crowd")) as (process, address):
        yield address
        assert process.poll() is None


def parts_of(address):
    home, _, token = address.partition("?token=")
    port = int(home.rstrip("/").rpartition(":")[2])
    return home, port, {"X-Badak-Token": token, "Content-Type": "application/json"}


def test_50_clients_get_each_their_own_answers(address):
    images = np.random.default_rng(0).random((CLIENTS, 1, 28, 28), np.float32)
    expected = SimpleConvNet().predict_proba(images)
    home, _, headers = parts_of(address)

    async def client(number, browser):
        for _ in range(QUESTIONS):
            question = {"input": in_base64(images[number]), "layers": ["linear2"]}
            reply = await browser.post("api/ask/forward", json=question)
            assert reply.status_code == 200, reply.text
            facts, _ = unpack(reply.content)
            np.testing.assert_allclose(facts["probabilities"], expected[number], rtol=1e-4)

    async def all_of_them():
        limits = httpx2.Limits(max_connections=CLIENTS)
        async with httpx2.AsyncClient(
            base_url=home, headers=headers, timeout=60, limits=limits
        ) as browser:
            await asyncio.gather(*(client(number, browser) for number in range(CLIENTS)))

    asyncio.run(all_of_them())


def message(address, length=None):
    """A question as the bytes of a request."""
    _, port, headers = parts_of(address)
    body = json.dumps({"input": in_base64(np.zeros((1, 28, 28))), "layers": []}).encode()
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Host: 127.0.0.1:{port}", f"Content-Length: {length or len(body)}"]
    head = "\r\n".join(["POST /api/ask/forward HTTP/1.1", *lines, "Connection: close", "", ""])
    return head.encode() + body


def test_1000_questions_at_once_are_all_answered(address):
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files < 2 * CROWD + 100:
        pytest.skip(f"only {files} files may be open at once")
    _, port, _ = parts_of(address)
    request = message(address)

    async def one(begin):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await begin.wait()
        writer.write(request)
        reply = await reader.read()
        writer.close()
        return reply.partition(b"\r\n")[0]

    async def crowd():
        begin = asyncio.Event()
        tasks = [asyncio.create_task(one(begin)) for _ in range(CROWD)]
        await asyncio.sleep(0.5)
        begin.set()
        return await asyncio.gather(*tasks)

    assert set(asyncio.run(crowd())) == {b"HTTP/1.1 200 OK"}


@pytest.mark.parametrize("length", [None, 10**6], ids=["whole", "half"])
def test_pages_that_go_away_or_never_finish_hold_up_nobody(address, length):
    """A whole request whose answer nobody takes; one whose body never comes to its end."""
    _, port, _ = parts_of(address)
    request = message(address, length)

    async def leave():
        for _ in range(100):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            await writer.drain()
            writer.close()

    async def stay():
        writers = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(100)]
        for writer in writers:
            writer.write(request)
        await asyncio.to_thread(asked, address)
        for writer in writers:
            writer.close()

    asyncio.run(leave())
    asyncio.run(stay())
    assert b"conv1" in asked(address)
