"""`/api/live`: a story first, then what is told; several pages; who may listen."""

import threading

import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from badak.page import unpack
from badak.web import channel, live
from badak.web.guard import TOKEN_HEADER
from badak.web.story import Story
from web.conftest import HOME, PORT


@pytest.fixture
def told(session):
    """A channel that tells what a test lets it tell, as if this server trained."""
    job = type("Job", (), {"state": "running", "run": session_run(session)})()
    job.channel = channel.Channel(Story("mine", "here"))
    job.channel.state("running")
    session.trainings.job = job
    yield job.channel
    session.trainings.job = None  # nothing that could be stopped


def session_run(session):
    return type("Run", (), {"path": session.runs_dir / "mine"})()


def connect(client, run=""):
    return client.websocket_connect(f"ws://127.0.0.1:{PORT}/api/live?run={run}")


def steps(number):
    arrays = {name: np.array([number], np.int32) for name in ("step", "epoch")}
    arrays |= {name: np.array([0.5], np.float32) for name in ("loss", "accuracy", "lr")}
    return {"kind": "steps", "step": number, "epoch": 1, "rate": 1.0}, arrays


def heard(socket):
    return unpack(socket.receive_bytes())


def test_a_page_hears_the_story_and_then_each_packet(client, told):
    told.tell(*steps(1))
    told.tell({"kind": "look", "step": 1}, {"image": np.ones((1, 2, 2))})
    with connect(client) as socket:
        facts, arrays = heard(socket)
        assert (facts["kind"], facts["run"], facts["state"]) == ("story", "mine", "running")
        assert arrays["step"].tolist() == [1]
        look, pictures = heard(socket)
        assert (look["kind"], pictures["image"].shape) == ("look", (1, 2, 2))
        told.tell(*steps(2))
        facts, arrays = heard(socket)
        assert (facts["kind"], arrays["step"].tolist()) == ("steps", [2])
        told.state("paused")
        assert heard(socket)[0]["state"] == "paused"
    with connect(client) as again:  # as after a reload
        assert heard(again)[1]["step"].tolist() == [1, 2]


def test_two_pages_hear_the_same_and_the_trainer_knows_if_nobody_does(client, told):
    watched = []
    told._watched = watched.append
    with connect(client) as one, connect(client) as other:
        assert [heard(page)[0]["kind"] for page in (one, other)] == ["story"] * 2
        told.tell(*steps(1))
        for page in (one, other):
            assert heard(page)[0]["kind"] == "steps"
        assert watched == [True]
    assert watched == [True, False]


def test_pages_hear_of_the_next_training_by_themselves(client, session):
    with connect(client) as socket:
        assert heard(socket)[0]["where"] == "nowhere"
        nothing = session.trainings.channel
        following = channel.Channel(Story("next", "here"))
        for page in nothing.let_go():
            following.join(page)
        assert heard(socket)[0]["run"] == "next"


def test_a_page_that_sends_is_passed_over(client, told):
    with connect(client) as socket:
        heard(socket)
        socket.send_text("hello")
        socket.send_bytes(b"hello")
        told.state("paused")
        assert heard(socket)[0]["state"] == "paused"


@pytest.mark.parametrize(
    ("run", "words"), [("..%2Fsecret", "a run's name must have"), ("none", "holds no run 'none'")]
)
def test_a_run_that_is_not_there_is_refused_with_the_reason(client, session, run, words):
    with pytest.raises(WebSocketDisconnect) as closed, connect(client, run) as socket:
        socket.receive_bytes()
    assert closed.value.code == live.REFUSED
    assert words in closed.value.reason


def test_strangers_and_other_pages_hear_nothing(guard, keys, told):
    for headers in ({}, {TOKEN_HEADER: "wrong"}, {TOKEN_HEADER: keys.token, "Origin": "http://x"}):
        other = TestClient(guard, base_url=HOME, headers=headers)
        with pytest.raises(WebSocketDisconnect), connect(other) as socket:
            socket.receive_bytes()


def test_only_so_many_pages_may_listen(client, told, monkeypatch):
    monkeypatch.setattr(live, "PAGES", 1)
    with connect(client) as first:
        heard(first)
        with pytest.raises(WebSocketDisconnect) as closed, connect(client) as second:
            second.receive_bytes()
        assert "at most 1 pages" in closed.value.reason
    with connect(client) as again:
        assert heard(again)[0]["kind"] == "story"


def test_a_page_that_takes_nothing_keeps_nobody_waiting(client, told):
    """The story is told from another thread, as a trainer does."""
    with connect(client) as slow, connect(client) as quick:
        heard(quick)

        def tell():
            for number in range(1, 3 * channel.WAITING):
                told.tell(*steps(number))

        teller = threading.Thread(target=tell)
        teller.start()
        last = 0
        while last < 3 * channel.WAITING - 1:
            facts, _ = heard(quick)
            last = facts["step"]
        teller.join(10)
        assert heard(slow)[0]["kind"] == "story"
