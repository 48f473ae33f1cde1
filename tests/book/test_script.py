"""The note's script and the book's Trainer: their output, its order, and what they learn."""

import re
import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from badak import data, models
from badak.book import SimpleConvNet, Trainer, load_mnist
from badak.errors import BadakError

SCRIPT = Path(__file__).with_name("train_convnet.py")
NUMBER = r"(\d+\.\d+(?:e-\d+)?)"
LOSS = f"train loss:{NUMBER}"
EPOCH = rf"=== epoch:(\d+), train acc:{NUMBER}, test acc:{NUMBER} ==="


@pytest.fixture
def mnist(data_dir, monkeypatch):
    monkeypatch.setenv("BADAK_DATA", str(data_dir))


def test_the_notes_script_runs_and_prints_what_the_note_prints(
    mnist, monkeypatch, capsys, tmp_path
):
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path(str(SCRIPT))
    lines = capsys.readouterr().out.splitlines()
    # 3 epochs of 10 steps; the line of an epoch comes after its first step.
    wanted = []
    for _ in range(3):
        wanted += [LOSS, EPOCH, *[LOSS] * 9]
    wanted += ["=============== Final Test Accuracy ===============", f"test acc:{NUMBER}"]
    wanted.append("Saved Network Parameters!")
    assert len(lines) == len(wanted)
    for line, pattern in zip(lines, wanted, strict=True):
        assert re.fullmatch(pattern, line), line
    losses = [float(line.partition(":")[2]) for line in lines if line.startswith("train loss")]
    assert losses == names["trainer"].train_loss_list
    assert losses[0] == pytest.approx(np.log(10), abs=0.02)
    assert losses[-1] < 1.5
    accuracy = float(lines[-2].partition(":")[2])
    assert accuracy > 0.5
    assert [int(re.fullmatch(EPOCH, lines[k])[1]) for k in (1, 12, 23)] == [1, 2, 3]
    assert Path("curve.png").stat().st_size > 1000

    # badak's network with the weights that the script saved gives the same.
    again = SimpleConvNet()
    again.load_params("params.pkl")
    net = models.SimpleConvNet(dtype=np.float64)
    net.load_state(as_badak(again.params))
    x, t = names["x_test"], names["t_test"]
    assert (net.predict(x) == t).mean() == accuracy == again.accuracy(x, t)


def as_badak(params):
    """The book's weights under badak's names; Affine stores them transposed."""
    layers = ("conv1", "linear1", "linear2")
    state = {f"{name}.bias": params[f"b{k}"] for k, name in enumerate(layers, 1)}
    state["conv1.weight"] = params["W1"]
    return state | {f"linear{k}.weight": params[f"W{k + 1}"].T for k in (1, 2)}


def test_load_mnist_has_the_books_forms(mnist):
    (x, t), (x_test, t_test) = load_mnist()
    assert (x.shape, x.dtype, x_test.shape) == ((60000, 784), np.float32, (10000, 784))
    assert (t.shape, t.dtype, t_test.shape) == ((60000,), np.uint8, (10000,))
    assert list(t[:5]) == [5, 0, 4, 1, 9]
    (raw, one_hot), _ = load_mnist(normalize=False, flatten=False, one_hot_label=True)
    assert (raw.shape, raw.dtype) == ((60000, 1, 28, 28), np.uint8)
    np.testing.assert_array_equal(raw.reshape(60000, 784) / np.float32(255), x)
    assert (one_hot.shape, one_hot.dtype) == ((60000, 10), np.float64)
    np.testing.assert_array_equal(one_hot.argmax(axis=1), t)
    assert (one_hot.sum(axis=1) == 1).all()


class Recorder:
    """A network that learns nothing and records its calls."""

    def __init__(self):
        self.params = {"W1": np.zeros(1)}
        self.measured = []

    def gradient(self, x, t):
        return {"W1": np.ones(1)}

    def loss(self, x, t):
        return 0.5

    def accuracy(self, x, t):
        self.measured.append(len(x))
        return 0.25


@pytest.mark.parametrize(
    ("images", "batch", "steps", "measured_at"),
    [(40, 10, 8, [1, 5]), (45, 10, 9, [1, 6]), (5, 10, 2, [1, 2])],
)
def test_the_trainer_makes_as_many_steps_as_the_book(capsys, images, batch, steps, measured_at):
    x, t = np.zeros((images, 1, 2, 2)), np.zeros(images, int)
    network = Recorder()
    trainer = Trainer(
        network, x, t, x[:4], t[:4], epochs=2, mini_batch_size=batch,
        evaluate_sample_num_per_epoch=3,
    )  # fmt: skip
    trainer.train()
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("train loss:0.5") for line in lines) == steps
    found, step = [], 0
    for line in lines:
        step += line.startswith("train loss")
        found += [step] if line.startswith("=== epoch") else []
    assert found == measured_at
    assert network.measured == [3, 3, 3, 3, 4]  # the last call is for all test images
    assert trainer.train_acc_list == trainer.test_acc_list == [0.25, 0.25]
    assert lines[-1] == "test acc:0.25"


def test_a_quiet_trainer_prints_nothing_and_knows_its_optimizers(capsys):
    x, t = np.zeros((10, 1, 2, 2)), np.zeros(10, int)
    for name in ("SGD", "Momentum", "nesterov", "AdaGrad", "RMSprop", "ADAM"):
        Trainer(Recorder(), x, t, x, t, 1, 10, name, {"lr": 0.1}, verbose=False).train()
    assert capsys.readouterr().out == ""
    with pytest.raises(BadakError, match=r"optimizer.*got 'adamm'"):
        Trainer(Recorder(), x, t, x, t, optimizer="Adamm")


def test_np_random_seed_decides_everything():
    train, _ = data.load("digits")
    losses = []
    for _ in range(2):
        np.random.seed(3)
        trainer = Trainer(
            SimpleConvNet(hidden_size=8), train.images, train.labels, train.images[:20],
            train.labels[:20], epochs=1, mini_batch_size=500, optimizer="adam",
            optimizer_param={"lr": 0.01}, evaluate_sample_num_per_epoch=20, verbose=False,
        )  # fmt: skip
        trainer.train()
        losses.append(trainer.train_loss_list)
    assert losses[0] == losses[1]
