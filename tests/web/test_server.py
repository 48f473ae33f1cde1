"""The page's server: questions, edits, files that are sent, runs, the page's own files."""

import gc
import os
import shutil
import sys
import threading
import weakref

import numpy as np
import pytest

import badak
from badak.inspect.explore import QUESTIONS
from badak.models import LeNet5, SimpleConvNet
from badak.page.bundle import STATIC
from badak.web.answers import ANSWERS
from badak.web.edits import Edit
from badak.web.networks import about
from badak.web.session import OPEN, Session


@pytest.fixture
def image():
    return np.random.default_rng(1).random((1, 28, 28), np.float32)


def test_forward_is_the_networks_own_prediction(ask, image):
    facts, arrays = ask("forward", input=image)
    expected = SimpleConvNet().predict_proba(image[None])[0]
    np.testing.assert_allclose(facts["probabilities"], expected, rtol=1e-5)
    assert arrays["conv1"].shape == (30, 24, 24)


def test_an_edit_holds_for_its_question_alone(ask, image):
    net = SimpleConvNet()
    before = net.predict_proba(image[None])[0]
    net.parameters()["linear2.bias"][3] = 2.5
    after = net.predict_proba(image[None])[0]
    edits = [{"parameter": "linear2.bias", "index": [3], "value": 2.5}]
    facts, _ = ask("forward", input=image, edits=edits)
    np.testing.assert_allclose(facts["probabilities"], after, rtol=1e-5)
    facts, _ = ask("forward", input=image)
    np.testing.assert_allclose(facts["probabilities"], before, rtol=1e-5)


def test_the_page_learns_which_questions_there_are(ask):
    facts, _ = ask("session")
    assert set(facts["questions"]) == {*QUESTIONS, *ANSWERS}
    assert (facts["network"], facts["run"]) == ("fresh", None)


def test_a_file_that_is_sent_is_a_network(client, ask, image, tmp_path):
    net = LeNet5(seed=5)
    net.save(tmp_path / "net.safetensors")
    content = (tmp_path / "net.safetensors").read_bytes()
    headers = {"Content-Type": "application/octet-stream"}
    reply = client.post("/api/open?name=mine.safetensors", content=content, headers=headers)
    assert reply.status_code == 200, reply.text
    network = reply.json()["network"]
    assert reply.json()["title"] == "mine.safetensors"
    facts, _ = ask("forward", input=image, network=network)
    expected = net.predict_proba(image[None])[0]
    np.testing.assert_allclose(facts["probabilities"], expected, rtol=1e-5)
    ask("close", network=network)
    assert client.post("/api/ask/about", json={"network": network}).status_code == 404


def test_an_onnx_file_that_is_sent_is_a_network(client, ask, image, tmp_path):
    pytest.importorskip("onnx")
    net = LeNet5(seed=5)
    badak.onnx.export(net, tmp_path / "net.onnx")
    headers = {"Content-Type": "application/octet-stream"}
    content = (tmp_path / "net.onnx").read_bytes()
    reply = client.post("/api/open?name=net.onnx", content=content, headers=headers)
    facts, _ = ask("forward", input=image, network=reply.json()["network"])
    expected = net.predict_proba(image[None])[0]
    np.testing.assert_allclose(facts["probabilities"], expected, rtol=1e-5)


def test_the_networks_used_last_stay_open(client, session, tmp_path):
    for seed in range(OPEN + 2):
        LeNet5(seed=seed).save(tmp_path / "net.safetensors")
        session.send("net.safetensors", (tmp_path / "net.safetensors").read_bytes())
    assert len(session.open_networks) == OPEN
    assert client.post("/api/ask/about", json={}).status_code == 200  # opened again


def test_a_network_that_is_closed_leaves_no_edited_copies(session, tmp_path):
    LeNet5(seed=5).save(tmp_path / "net.safetensors")
    network = session.send("net.safetensors", (tmp_path / "net.safetensors").read_bytes())
    edits = (Edit("conv1.bias", (2,), 0.5),)
    copy = session.subject(network.id, edits=edits).net
    assert session.subject(network.id, edits=edits).net is copy
    identity, alive = network.id, [weakref.ref(network.subject.net), weakref.ref(copy)]
    session.close(identity)
    del network, copy
    gc.collect()
    assert [net() for net in alive] == [None, None]


@pytest.fixture
def runs(trained, tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    shutil.move(trained, folder / "first")
    return folder


@pytest.mark.parametrize("place", ["runs/first", "elsewhere", "runs/first/model.safetensors"])
def test_a_session_begins_with_a_run_or_a_file(runs, tmp_path, place):
    if place == "elsewhere":
        shutil.move(runs / "first", tmp_path / place)
    session = Session(tmp_path / place, runs)
    network = session.network()
    assert network.id == ("run/first" if place == "runs/first" else "given")
    assert network.subject.net.input_shape == (1, 28, 28)
    if network.opened is not None:
        train, test = session.subject().parts
        assert (len(train), len(test)) == (60, 30)
        assert network.subject.prepare == "filling"


def test_a_run_whose_model_was_written_again_is_read_again(runs):
    session = Session(runs_dir=runs)
    first = session.network("run/first")
    assert session.network("run/first") is first
    for name in ("model.safetensors", "best.safetensors"):
        first.subject.net.astype(np.float32).save(runs / "first" / name)
    assert session.network("run/first") is not first


def test_a_file_that_was_written_again_is_read_again(tmp_path):
    path = tmp_path / "net.safetensors"
    LeNet5(seed=0).save(path)
    session = Session(path, tmp_path / "runs")
    first = session.network()
    assert session.network() is first
    second = LeNet5(seed=1)
    second.save(path)
    for name, array in second.state().items():
        np.testing.assert_array_equal(session.network().subject.net.state()[name], array)
    again = session.network()
    path.unlink()  # as some programs do before they write it
    assert session.network() is again


def test_pages_that_ask_at_once_get_the_same_network(runs):
    session, found = Session(runs_dir=runs), []
    threads = [
        threading.Thread(target=lambda: found.append(session.network("run/first")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(network) for network in found}) == 1


def test_a_run_that_has_no_model_yet_is_shown_as_it_begins(runs):
    for path in (runs / "first").glob("*.safetensors"):
        path.unlink()
    network = Session(runs_dir=runs).network("run/first")
    expected = network.opened.config.network().parameters()["conv1.weight"]
    np.testing.assert_array_equal(network.subject.net.parameters()["conv1.weight"], expected)
    assert about(network)["run"]["weights"] == ["the weights that it begins with"]


def test_runs_on_the_same_data_set_share_its_images(runs):
    shutil.copytree(runs / "first", runs / "second")
    session = Session(runs_dir=runs)
    (_, first), (_, second) = (session.subject(f"run/{name}").parts for name in ("first", "second"))
    assert np.shares_memory(first.images, second.images)


def test_the_page_is_one_script_that_changes_with_its_modules(stranger, tmp_path, monkeypatch):
    shutil.copytree(STATIC, tmp_path / "static")
    for module in ("badak.web.files", "badak.page.bundle"):
        monkeypatch.setattr(sys.modules[module], "STATIC", tmp_path / "static")
    assert "import {" not in stranger.get("/main.js").text
    with (tmp_path / "static" / "shell.js").open("a") as file:
        file.write("// a new line\n")
    assert "// a new line" in stranger.get("/main.js").text


def test_a_file_of_the_page_is_sent_again_only_if_it_changed(stranger):
    first = stranger.get("/main.js")
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    again = stranger.get("/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_without_a_run_the_one_that_learnt_last_is_shown(trained, tmp_path):
    runs = tmp_path / "runs"
    for number, name in enumerate(["first", "last", "damaged"]):
        model = shutil.copytree(trained, runs / name) / "best.safetensors"
        os.utime(model, (number + 1e9, number + 1e9))
    (runs / "damaged" / "best.safetensors").write_bytes(b"nonsense")
    os.utime(runs / "damaged" / "best.safetensors", (2e9, 2e9))
    assert Session(runs_dir=runs).first == "run/last"
    assert Session(runs_dir=tmp_path / "none").first == "fresh"
