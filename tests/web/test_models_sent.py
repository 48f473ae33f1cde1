"""Model files that pages send: weights of PyTorch go into a network of the same architecture."""

import re

import numpy as np
import pytest

from badak import BadakError, FormatError, models

torch = pytest.importorskip("torch")


def _weights(net, path):
    torch.save({name: torch.from_numpy(array) for name, array in net.state().items()}, path)
    return path.read_bytes()


def test_weights_go_into_a_copy_of_the_network_that_is_open(session, tmp_path):
    net = models.SimpleConvNet(seed=7)
    before = {name: array.copy() for name, array in session.network().subject.net.state().items()}
    sent = session.send("own.pth", _weights(net, tmp_path / "own.pth"))
    for name, array in net.state().items():
        np.testing.assert_array_equal(sent.subject.net.state()[name], array)
        np.testing.assert_array_equal(session.network().subject.net.state()[name], before[name])
    assert (sent.title, sent.size) == ("own.pth", (tmp_path / "own.pth").stat().st_size)
    assert sent.subject.classes == session.network().subject.classes
    assert sent.subject.load is not None  # its images are those of the network it is like


def test_the_same_weights_in_another_network_are_another(session, tmp_path):
    content = _weights(models.SimpleConvNet(seed=7), tmp_path / "own.pth")
    first = session.send("own.pth", content)
    assert session.send("own.pth", content).id == first.id
    assert session.send("own.pth", content, like=first.id).id != first.id


def test_a_file_with_its_own_network_is_one_whatever_is_open(session, tmp_path):
    models.SimpleConvNet(seed=7).save(tmp_path / "own.safetensors")
    content = (tmp_path / "own.safetensors").read_bytes()
    assert (
        session.send("own.safetensors", content).id
        == session.send("own.safetensors", content, "fresh").id
    )


def test_the_code_makes_the_same_network(session, tmp_path, monkeypatch):
    from badak.web.networks import about

    net = models.SimpleConvNet(seed=7)
    sent = session.send("own.pth", _weights(net, tmp_path / "own.pth"))
    monkeypatch.chdir(tmp_path)
    code = about(sent)["code"]
    names = {}
    exec("\n".join(["import badak", *code["network"], *code["images"]]), names)
    for name, array in net.state().items():
        np.testing.assert_array_equal(names["net"].state()[name], array)
    assert len(names["test"]) == 360


def test_weights_of_another_architecture_are_told_what_to_do(session, tmp_path):
    content = _weights(models.LeNet5(input_shape=(1, 28, 28)), tmp_path / "own.pth")
    with pytest.raises(FormatError, match=r"own\.pth.*tried in SimpleConvNet.*or export") as told:
        session.send("own.pth", content)
    assert "/tmp" not in str(told.value)


@pytest.mark.parametrize("name", ["half.pth", "half.onnx", "half.safetensors"])
def test_damaged_files_are_named_without_the_servers_paths(session, name):
    with pytest.raises(BadakError, match=re.escape(name)) as told:
        session.send(name, b"PK\x03\x04 half of a file")
    assert "badak-" not in str(told.value)


def test_another_ending_is_refused(session):
    with pytest.raises(BadakError, match=r"notes\.txt must end in"):
        session.send("notes.txt", b"hello")
