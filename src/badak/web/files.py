"""The page's own files: a table made from the folder, so that no path leads out of it."""

import hashlib
from collections.abc import Callable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from badak.page.bundle import STATIC, bundle

PAGE, SCRIPT = "index.html", "main.js"


def static_routes() -> list[Route]:
    """Return the routes of the page: `/`, its styles, and its modules as one script.

    A hundred modules that are fetched one by one would double the time to the first paint.
    Browsers ask each time whether a file has changed: the next version of badak may serve the page
    from the same address.
    """
    routes = [_route("/", "text/html", (STATIC / PAGE).read_bytes)]
    routes.append(_route(f"/{SCRIPT}", "text/javascript", _script))
    for path in sorted(STATIC.rglob("*.css")):
        address = f"/{path.relative_to(STATIC).as_posix()}"
        routes.append(_route(address, "text/css", path.read_bytes))
    return routes


def _script() -> bytes:
    return _bundled(max(path.stat().st_mtime_ns for path in STATIC.rglob("*.js")))


@lru_cache(maxsize=1)
def _bundled(_: int) -> bytes:
    """The script of modules that were last changed at a time."""
    return bundle(SCRIPT).encode()


def _route(address: str, kind: str, read: Callable[[], bytes]) -> Route:
    async def file(request: Request) -> Response:
        content = read()
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)

    return Route(address, file, methods=["GET"])
