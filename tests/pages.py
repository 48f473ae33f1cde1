"""`badak serve` as a process, and what a page would send to it."""

import base64
import os
import re
import subprocess
import sys
from contextlib import contextmanager

import httpx2
import numpy as np

BADAK = [sys.executable, "-m", "badak"]


def in_base64(image):
    return base64.b64encode(np.asarray(image, "<f4").tobytes()).decode()


@contextmanager
def serving(folder, *options, program=BADAK, browser="--no-browser", env=None):
    """A server in a process of its own -> the process and the address that it printed."""
    words = [browser] if browser else []
    process = subprocess.Popen(
        [*program, "serve", "--port", "0", *words, *options],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address, process.communicate(timeout=10)[1]
        yield process, address[0]
    finally:
        process.kill()
        process.communicate(timeout=10)


def asked(address, question="about", timeout=20):
    home, _, token = address.partition("?token=")
    headers = {"X-Badak-Token": token}
    reply = httpx2.post(f"{home}api/ask/{question}", json={}, headers=headers, timeout=timeout)
    return reply.raise_for_status().content
