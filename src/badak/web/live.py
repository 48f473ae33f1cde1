"""`/api/live`: what a training tells while it runs, over a WebSocket."""

import asyncio
from contextlib import suppress

import anyio
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from badak.errors import BadakError
from badak.web.channel import Mailbox
from badak.web.session import Session

REFUSED = 1008  # the WebSocket's code for a request that breaks a rule
REASON = 120  # bytes of words that go with it
PAGES = 100  # that may listen at once


def live_routes(session: Session) -> APIRouter:
    """Return the route of live training."""
    router, open_pages = APIRouter(prefix="/api"), set[Mailbox]()

    @router.websocket("/live")
    async def live(socket: WebSocket, run: str = "") -> None:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(ready.set)

        page = Mailbox(wake, follows=not run)
        await socket.accept()
        if len(open_pages) >= PAGES:
            await socket.close(REFUSED, f"at most {PAGES} pages can listen at once")
            return
        open_pages.add(page)
        try:
            place = session.run(run) if run else None
            await anyio.to_thread.run_sync(session.trainings.join, page, place)
            await _until_closed(socket, page, ready)
        except BadakError as fault:
            await socket.close(REFUSED, str(fault).encode()[:REASON].decode(errors="ignore"))
        finally:
            open_pages.discard(page)
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(session.trainings.leave, page)

    return router


async def _until_closed(socket: WebSocket, page: Mailbox, ready: asyncio.Event) -> None:
    """Send what comes for a page until it closes the socket."""

    async def send() -> None:
        while True:
            await ready.wait()
            ready.clear()
            for packet in page.take():
                await socket.send_bytes(packet)

    sending = asyncio.create_task(send())
    try:
        # Pages send nothing; this notices when they go.
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await sending
