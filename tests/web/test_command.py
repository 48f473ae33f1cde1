"""`badak serve` as a process: its address, its port, its browser, its end."""

import re
import signal
import socket
import subprocess
import sys
import textwrap
import time

import httpx2
import pytest

from pages import BADAK, asked, serving


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_without_a_word(tmp_path, number, code):
    with serving(tmp_path) as (process, address):
        assert b"conv1" in asked(address)
        process.send_signal(number)
        _, err = process.communicate(timeout=10)
        assert process.returncode == code
        assert err.strip() == ""


def test_a_question_that_takes_long_does_not_hold_up_others_nor_the_end(tmp_path):
    script = tmp_path / "slow.py"
    script.write_text(
        textwrap.dedent("""
            import time
            from badak.cli.app import main
            from badak.inspect.explore import QUESTIONS, Answer

            def slow(subject):
                "Take very long."
                time.sleep(60)
                return Answer({})

            QUESTIONS["slow"] = slow
            main()
        """)
    )
    with serving(tmp_path, program=[sys.executable, str(script)]) as (process, address):
        for _ in range(5):
            with pytest.raises(httpx2.ReadTimeout):
                asked(address, "slow", timeout=0.1)
        assert b"conv1" in asked(address)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 130
        assert err.strip() == ""


def test_a_port_that_is_taken_is_replaced_and_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serving(tmp_path, "--port", str(port)) as (process, address):
            assert b"conv1" in asked(address)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=10)
    own = re.search(r":(\d+)/", address)[1]
    assert own != str(port)
    assert err.strip() == f"port {port} is taken; using {own}"


def test_an_address_that_others_reach_is_warned_of(tmp_path):
    with serving(tmp_path, "--host", "0.0.0.0") as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert b"conv1" in asked(address)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert err.startswith("Caution: 0.0.0.0 can be reached from other computers")


def test_the_browser_is_opened_with_a_ticket_that_is_good_once(tmp_path):
    told, browser = tmp_path / "told", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {told}.part\nmv {told}.part {told}\n')
    browser.chmod(0o755)
    env = {"BROWSER": f"{browser} %s"}
    with serving(tmp_path, browser=None, env=env) as (_, address):
        for _ in range(200):
            if told.exists():
                break
            time.sleep(0.05)
        opened = told.read_text().strip()
        assert opened != address
        assert opened.partition("?")[0] == address.partition("?")[0]
        first = httpx2.get(opened, timeout=10)
        assert (first.status_code, first.headers["location"]) == (303, "/")
        assert httpx2.get(opened, timeout=10).status_code == 403


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere"], "nowhere is not a run directory"),
        (["picture.png"], "picture.png is not a run directory"),
        (["net.onnx"], "net.onnx cannot be read"),
        (["--host", "no such host"], "host must be an address of this computer"),
        (["--host", "192.0.2.1"], "192.0.2.1:8765 cannot be listened on: Cannot assign"),
        (["--port", "70000"], "--port"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(tmp_path, words, told):
    run = subprocess.run(
        [*BADAK, "serve", "--no-browser", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert run.returncode == 2
    assert told in run.stderr
    assert "Traceback" not in run.stderr


def test_without_the_extra_it_says_what_to_install(tmp_path):
    script = tmp_path / "without.py"
    script.write_text(
        "import sys\nsys.modules['starlette'] = None\nfrom badak.cli.app import main\nmain()\n"
    )
    run = subprocess.run(
        [sys.executable, str(script), "serve", "--no-browser"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert run.returncode == 2
    assert run.stderr.strip() == (
        "Error: the page needs FastAPI and uvicorn: pip install 'badak[web]'"
    )
