"""A session of each test's own: it trains, and ends what it trains."""

import pytest

from badak.web.guard import Guard
from badak.web.server import application
from badak.web.session import Session
from web.conftest import PORT


@pytest.fixture
def session(tmp_path):
    """Each test's own."""
    own = Session(runs_dir=tmp_path / "runs")
    yield own
    own.trainings.close()


@pytest.fixture
def guard(session, keys):
    return Guard(application(session), keys, "127.0.0.1", PORT)
