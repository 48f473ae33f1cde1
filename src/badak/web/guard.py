"""Who may ask: the browser that got the token, from our own page, by one of our own names.

Other pages in the same browser can send requests to this computer too, and a name that they own can
be made to mean this computer (DNS rebinding). So every request must name us as its host, and those
that come from a page (Origin) must come from ours; all but the page's own files need the token.
"""

import hmac
import ipaddress
import re
import secrets
import socket
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HOST = re.compile(r"(?:\[(?P<six>[0-9a-f:]+)\]|(?P<name>[^:\[\]]+))(?::(?P<port>\d+))?")
TOKEN_HEADER = "x-badak-token"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
JSON, BYTES = "application/json", "application/octet-stream"


class Keys:
    """What lets in: the token, and tickets, each of which is good for one time.

    A browser is opened with a ticket: other users of this computer can read the address in the
    list of processes, but it has been used by then.

    Attributes:
        token: part of the printed address.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)
        self._tickets: set[str] = set()

    def ticket(self) -> str:
        """Return a new ticket."""
        made = secrets.token_urlsafe(24)
        self._tickets.add(made)
        return made

    def is_token(self, words: str) -> bool:
        """Whether words are the token."""
        return hmac.compare_digest(words.encode(), self.token.encode())

    def let_in(self, words: str) -> bool:
        """Whether words are the token or a ticket, which is used up by this."""
        if words in self._tickets:
            self._tickets.remove(words)
            return True
        return self.is_token(words)


class Guard:
    """Refuses requests that do not come from our page in a browser that has the token.

    Args:
        app: the application.
        keys: what lets in.
        host: the address that the server listens on.
        port: its port.

    Attributes:
        cookie: the name of the cookie that keeps the token; cookies do not tell ports apart.
    """

    def __init__(self, app: ASGIApp, keys: Keys, host: str, port: int) -> None:
        self._app, self._keys, self._host, self._port = app, keys, host.lower(), port
        self.cookie = f"badak-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer: ASGIApp | None = self._refusal(scope, headers)
        if answer is None and scope["type"] == "http" and scope["path"] == "/":
            answer = self._entrance(scope, headers)
        if scope["type"] == "websocket":
            if answer is not None:
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
            else:
                await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await (answer or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """What is wrong with a request, as a response; None if nothing is."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return _refused(403, "this address is not the one that badak serve printed")
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{hosts[0]}":
            return _refused(403, "pages of other addresses may not ask")
        if not scope["path"].startswith("/api"):
            return None
        if not self._has_token(headers):
            return _refused(403, "open the whole address that badak serve printed, with its token")
        if scope.get("method") == "POST":
            wanted = BYTES if scope["path"] == "/api/open" else JSON
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != wanted:
                return _refused(415, f"the content type must be {wanted}")
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names this server."""
        parts = HOST.fullmatch(host.lower())
        if parts is None or (parts["port"] or "80") != str(self._port):
            return False
        name = parts["six"] or parts["name"]
        if name in (*LOOPBACK, self._host):
            return True
        own = name == socket.gethostname().lower() or _number(name) is not None
        return own and not is_loopback(self._host)

    def _has_token(self, headers: Headers) -> bool:
        cookies = cookie_parser(headers.get("cookie", ""))
        return self._keys.is_token(headers.get(TOKEN_HEADER) or cookies.get(self.cookie, ""))

    def _entrance(self, scope: Scope, headers: Headers) -> Response | None:
        """Turn the token in the address into a cookie, and the address into one without it."""
        given = parse_qs(scope["query_string"].decode("latin-1"), True).get("token")
        if given is None:
            return None
        if not self._keys.let_in(given[0]) and not self._has_token(headers):
            return _refused(403, "the token is of another session: see the last printed address")
        response = RedirectResponse("/", 303)
        response.headers["Cache-Control"] = "no-store"
        response.set_cookie(self.cookie, self._keys.token, httponly=True, samesite="strict")
        return response


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a server that is bound to `host`."""
    address = _number(host)
    return host == "localhost" if address is None else address.is_loopback


def _number(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A host that is an address as a number, and no name, which could be made to mean any."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _refused(code: int, words: str) -> Response:
    return JSONResponse({"error": words}, code)
