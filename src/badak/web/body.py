"""The body of a request: read before the application runs, up to a limit, and in time."""

import asyncio

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUESTION = 2**24  # bytes of a question: an image of 1,000 x 1,000 in colour
MODEL_FILE = 2**28  # AlexNet has 2**27.9
DIGITS = 18  # of a number of bytes
SECONDS = 120.0  # for a whole body to arrive


class Bounded:
    """Reads the body of a request before the application does, up to a limit, and in time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = MODEL_FILE if scope["path"] == "/api/open" else QUESTION
        claimed = dict(scope["headers"]).get(b"content-length", b"0")
        body: bytes | None = None
        try:
            if not _is_more(claimed, limit):
                body = await asyncio.wait_for(_read(receive, limit), SECONDS)
        except TimeoutError:
            refusal = JSONResponse({"error": "the request did not arrive in time"}, 408)
            await refusal(scope, receive, send)
            return
        except ConnectionError:
            return  # the page went away
        if body is None:
            words = f"the request is too large: at most {limit:,} bytes are read"
            refusal = JSONResponse({"error": words}, 413, {"Connection": "close"})
            await refusal(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, again, send)


def _is_more(claimed: bytes, limit: int) -> bool:
    """Whether a Content-Length is a number, and larger."""
    return claimed.isdigit() and (len(claimed) > DIGITS or int(claimed) > limit)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """Return a body, or None as soon as it is larger than `limit`."""
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            return None
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)
