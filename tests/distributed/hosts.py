"""Two hosts on one machine: network namespaces, joined by a link with a rate, one core each.

MPI believes that they are two machines: each has its own host name and address, and nothing goes
from one to the other except by the link. `tools/two_hosts` runs a command on them by hand.
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

NAME = "badak{pid}{letter}"
NEEDED = ("ip", "tc", "taskset", "unshare")
SETTINGS = Path("/etc/netns")  # `ip netns exec` shows NAME/hosts of it as /etc/hosts
# What mpiexec takes for ssh: [OPTION...] HOST WORD..., the words joined for a shell.
LAUNCHER = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
host=$1; shift
exec %s "$host" "$*"
"""
ENTER = """#!/bin/sh
case "$1" in *a) core=%s ;; *) core=%s ;; esac
exec ip netns exec "$1" taskset -c $core unshare --uts sh -c "hostname $1; $2"
"""


def unavailable() -> str:
    """Why there can be no hosts here, or nothing."""
    missing = [program for program in NEEDED if not shutil.which(program)]
    if missing:
        return f"two hosts need {' and '.join(missing)} (packages iproute2 and util-linux)"
    if os.geteuid() != 0:
        return "two hosts need root, for network namespaces"
    name = f"badak{os.getpid()}try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        return "network namespaces are not permitted here"
    subprocess.run(["ip", "netns", "del", name], check=True)
    return ""


def mpiexec() -> str:
    """The program that the wheel mpich brought; that of the system cannot start its processes."""
    with suppress(metadata.PackageNotFoundError):
        for file in metadata.files("mpich") or ():
            if file.name == "mpiexec":
                return str(file.locate().resolve())
    raise RuntimeError("mpiexec is missing, of the package mpich: pip install 'badak[mpi]'")


class Hosts:
    """Two hosts, while `two_hosts` is open.

    Attributes:
        names: their names, which are host names and those of the namespaces.
        addresses: their addresses on the link.
    """

    def __init__(self, names: Sequence[str], addresses: Sequence[str], folder: Path) -> None:
        self.names, self.addresses, self._folder = tuple(names), tuple(addresses), folder

    def command(self, host: int, words: Sequence[str]) -> list[str]:
        """The command that runs another one on one of the hosts."""
        return [str(self._folder / "enter"), self.names[host], "exec " + shlex.join(words)]

    def mpiexec(self, words: Sequence[str], each: int = 1) -> list[str]:
        """The command that runs another one on both hosts, `each` times on each."""
        start = [mpiexec(), "-launcher", "ssh", "-launcher-exec", str(self._folder / "launcher")]
        start += ["-hosts", ",".join(self.names), "-ppn", str(each), "-n", str(2 * each)]
        # UCX would see that the memory of both hosts is the same.
        return self.command(0, [*start, "-genv", "UCX_TLS", "tcp,self", *words])

    def cut(self) -> None:
        """Lose every packet from now on, without a word to either host."""
        for name in self.names:
            _run("tc", "-n", name, "qdisc", "replace", "dev", name, "root", *DROP)

    def processes(self) -> list[int]:
        """Those that run on the hosts."""
        found = [_run("ip", "netns", "pids", name) for name in self.names]
        return [int(pid) for pid in " ".join(found).split()]


# One byte a second, and room for no packet: what is sent vanishes.
DROP = ("tbf", "rate", "8bit", "burst", "1", "limit", "1")


@contextmanager
def two_hosts(rate: str = "1gbit", delay: str = "") -> Iterator[Hosts]:
    """Make two hosts; at the end, whatever happened, nothing of them is left.

    Args:
        rate: of the link, each way, as tc spells it.
        delay: added each way, as "50us"; needs a kernel with netem. Without it, a message and its
            answer take what the kernel takes.
    """
    _sweep()
    names = [NAME.format(pid=os.getpid(), letter=letter) for letter in "ab"]
    net = f"10.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    addresses = [f"{net}.1", f"{net}.2"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            _scripts(Path(folder))
            for name in names:
                _run("ip", "netns", "add", name)
                (SETTINGS / name).mkdir(parents=True)
                pairs = [*zip(addresses, names, strict=True), ("127.0.0.1", "localhost")]
                (SETTINGS / name / "hosts").write_text("".join(f"{a} {n}\n" for a, n in pairs))
            a, b = names
            _run(*f"ip link add {a} netns {a} type veth peer name {b} netns {b}".split())
            for name, address in zip(names, addresses, strict=True):
                _run("ip", "-n", name, "address", "add", f"{address}/24", "dev", name)
                _run("ip", "-n", name, "link", "set", "lo", "up")
                _run("ip", "-n", name, "link", "set", name, "up")
                root = f"tc -n {name} qdisc add dev {name}".split()
                # A burst of two segments as the kernel hands them down, and 5 ms of queue.
                limit = ["tbf", "rate", rate, "burst", "128kb", "latency", "5ms"]
                _run(*root, "root", "handle", "1:", *limit)
                if delay:
                    _run(*root, "parent", "1:1", "netem", "delay", delay)
            for name in names:
                _await_link(name)
            yield Hosts(names, addresses, Path(folder))
    finally:
        for name in names:
            _remove(name)


def _scripts(folder: Path) -> None:
    cores = sorted(os.sched_getaffinity(0))
    enter = folder / "enter"
    for file, text in (
        (enter, ENTER % (cores[0], cores[-1])),
        (folder / "launcher", LAUNCHER % enter),
    ):
        file.write_text(text)
        file.chmod(0o755)


def _await_link(name: str) -> None:
    """The kernel says a little later that a link is up, and MPI uses no other."""
    for _ in range(500):
        if "state UP" in _run("ip", "-n", name, "link", "show", "dev", name):
            return
        time.sleep(0.01)
    raise RuntimeError(f"the link of {name} does not come up")


def _remove(name: str) -> None:
    """End what runs in a namespace, and the namespace; it may not exist."""
    listed = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True)
    for pid in listed.stdout.split():
        subprocess.run(["kill", "-KILL", pid], capture_output=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    shutil.rmtree(SETTINGS / name, ignore_errors=True)


def _sweep() -> None:
    """Remove what processes that were killed left."""
    for line in _run("ip", "netns", "list").splitlines():
        mark = re.fullmatch(r"(badak(\d+)\w+).*", line)
        if mark and not Path(f"/proc/{mark[2]}").exists():
            _remove(mark[1])


def _run(*words: str, **options: Any) -> str:
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(words)}: {done.stderr.strip()}")
    return done.stdout


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    """Two hosts with a link of 1 Gbit/s."""
    reason = unavailable()
    if reason:
        pytest.skip(reason)
    with two_hosts() as pair:
        yield pair
