"""`badak serve`: open a page that looks into a network."""

import errno
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from badak.cli.near import RUNS
from badak.cli.opened import data_dir_option
from badak.cli.words import say
from badak.errors import BadakError, needs

HOST, PORT = "127.0.0.1", 8765
BACKLOG = 1024
GRACE = 0.05  # seconds that each thread which still runs gets at the end


@click.command()
@click.argument("run", type=click.Path(path_type=Path), required=False)
@click.option("--host", default=HOST, show_default=True, help="Listen on this address.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Listen on this port; on a free one if it is taken.",
)
@click.option(
    "--runs-dir",
    type=click.Path(path_type=Path),
    default=RUNS,
    show_default=True,
    help="The folder of runs that the page can open, and trains into.",
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@data_dir_option
def command(
    run: Path | None,
    host: str,
    port: int,
    runs_dir: Path,
    no_browser: bool,
    data_dir: Path | None,
) -> None:
    """Open a page that looks into a network, and trains networks.

    RUN is a run directory or a model file (.safetensors, .onnx); without one, the page shows the
    run that learnt last, or a network that has learnt nothing. Ctrl-C ends it.
    """
    from badak.web.session import Session

    session = Session(run, runs_dir, data_dir)
    with needs("the page needs FastAPI and uvicorn", extra="web"):
        from badak.web.guard import Guard, Keys, is_loopback
    keys = Keys()
    listening = bound(host, port)
    port = listening.getsockname()[1]
    if not is_loopback(host):
        say(
            f"Caution: {host} can be reached from other computers: whoever has the address below "
            "can see the runs and train",
            err=True,
        )
    address = f"http://{_in_address(host)}:{port}/?token="
    say(f"{session.network().title}: {address}{keys.token}")
    say("Ctrl-C ends it")
    sys.stdout.flush()
    if not no_browser:  # it starts while the rest is loaded; the socket listens already
        threading.Thread(target=_browse, args=[address + keys.ticket()], daemon=True).start()
    with needs("the page needs FastAPI and uvicorn", extra="web"):
        from badak.web.server import application, serve
    signal.signal(signal.SIGTERM, _terminated)
    with _at_the_end(session.at_end):
        serve(Guard(application(session), keys, host, port), listening)


def _browse(address: str) -> None:
    """Open the user's browser; what it prints is not ours to show."""
    if not webbrowser.open(address):
        say("no browser was found: open the address above", err=True)


def _terminated(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)


@contextmanager
def _at_the_end(tasks: ExitStack) -> Iterator[None]:
    """Do what is left to do after the block; then end without waiting for questions that run.

    Python would wait for some threads, and others would find it half gone when they return from
    the native core.
    """
    try:
        with tasks:
            yield
    except (KeyboardInterrupt, SystemExit) as stop:
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                thread.join(GRACE)
        if threading.active_count() > 1:
            sys.stdout.flush()
            terminated = isinstance(stop, SystemExit)
            os._exit(128 + (signal.SIGTERM if terminated else signal.SIGINT))
        raise


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a port, or on a free one if the port is taken.

    Raises:
        BadakError: this computer has no such address, or the port is not for this user.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except (OSError, UnicodeError):
        raise BadakError(f"host must be an address of this computer; got {host!r}") from None
    try:
        return _listening(family, host, port)
    except OSError as fault:
        if fault.errno != errno.EADDRINUSE:
            raise BadakError(f"{host}:{port} cannot be listened on: {fault.strerror}") from None
    free = _listening(family, host, 0)
    say(f"port {port} is taken; using {free.getsockname()[1]}", err=True)
    return free


def _listening(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere two programs could listen on one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def _in_address(host: str) -> str:
    """The host as an address has it; "every address of this computer" is no address."""
    name = {"0.0.0.0": HOST, "::": "::1", "": HOST}.get(host, host)
    return f"[{name}]" if ":" in name else name
