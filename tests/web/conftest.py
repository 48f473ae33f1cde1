"""The page's server in this process: `client` sends requests, `ask` asks one question."""

import shutil
import time

import pytest

pytest.importorskip("fastapi", reason="the extra web is not installed")

from starlette.testclient import TestClient

from badak.cli.app import main
from badak.page import unpack
from badak.web.guard import TOKEN_HEADER, Guard, Keys
from badak.web.server import application
from badak.web.session import Session
from pages import in_base64

PORT = 8765
HOME = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """A session of the module's tests, without a run; its runs folder does not exist yet."""
    return Session(runs_dir=tmp_path_factory.mktemp("session") / "runs")


@pytest.fixture(scope="module")
def keys():
    return Keys()


@pytest.fixture(scope="module")
def guard(session, keys):
    return Guard(application(session), keys, "127.0.0.1", PORT)


@pytest.fixture
def stranger(guard):
    """A client without the token."""
    return TestClient(guard, base_url=HOME, follow_redirects=False)


@pytest.fixture
def client(guard, keys):
    """A client that has the token."""
    return TestClient(guard, base_url=HOME, headers={TOKEN_HEADER: keys.token})


@pytest.fixture
def ask(client):
    """`ask("forward", input=image, layers=None)` -> facts, arrays; it must be answered."""

    def ask(question, *, input=None, **arguments):
        if input is not None:
            arguments["input"] = in_base64(input)
        reply = client.post(f"/api/ask/{question}", json=arguments)
        assert reply.status_code == 200, reply.text
        return unpack(reply.content)

    return ask


@pytest.fixture
def until_ready(ask):
    """Ask as the page does: again, while test images are being predicted."""

    def until_ready(question, **arguments):
        for _ in range(200):
            facts, arrays = ask(question, **arguments)
            if facts["ready"]:
                return facts, arrays
            assert 0 <= facts["done"] <= facts["total"]
            time.sleep(0.05)
        raise AssertionError("the predictions were never ready")

    return until_ready


@pytest.fixture(scope="session")
def _one_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "run"
    quick = ["--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2"]
    with pytest.raises(SystemExit) as end:
        main(["train", *quick, "--run-dir", str(folder)])
    assert not end.value.code
    return folder


@pytest.fixture
def trained(_one_run, tmp_path):
    """A run directory of a few steps on digits, the test's own copy."""
    return shutil.copytree(_one_run, tmp_path / "run")
