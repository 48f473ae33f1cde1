"""Ray's cluster: one that starts on this machine and ends with us, or one that `ray start` began.

Whoever reaches a cluster's port can run code on it; so both ask for a token, unless RAY_AUTH_MODE
says otherwise. A cluster of our own has a new one each time.
"""

import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import ray

from badak.errors import BadakError, shown

STORE = 256 << 20  # bytes; our pieces are small, and what does not fit goes to disk
# Ray's workers would let all other programs go first, and rank 0, which does not, waits for them.
AS_EAGER = {"worker_niceness": 0}
MODE, TOKEN, TOKEN_FILE = "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"
QUIET: dict[str, Any] = {
    "include_dashboard": False,
    "log_to_driver": False,
    "logging_level": "ERROR",
    "configure_logging": True,
}


@contextmanager
def cluster(address: str | None, cpus: int, timeout: float) -> Iterator[None]:
    """Connect to a cluster within the block; one that the caller has connected to is taken as is.

    Args:
        address: HOST:PORT of the machine with `ray start --head`; None starts a cluster here.
        cpus: processors of a cluster that starts here.
        timeout: seconds that the other machine has to answer.

    Raises:
        BadakError: nobody answers there, or wants another token.
    """
    if ray.is_initialized():
        yield
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent to Ray's makers
    before = signal.getsignal(signal.SIGTERM)
    with _token(new=address is None), _quiet():
        try:
            if address is None:
                ray.init(
                    "local",
                    num_cpus=cpus,
                    object_store_memory=STORE,
                    _system_config=AS_EAGER,
                    **QUIET,
                )
            else:
                _join(address, timeout)
            yield
        finally:
            ray.shutdown()
            with suppress(ValueError, TypeError):  # not the main thread, or not a Python handler
                signal.signal(signal.SIGTERM, before)


def _join(address: str, timeout: float) -> None:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise BadakError(
            f"address must be HOST:PORT, as `ray start` prints it; got {shown(address)}"
        )
    try:
        socket.create_connection((host, int(port)), timeout).close()
        fault = _unhealthy(address, timeout)
    except (OSError, OverflowError, subprocess.TimeoutExpired) as error:
        reason = "it is not Ray's" if isinstance(error, subprocess.TimeoutExpired) else error
        raise BadakError(
            f"no Ray cluster answers at {address} ({reason}): begin it there by "
            "`ray start` as the head, and give the address that it prints"
        ) from None
    if "AuthenticationError" in fault:
        raise BadakError(
            f"the Ray cluster at {address} has another token: copy ~/.ray/auth_token from the "
            f"machine that began it, or set {TOKEN}"
        )
    if fault:
        raise BadakError(f"the Ray cluster at {address} refuses: {fault}")
    try:
        ray.init(address, **QUIET)
    except (OSError, RuntimeError, ValueError) as error:
        raise BadakError(
            f"this machine is not part of the Ray cluster at {address} ({error}): "
            "`ray start` with that address takes it in"
        ) from None


def _unhealthy(address: str, timeout: float) -> str:
    """Return what another process says that looks at the cluster; this one would wait for long."""
    done = subprocess.run(
        [sys.executable, "-m", "ray.scripts.scripts", "health-check"],
        env={**os.environ, "RAY_ADDRESS": address},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode == 0 or "No such command" in done.stderr:
        return ""
    lines = done.stderr.strip().splitlines() or ["it is not healthy"]
    return next((line for line in lines if "Error" in line), lines[-1])  # and no stack after it


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Ray's news of lost workers, pages of them, go to its log and not to standard output."""

    def note(data: dict[str, Any], *rest: Any, **named: Any) -> None:
        for line in data.get("lines", []):
            logging.getLogger("ray").info(line)

    module: Any = ray._private.worker  # there is no setting for it
    before = getattr(module, "print_to_stdstream", None)
    module.print_to_stdstream = note
    try:
        yield
    finally:
        module.print_to_stdstream = before


@contextmanager
def _token(new: bool) -> Iterator[None]:
    """Turn tokens on within the block, if the environment says nothing of them."""
    before = {name: os.environ.get(name) for name in (MODE, TOKEN)}
    if not new and os.environ.get(MODE, "token") == "token" and not _has_token():
        raise BadakError(
            "a Ray cluster asks for a token, and there is none here: copy ~/.ray/auth_token "
            f"from the machine that began the cluster, or set {TOKEN}"
        )
    if MODE not in os.environ:
        os.environ[MODE] = "token"
        if new:
            os.environ[TOKEN] = secrets.token_hex(32)
    _read_environment()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _read_environment()


def _has_token() -> bool:
    return bool(
        os.environ.get(TOKEN)
        or os.environ.get(TOKEN_FILE)
        or (Path.home() / ".ray" / "auth_token").exists()
    )


def _read_environment() -> None:
    """Let Ray read the variables again: it has read them when it was imported."""
    raylet: Any = ray._raylet
    with suppress(AttributeError):  # the first releases with tokens
        raylet.Config.initialize("")
        raylet.AuthenticationTokenLoader.instance().reset_cache()
