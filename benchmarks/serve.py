"""`badak serve` under load, and how soon one sees its page.

    python benchmarks/serve.py [--clients N] [--seconds S] [--starts N]

Clients ask for the forward pass of SimpleConvNet, each with an image of its own, as fast as they
get answers; a lost request is one that is not answered by the right packet. The first paint is
Chromium's own time of it (first-contentful-paint), from the start of the command: in a browser
that runs already, and in one that has to be started too.
"""

import argparse
import asyncio
import base64
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

import httpx2
import numpy as np

from badak.models import SimpleConvNet
from badak.page import unpack

CHROMIUM = "/usr/bin/chromium"
WIDTH = 30  # of the lines' names
PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name === "first-contentful-paint") done(performance.timeOrigin + entry.startTime);
    }
  }).observe({ type: "paint", buffered: true });
})"""


@contextmanager
def serving(*words):
    """A server in a folder of its own -> its address, as soon as it is printed."""
    command = [sys.executable, "-m", "badak", "serve", *words, "--no-browser", "--port", "0"]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            yield re.search(r"http://\S+", process.stdout.readline())[0]
        finally:
            process.kill()
            process.communicate()


def measure_load(clients, seconds):
    """Ask from many clients at once -> seconds of each answer, and what was lost."""
    images = np.random.default_rng(0).random((clients, 1, 28, 28), np.float32)
    expected = SimpleConvNet().predict_proba(images)
    times, lost = [], []

    async def client(number, browser, until):
        text = base64.b64encode(images[number].tobytes()).decode()
        while time.perf_counter() < until:
            begun = time.perf_counter()
            try:
                reply = await browser.post("api/ask/forward", json={"input": text})
                facts, _ = unpack(reply.raise_for_status().content)
                found = facts["probabilities"]
                np.testing.assert_allclose(found, expected[number], rtol=1e-3, atol=1e-6)
            except (httpx2.HTTPError, ValueError, AssertionError) as fault:
                lost.append(repr(fault))
            else:
                times.append(time.perf_counter() - begun)

    async def crowd(address):
        home, _, token = address.partition("?token=")
        headers, limits = {"X-Badak-Token": token}, httpx2.Limits(max_connections=clients)
        async with httpx2.AsyncClient(
            base_url=home, headers=headers, timeout=30, limits=limits
        ) as browser:
            until = time.perf_counter() + seconds
            await asyncio.gather(*(client(number, browser, until) for number in range(clients)))

    with serving() as address:
        asyncio.run(crowd(address))
    return times, lost


def measure_answer():
    """Seconds until the first question is answered."""
    begun = time.perf_counter()
    with serving() as address:
        home, _, token = address.partition("?token=")
        headers = {"X-Badak-Token": token}
        httpx2.post(f"{home}api/ask/about", json={}, headers=headers).raise_for_status()
        return time.perf_counter() - begun


def measure_paint(playwright, browser=None):
    """Seconds from the command to the first paint of its page, in `browser` or a new one."""
    begun = time.time()
    with serving() as address:
        shown = browser or launched(playwright)
        try:
            page = shown.new_page()
            page.goto(address)
            painted = page.evaluate(PAINTED)
            page.close()
        finally:
            if browser is None:
                shown.close()
    return painted / 1000 - begun


def launched(playwright):
    return playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


def seconds_of(values):
    median, worst = statistics.median(values), max(values)
    return f"{median:.2f} s median of {len(values)}, {worst:.2f} s at most"


def told(name, value):
    print(f"{name:{WIDTH}} {value}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--starts", type=int, default=7)
    chosen = options.parse_args()
    told("start to first answer", seconds_of([measure_answer() for _ in range(chosen.starts)]))
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        told("start to first paint", "not measured: playwright is not installed")
    else:
        with sync_playwright() as playwright:
            browser = launched(playwright)
            times = [measure_paint(playwright, browser) for _ in range(chosen.starts)]
            told("start to first paint", seconds_of(times))
            browser.close()
            times = [measure_paint(playwright) for _ in range(chosen.starts)]
            told("with the browser's own start", seconds_of(times))
    times, lost = measure_load(chosen.clients, chosen.seconds)
    told("clients at once", f"{chosen.clients} for {chosen.seconds:g} s")
    told("answered", f"{len(times):,} requests, {len(times) / chosen.seconds:,.0f} per second")
    told("lost", f"{len(lost)}{': ' + lost[0] if lost else ''}")
    middle, late = np.percentile(np.array(times) * 1000, [50, 99])
    told("time of an answer", f"{middle:.0f} ms median, {late:.0f} ms for 1 in 100")
    return bool(lost)


if __name__ == "__main__":
    sys.exit(main())
