"""The page's server: an application of FastAPI, and how it is run on a socket."""

import logging
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from badak import __version__
from badak.errors import BadakError
from badak.terminal import printable
from badak.web.body import Bounded
from badak.web.files import static_routes
from badak.web.live import live_routes
from badak.web.routes import routes
from badak.web.session import NoSuchNetwork, Session

MESSAGE = 2**20  # bytes of one message over a WebSocket
CONNECTIONS = 2048  # at once; others are told to come again
PATIENCE = 1  # seconds that open connections get at the end


def application(session: Session) -> FastAPI:
    """Return the application, without its guard: the questions, live training, the page's files."""
    app = FastAPI(
        title="badak",
        version=__version__,
        description="Questions about convolutional networks; replies are packets (badak.page).",
        openapi_url="/api/openapi.json",
        docs_url=None,  # their page would load scripts of another host
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(routes(session))
    app.include_router(live_routes(session))
    app.router.routes.extend(static_routes())
    for kind in (BadakError, OSError, MemoryError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _told)
    app.add_middleware(Bounded)
    return app


async def _told(_: Request, fault: Exception) -> Response:
    """Say in words what was wrong."""
    headers: Any = None
    if isinstance(fault, RequestValidationError):
        code, words = 422, _misfit(fault)
    elif isinstance(fault, HTTPException):
        code, words, headers = fault.status_code, str(fault.detail), fault.headers
    elif isinstance(fault, MemoryError):
        code, words = 503, "out of memory: use a smaller image or network"
    elif isinstance(fault, OSError):  # a full disk, a folder that may not be written
        code, words = 503, f"{fault.filename or 'the system'}: {fault.strerror or fault}"
    else:
        code, words = 404 if isinstance(fault, NoSuchNetwork) else 400, str(fault)
    return JSONResponse({"error": printable(words)}, code, headers)


def _misfit(fault: RequestValidationError) -> str:
    """The first thing that is wrong with a request."""
    first = fault.errors()[0]
    place = ".".join(str(step) for step in first["loc"][1:])
    return f"{place}: {first['msg']}"[:500] if place else str(first["msg"])[:500]


def serve(app: Any, listening: socket.socket) -> None:
    """Answer requests on a socket until Ctrl-C or SIGTERM.

    Raises:
        KeyboardInterrupt: after a clean end by Ctrl-C.
    """
    config = uvicorn.Config(
        app,
        http="h11",  # bounds the headers
        log_level="error",
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        ws_max_size=MESSAGE,
        ws_per_message_deflate=False,  # it would take longer than sending the bytes
        limit_concurrency=_connections(),
        timeout_graceful_shutdown=PATIENCE,
    )
    server = uvicorn.Server(config)
    # Questions that are cut off at the end are no faults.
    logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
    server.run(sockets=[listening])


def _connections() -> int:
    """How many connections to accept at once; half of the files that may be open is for others."""
    try:
        import resource
    except ImportError:  # Windows
        return CONNECTIONS
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS if files == resource.RLIM_INFINITY else min(CONNECTIONS, files // 2)
