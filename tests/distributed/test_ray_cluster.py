"""Ray's cluster as another process sees it: who comes in, what is printed, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ray = pytest.importorskip("ray")
from badak.distributed.ray.cluster import _read_environment  # noqa: E402

TOKEN = "7" * 64
HEAD = """
import os, sys
import numpy as np
from badak.distributed.ray import launch
from badak.errors import BadakError
def pids(communicator):
    return communicator.gather(np.array(os.getpid())).tolist()
"""
ASK = (
    HEAD
    + """
try:
    print(len(launch(pids, 2, address=sys.argv[1], timeout=float(sys.argv[2]))))
except BadakError as fault:
    print(fault)
"""
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster to which this process is not connected."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", TOKEN)
        _read_environment()
        cluster = Cluster()
        cluster.add_node(num_cpus=2, include_dashboard=False)
        try:
            yield cluster
        finally:
            cluster.shutdown()
    _read_environment()


def run(code: str, *arguments: str, home: Path, **environment: str) -> str:
    """Run Python code in a home without a token; return what it prints, which is all it prints."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**plain, "HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_who_has_the_token_comes_in(cluster, tmp_path):
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text(TOKEN)
    assert run(ASK, cluster.address, "60", home=tmp_path) == "2"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "asks for a token, and there is none here: copy ~/.ray/auth_token"),
        ({"RAY_AUTH_TOKEN": "8" * 64}, "has another token: copy ~/.ray/auth_token"),
        ({"RAY_AUTH_MODE": "disabled"}, "has another token"),
    ],
)
def test_a_stranger_stays_outside(cluster, tmp_path, environment, words):
    assert words in run(ASK, cluster.address, "20", home=tmp_path, **environment)


def test_nobody_is_at_the_address(tmp_path):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{server.getsockname()[1]}"
        words = run(ASK, address, "20", home=tmp_path, RAY_AUTH_TOKEN=TOKEN)
        assert f"no Ray cluster answers at {address}" in words
        server.listen()
        words = run(ASK, address, "3", home=tmp_path, RAY_AUTH_TOKEN=TOKEN)
        assert f"no Ray cluster answers at {address} (it is not Ray's)" in words


def test_an_address_without_a_port(tmp_path):
    words = run(ASK, "head", "20", home=tmp_path, RAY_AUTH_TOKEN=TOKEN)
    assert "address must be HOST:PORT, as `ray start` prints it; got 'head'" in words


def test_a_cluster_of_our_own_is_quiet_and_leaves_nothing(tmp_path):
    """It is as eager as this process. One is killed, too: Ray would print pages."""
    code = (
        HEAD
        + """
import time
from badak.distributed import WorkersLost
def job(communicator):
    if communicator.joining:
        return communicator.regroup()
    others = pids(communicator)
    assert len(set(communicator.gather(np.array(os.nice(0))).tolist())) == 1
    if communicator.rank == 0:
        os.kill(others[1], 9)
    try:
        while True:
            communicator.barrier()
    except WorkersLost as lost:
        time.sleep(2)  # Ray's news come
        communicator = communicator.regroup()
        while communicator.size < 2:  # on a busy machine the new one takes its time
            time.sleep(0.1)
            communicator.barrier()
            if communicator.waiting:
                communicator = communicator.regroup()
        return others[1], communicator.size
before = dict(os.environ)
other, size = launch(job, 2)
print(other, size, [name for name in os.environ if os.environ[name] != before.get(name)])
"""
    )
    pid, size, left = run(code, home=tmp_path).split(" ", 2)
    assert size == "2"
    assert not {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN"} & set(eval(left))
    assert not alive(int(pid))
    assert not list(tmp_path.iterdir())


def test_control_c_ends_all(tmp_path):
    code = (
        HEAD
        + """
def job(communicator):
    print(*pids(communicator), flush=True)
    while True:
        communicator.barrier()
launch(job, 2)
"""
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**plain, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        pids = [int(word) for word in process.stdout.readline().split()]
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        process.wait(60)
        assert process.stderr.read().splitlines()[-1] == "KeyboardInterrupt"
    assert len(pids) == 2
    for _ in range(300):
        if not any(alive(pid) for pid in pids):
            return
        time.sleep(0.1)
    raise AssertionError(pids)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
