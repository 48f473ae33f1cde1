"""The progress bar of a notebook: drawn in place, where a notebook's process is."""

import sys
import types

import pytest

from badak import Trainer, notebook
from badak.training import Progress
from training.tasks import corners, plain_net


class Notebook:
    """A stand-in for IPython in a kernel: keeps what is displayed."""

    def __init__(self):
        self.shown, self.updates = [], []
        self.display = types.ModuleType("IPython.display")
        self.display.display = self._display

    def get_ipython(self):
        return types.SimpleNamespace(kernel=object())

    def _display(self, bundle, raw, display_id):
        assert raw
        assert display_id
        self.shown.append(bundle)
        return types.SimpleNamespace(update=lambda bundle, raw: self.updates.append(bundle))


@pytest.fixture
def kernel(monkeypatch):
    kernel = Notebook()
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", kernel.display)
    return kernel


def test_a_terminal_and_a_pipe_are_no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not notebook.in_notebook()
    shell = types.SimpleNamespace(get_ipython=lambda: types.SimpleNamespace())
    monkeypatch.setitem(sys.modules, "IPython", shell)  # IPython in a terminal
    assert not notebook.in_notebook()
    shell.get_ipython = lambda: None  # imported by something else
    assert not notebook.in_notebook()


def test_training_in_a_notebook_draws_one_bar_and_prints_its_epochs(kernel, capsys):
    Trainer(plain_net(), epochs=2, batch_size=11, callbacks=[Progress()], progress=False).fit(
        corners()
    )
    assert len(kernel.shown) == 1
    last = kernel.updates[-1]
    assert "100%  epoch 2/2  loss " in last["text/plain"]
    assert "<progress value='" in last["text/html"]
    assert "left" not in last["text/plain"]
    assert capsys.readouterr().out.count("train loss") == 2


def test_the_time_left_is_of_what_is_done_since_the_start(kernel, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("badak.notebook.bar.time.perf_counter", lambda: now[0])
    bar = notebook.Bar(total=1000, done=500)
    now[0] += 1
    bar.move(510, "epoch 6/10", "loss 1")
    assert kernel.updates[-1]["text/plain"] == "51%  epoch 6/10  loss 1  0:49 left"
    bar.move(511, "", "")  # too soon to be drawn again
    assert len(kernel.updates) == 1
    bar.end()
    assert kernel.updates[-1]["text/plain"].startswith("51%")
